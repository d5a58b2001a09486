import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { ConfigurationError, describeError } from '@efferent/core/errors';
import type { Event } from 'js-yaml';
import type { ParameterRule, ParameterValue } from './port.ts';

/** Loaded with the first parameter, for the memory of nodes that are given none. */
const yaml = (): typeof import('js-yaml') => createRequire(import.meta.url)('js-yaml');

/** What rcl takes for a value: YAML 1.2, but with `yes`, `on`, `y` and their opposites as booleans. */
const parameterSchema = () => yaml().CORE_SCHEMA.withTags(yaml().boolYaml11Tag);

/**
 * Reads a ROS 2 parameter file.
 *
 * @returns one rule a parameter, in the order of the file; later ones win
 * @throws {@link ConfigurationError} code `invalid-parameter-file`, naming file, line and field
 */
export function readParameterFile(path: string): readonly ParameterRule[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new ConfigurationError({
      code: 'invalid-parameter-file',
      message: `${path}: cannot be read: ${describeError(error)}`,
      fields: { file: path },
      cause: error,
    });
  }
  return parseParameterFile(text, path);
}

/** Parses the text of a parameter file; see {@link readParameterFile}. */
export function parseParameterFile(text: string, file: string): readonly ParameterRule[] {
  const { content, lines } = parseWithLines(text, file);
  const rules: ParameterRule[] = [];
  const fail = (path: readonly string[], field: string, reason: string) => {
    const line = lines.get(lineKey(path));
    return new ConfigurationError({
      code: 'invalid-parameter-file',
      message: `${file}${line === undefined ? '' : `:${line}`}: ${field}: ${reason}`,
      fields: { file, line, field },
    });
  };

  const readValues = (values: unknown, path: readonly string[], pattern: string, prefix: string) => {
    if (!isMapping(values)) throw fail(path, `${pattern} ros__parameters`, 'expected parameters by name');
    for (const [key, value] of Object.entries(values)) {
      const keyPath = [...path, key];
      const name = prefix + key;
      if (isMapping(value)) {
        readValues(value, keyPath, pattern, `${name}.`);
        continue;
      }
      const parsed = parameterValue(value);
      if (parsed === undefined)
        throw fail(keyPath, name, 'expected a boolean, a number, a text, or a list of one of them');
      rules.push({ node: pattern, name, value: parsed, source: `${file}:${lines.get(lineKey(keyPath))}` });
    }
  };
  const readNodes = (nodes: unknown, path: readonly string[], pattern: string) => {
    if (!isMapping(nodes))
      throw fail(path, pattern || '(whole file)', 'expected a node name with "ros__parameters:" below it');
    for (const [name, value] of Object.entries(nodes)) {
      const keyPath = [...path, name];
      if (name === 'ros__parameters') {
        if (pattern === '') throw fail(keyPath, name, 'must be below a node name or "/**"');
        readValues(value, keyPath, pattern, '');
      } else readNodes(value, keyPath, `${pattern}/${name.replace(/^\/|\/$/g, '')}`);
    }
  };
  if (content !== null) readNodes(content, [], '');
  return rules;
}

/** Parses a YAML document and tells the line, from 1, of each key by {@link lineKey}. */
function parseWithLines(text: string, file: string): { content: unknown; lines: Map<string, number> } {
  try {
    const { constructFromEvents, parseEvents } = yaml();
    const events = parseEvents(text, {});
    // A file of comments alone has no document.
    const [content = null] = constructFromEvents(events, { source: text, schema: parameterSchema() });
    return { content, lines: keyLines(events, text) };
  } catch (cause) {
    if (!(cause instanceof yaml().YAMLException)) throw cause;
    const line = (cause.mark?.line ?? 0) + 1;
    throw new ConfigurationError({
      code: 'invalid-parameter-file',
      message: `${file}:${line}: not YAML: ${cause.reason}`,
      fields: { file, line },
      cause,
    });
  }
}

/** Walks the events of one document, which nest as its collections do. */
function keyLines(events: readonly Event[], text: string): Map<string, number> {
  const { EVENT_ID, getScalarValue } = yaml();
  const lines = new Map<string, number>();
  let next = 1;
  const isOpen = () => next < events.length && events[next]?.type !== EVENT_ID.POP;
  const walkValue = (path: readonly string[]) => {
    const event = events[next++];
    if (event?.type === EVENT_ID.SEQUENCE) {
      while (isOpen()) walkValue(path);
      next++;
    } else if (event?.type === EVENT_ID.MAPPING) {
      while (isOpen()) {
        const key = events[next];
        let keyPath = path;
        if (key?.type === EVENT_ID.SCALAR) {
          keyPath = [...path, getScalarValue(text, key)];
          lines.set(lineKey(keyPath), text.slice(0, key.valueStart).split('\n').length);
        }
        walkValue(path);
        walkValue(keyPath);
      }
      next++;
    }
  };
  if (isOpen()) walkValue([]);
  return lines;
}

const lineKey = (path: readonly string[]): string => JSON.stringify(path);

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Words that YAML does not take for texts, in any case. */
const wordsOfYaml: readonly string[] = ['y', 'n', 'yes', 'no', 'on', 'off', 'true', 'false', 'null'];

/** Reads what most values are, a word or a whole number, without the library that takes 20 ms to load. */
function simpleValue(text: string): ParameterValue | undefined {
  if (text === 'true' || text === 'false') return text === 'true';
  if (/^(0|[1-9]\d{0,14})$/.test(text)) return Number(text);
  return /^[a-z_]+$/i.test(text) && !wordsOfYaml.includes(text.toLowerCase()) ? text : undefined;
}

/** Parses the value of `-p name:=value`, which is YAML. @returns undefined when it is no parameter value */
export function parseParameterText(text: string): ParameterValue | undefined {
  const simple = simpleValue(text);
  if (simple !== undefined) return simple;
  try {
    return text.trim() === '' ? '' : parameterValue(yaml().load(text, { schema: parameterSchema() }));
  } catch {
    // Not YAML, e.g. an unquoted `[` or `: ` inside a sentence: a plain text, as rcl takes it.
    return text;
  }
}

/** Tells whether a rule's node pattern means the node; `*` is one word, `**` any number of them. */
export function matchesNode(pattern: string, fullNodeName: string): boolean {
  return matchWords(pattern.split('/').filter(Boolean), fullNodeName.split('/').filter(Boolean));
}

function matchWords(pattern: readonly string[], words: readonly string[]): boolean {
  const [first, ...rest] = pattern;
  if (first === undefined) return words.length === 0;
  if (first === '**') {
    for (let skipped = 0; skipped <= words.length; skipped++)
      if (matchWords(rest, words.slice(skipped))) return true;
    return false;
  }
  return words.length > 0 && (first === '*' || first === words[0]) && matchWords(rest, words.slice(1));
}

function parameterValue(value: unknown): ParameterValue | undefined {
  const isItem = (item: unknown) => ['boolean', 'number', 'string'].includes(typeof item);
  if (isItem(value)) return value as ParameterValue;
  if (!Array.isArray(value) || !value.every((item) => isItem(item) && typeof item === typeof value[0]))
    return undefined;
  return value as ParameterValue;
}
