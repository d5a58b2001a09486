import { dump, load, YAMLException } from 'js-yaml';
import { ConfigurationError } from './errors.ts';

/**
 * Parses YAML 1.2 (core schema).
 *
 * @param file - what to call the source in the message, usually a path
 * @throws {@link ConfigurationError} code `invalid-file`, naming file and line
 */
export function parseYaml(text: string, file: string): unknown {
  try {
    return load(text);
  } catch (cause) {
    if (!(cause instanceof YAMLException)) throw cause;
    const place = cause.mark === undefined ? file : `${file}:${cause.mark.line + 1}`;
    throw new ConfigurationError({
      code: 'invalid-file',
      message: `${place}: not YAML: ${cause.reason}`,
      fields: { file, line: cause.mark && cause.mark.line + 1 },
      cause,
    });
  }
}

/** Writes data as YAML, lists not indented below their key as PyYAML has them. */
export const formatYaml = (data: unknown): string => dump(data, { lineWidth: -1, seqNoIndent: true });

/** Writes a text as a YAML scalar on one line, quoted only where it must be. */
export const yamlText = (text: string): string =>
  /[\n\r]/.test(text) ? JSON.stringify(text) : dump(text, { lineWidth: -1 }).trimEnd();
