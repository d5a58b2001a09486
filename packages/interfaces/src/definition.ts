import { ConfigurationError } from '@efferent/core/errors';

/** What a constant or a default can be; 64-bit integers are `bigint`. */
export type ConstantValue = boolean | number | bigint | string;
export type DefaultValue = ConstantValue | readonly ConstantValue[];

/** `size` is the length of a fixed array, the bound of a bounded one, and 0 for an unbounded one. */
export interface ArrayShape {
  readonly kind: 'fixed' | 'bounded' | 'unbounded';
  readonly size: number;
}

export interface Field {
  readonly name: string;
  /** A primitive (`float64`, `string`, …) or a full message type (`std_msgs/msg/Header`). */
  readonly type: string;
  readonly array?: ArrayShape;
  /** Longest allowed string, characters. */
  readonly stringBound?: number;
  readonly defaultValue?: DefaultValue;
}

export interface Constant {
  readonly name: string;
  readonly type: string;
  readonly value: ConstantValue;
}

export interface MessageDefinition {
  /** Full name, e.g. `sensor_msgs/msg/JointState` or `std_srvs/srv/Trigger_Request`. */
  readonly typeName: string;
  readonly fields: readonly Field[];
  readonly constants: readonly Constant[];
}

/** Names of the primitive types of ROS 2 interface files. */
export const primitiveTypes: ReadonlySet<string> = new Set([
  'bool',
  'byte',
  'char',
  'int8',
  'uint8',
  'int16',
  'uint16',
  'int32',
  'uint32',
  'int64',
  'uint64',
  'float32',
  'float64',
  'string',
  'wstring',
]);

const typePattern = /^([A-Za-z]\w*(?:\/[A-Za-z]\w*){0,2})(?:<=(\d+))?(?:\[(<=)?(\d*)\])?$/;
const linePattern = /^(\S+)\s+([A-Za-z]\w*)\s*(?:(=)\s*)?(.*)$/;

/**
 * Parses one section of an interface file: a `.msg`, or a part of a `.srv` or `.action` between `---` lines.
 *
 * Written here because the parsers on npm fold `byte` and `char` into `uint8`, which changes type hashes.
 *
 * @param typeName - full name of the result; its package resolves unqualified field types
 * @param text - the section
 * @param file - what to call the source in errors
 * @param firstLine - line number of the section's first line in `file`
 * @throws {@link ConfigurationError} code `invalid-interface`, naming file and line
 */
export function parseMessageDefinition(
  typeName: string,
  text: string,
  file = typeName,
  firstLine = 1,
): MessageDefinition {
  const packageName = typeName.slice(0, typeName.indexOf('/'));
  const fields: Field[] = [];
  const constants: Constant[] = [];
  for (const [index, raw] of text.split('\n').entries()) {
    const line = withoutComment(raw).trim();
    if (line === '') continue;
    const fail = (reason: string) =>
      new ConfigurationError({
        code: 'invalid-interface',
        message: `${file}:${firstLine + index}: ${reason} in "${line}"`,
        fields: { file, line: firstLine + index },
      });
    const [, typeText = '', name = '', equals, rest = ''] = linePattern.exec(line) ?? [];
    const type = typePattern.exec(typeText);
    if (type === null) throw fail('expected "type name", "type name default" or "type NAME=value"');
    const base = resolveTypeName(type[1]!, packageName);
    if (equals !== undefined) {
      const value = parseScalar(base, rest);
      if (value === undefined) throw fail(`not a value of ${base}`);
      constants.push({ name, type: base, value });
      continue;
    }
    const array = arrayShape(typeText, type[3], type[4]);
    const defaultValue = rest === '' ? undefined : parseDefault(base, rest, array);
    if (rest !== '' && defaultValue === undefined) throw fail(`not a default of ${typeText}`);
    fields.push({
      name,
      type: base,
      ...(array && { array }),
      ...(type[2] !== undefined && { stringBound: Number(type[2]) }),
      ...(defaultValue !== undefined && { defaultValue }),
    });
  }
  return { typeName, fields, constants };
}

/**
 * Splits a `.srv` or `.action` text at its `---` lines.
 *
 * @returns each section with the number of its first line
 */
export function splitSections(
  text: string,
): readonly { readonly text: string; readonly firstLine: number }[] {
  const sections: { text: string; firstLine: number }[] = [];
  let lines: string[] = [];
  let firstLine = 1;
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() !== '---') {
      lines.push(line);
      continue;
    }
    sections.push({ text: lines.join('\n'), firstLine });
    lines = [];
    firstLine = index + 2;
  }
  sections.push({ text: lines.join('\n'), firstLine });
  return sections;
}

/** Cuts the `# comment` of a line; a `#` inside quotes stays. */
export function withoutComment(line: string): string {
  let quote = '';
  for (let i = 0; i < line.length; i++) {
    const character = line[i]!;
    if (quote !== '') {
      if (character === '\\') i++;
      else if (character === quote) quote = '';
    } else if (character === '"' || character === "'") quote = character;
    else if (character === '#') return line.slice(0, i);
  }
  // An unbalanced quote belongs to a comment-free apostrophe; cut at the first `#` then.
  return quote === '' ? line : (line.split('#')[0] ?? '');
}

function resolveTypeName(name: string, packageName: string): string {
  if (primitiveTypes.has(name)) return name;
  const parts = name.split('/');
  if (parts.length === 1) return `${packageName}/msg/${name}`;
  return parts.length === 2 ? `${parts[0]}/msg/${parts[1]}` : name;
}

function arrayShape(
  typeText: string,
  bounded: string | undefined,
  size: string | undefined,
): ArrayShape | undefined {
  if (!typeText.endsWith(']')) return undefined;
  if (size === undefined || size === '') return { kind: 'unbounded', size: 0 };
  return { kind: bounded === undefined ? 'fixed' : 'bounded', size: Number(size) };
}

function parseDefault(type: string, text: string, array: ArrayShape | undefined): DefaultValue | undefined {
  if (array === undefined) return parseScalar(type, text);
  if (!text.startsWith('[') || !text.endsWith(']')) return undefined;
  const inner = text.slice(1, -1).trim();
  if (inner === '') return [];
  const items = inner.split(',').map((item) => parseScalar(type, item.trim()));
  return items.every((item) => item !== undefined) ? items : undefined;
}

function parseScalar(type: string, text: string): ConstantValue | undefined {
  if (type === 'string' || type === 'wstring') return unquote(text);
  if (type === 'bool') {
    if (/^(true|1)$/i.test(text)) return true;
    return /^(false|0)$/i.test(text) ? false : undefined;
  }
  if (!primitiveTypes.has(type)) return undefined;
  if (type === 'int64' || type === 'uint64') return /^[+-]?\d+$/.test(text) ? BigInt(text) : undefined;
  const value = Number(text);
  if (text === '' || Number.isNaN(value)) return undefined;
  return type.startsWith('float') || Number.isInteger(value) ? value : undefined;
}

function unquote(text: string): string {
  const quote = text[0];
  if ((quote !== '"' && quote !== "'") || !text.endsWith(quote) || text.length < 2) return text;
  return text.slice(1, -1).replace(/\\(["'\\])/g, '$1');
}
