import { DUMP_SCHEMA, dump, load, type Schema, YAMLException } from 'js-yaml';
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

/** Writes data as YAML, lists not indented below their key as PyYAML has them. `bigint` is a whole number like others. */
export const formatYaml = (data: unknown): string =>
  dump(data, { lineWidth: -1, seqNoIndent: true, schema: schemaWithBigInt() });

function schemaWithBigInt(): Schema {
  const whole = DUMP_SCHEMA.tags.find(({ tagName }) => tagName.endsWith(':int'));
  if (whole?.nodeKind !== 'scalar') return DUMP_SCHEMA;
  const isBig = (data: unknown): data is bigint => typeof data === 'bigint';
  return DUMP_SCHEMA.withTags({
    ...whole,
    identify: (data) => isBig(data) || whole.identify(data),
    represent: (data) => (isBig(data) ? data.toString() : whole.represent(data)),
  });
}

/**
 * Writes a text as a YAML scalar on one line, quoted only where it must be. White space and control characters other
 * than a plain space are escaped: readers of YAML 1.1 and 1.2 take some of them for line ends.
 */
export const yamlText = (text: string): string =>
  unusualSpace.test(text)
    ? JSON.stringify(text).replace(new RegExp(unusualSpace, 'gu'), escaped)
    : dump(text, { lineWidth: -1 }).replace(/\n$/, '');

const unusualSpace = /(?! )[\p{Z}\p{C}]/u;

function escaped(character: string): string {
  const code = character.codePointAt(0)!.toString(16);
  return code.length > 4 ? `\\U${code.padStart(8, '0')}` : `\\u${code.padStart(4, '0')}`;
}
