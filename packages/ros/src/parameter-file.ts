import { readFileSync } from 'node:fs';
import { ConfigurationError, describeError } from '@efferent/core';
import { isMap, isScalar, isSeq, LineCounter, parse, parseDocument, type Node as YamlNode } from 'yaml';
import type { ParameterRule, ParameterValue } from './port.ts';

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
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const fail = (node: unknown, field: string, reason: string) => {
    const offset = (node as YamlNode | null)?.range?.[0];
    const line = offset === undefined ? undefined : lines.linePos(offset).line;
    return new ConfigurationError({
      code: 'invalid-parameter-file',
      message: `${file}${line === undefined ? '' : `:${line}`}: ${field}: ${reason}`,
      fields: { file, line, field },
    });
  };
  const [syntaxError] = document.errors;
  if (syntaxError !== undefined) {
    const line = syntaxError.linePos?.[0].line ?? 1;
    throw new ConfigurationError({
      code: 'invalid-parameter-file',
      message: `${file}:${line}: ${syntaxError.message.split('\n')[0]}`,
      fields: { file, line },
    });
  }
  const rules: ParameterRule[] = [];

  const readValues = (node: unknown, pattern: string, prefix: string) => {
    if (!isMap(node)) throw fail(node, `${pattern} ros__parameters`, 'expected parameters by name');
    for (const { key, value } of node.items) {
      const name = prefix + String(isScalar(key) ? key.value : key);
      if (isMap(value)) {
        readValues(value, pattern, `${name}.`);
        continue;
      }
      const parsed = parameterValue(isSeq(value) || isScalar(value) ? value.toJSON() : undefined);
      if (parsed === undefined) {
        throw fail(value ?? key, name, 'expected a boolean, a number, a text, or a list of one of them');
      }
      const line = lines.linePos((key as YamlNode).range![0]).line;
      rules.push({ node: pattern, name, value: parsed, source: `${file}:${line}` });
    }
  };
  const readNodes = (node: unknown, path: string) => {
    if (!isMap(node))
      throw fail(node, path || '(whole file)', 'expected a node name with "ros__parameters:" below it');
    for (const { key, value } of node.items) {
      const name = String(isScalar(key) ? key.value : key);
      if (name === 'ros__parameters') {
        if (path === '') throw fail(key, name, 'must be below a node name or "/**"');
        readValues(value, path, '');
      } else readNodes(value, `${path}/${name.replace(/^\/|\/$/g, '')}`);
    }
  };
  if (document.contents !== null) readNodes(document.contents, '');
  return rules;
}

/** Parses the value of `-p name:=value`, which is YAML. @returns undefined when it is no parameter value */
export function parseParameterText(text: string): ParameterValue | undefined {
  try {
    return text.trim() === '' ? '' : parameterValue(parse(text));
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
