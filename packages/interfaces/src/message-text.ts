import { yamlText } from '@efferent/core/yaml';
import type { Field } from './definition.ts';
import { interfaceRegistry } from './registry.ts';

export interface MessageTextOptions {
  /** Longest array that is written in full, elements; longer ones end in `'...'`. */
  readonly maxElements?: number;
  /** Whether arrays are shown; without them their type and length is. */
  readonly arr?: boolean;
  /** Whether strings are shown; without them their length is. */
  readonly str?: boolean;
}

/** What `ros2 topic echo` shows of an array before it cuts it. */
const defaultMaxElements = 128;

/**
 * Writes a message as YAML, in the way of `ros2 topic echo`.
 *
 * @param typeName - a message, or a part of a service or action such as `std_srvs/srv/Trigger_Response`
 * @throws {@link ContractError} code `unknown-type`
 */
export function messageYaml(message: object, typeName: string, options: MessageTextOptions = {}): string {
  const lines: string[] = [];
  writeFields(lines, message, typeName, '', options);
  return lines.length === 0 ? '{}' : lines.join('\n');
}

/** Writes one field's value as YAML, in the way of `ros2 topic echo --field`. */
export function fieldYaml(value: unknown, field: Field, options: MessageTextOptions = {}): string {
  const lines: string[] = [];
  writeValue(lines, 'value', value, field, '', options);
  if (lines.length === 1) return lines[0]!.slice('value: '.length);
  return lines
    .slice(1)
    .map((line) => (field.array === undefined ? line.slice(2) : line))
    .join('\n');
}

/** Writes a message the way Python shows it, as `ros2 service call` prints requests and responses. */
export function messageRepr(message: object, typeName: string): string {
  const { fields } = interfaceRegistry.definition(typeName);
  const values = message as Readonly<Record<string, unknown>>;
  const parts = fields.map((field) => `${field.name}=${reprOf(values[field.name], field)}`);
  return `${typeName.replaceAll('/', '.')}(${parts.join(', ')})`;
}

function writeFields(
  lines: string[],
  message: object,
  typeName: string,
  indent: string,
  options: MessageTextOptions,
): void {
  for (const field of interfaceRegistry.definition(typeName).fields)
    writeValue(
      lines,
      field.name,
      (message as Readonly<Record<string, unknown>>)[field.name],
      field,
      indent,
      options,
    );
}

function writeValue(
  lines: string[],
  name: string,
  value: unknown,
  field: Field,
  indent: string,
  options: MessageTextOptions,
): void {
  const isNested = field.type.includes('/');
  const short = abbreviated(value, field, options);
  if (short !== undefined) {
    lines.push(`${indent}${name}: ${yamlText(short)}`);
    return;
  }
  if (field.array === undefined) {
    if (!isNested) {
      lines.push(`${indent}${name}: ${scalarYaml(value, field.type)}`);
      return;
    }
    const before = lines.length;
    writeFields(lines, value as object, field.type, `${indent}  `, options);
    lines.splice(before, 0, `${indent}${name}:${lines.length === before ? ' {}' : ''}`);
    return;
  }
  const elements = Array.from((value as ArrayLike<unknown>) ?? []);
  if (elements.length === 0) {
    lines.push(`${indent}${name}: []`);
    return;
  }
  lines.push(`${indent}${name}:`);
  const maxElements = options.maxElements ?? defaultMaxElements;
  for (const element of elements.slice(0, maxElements)) {
    if (!isNested) {
      lines.push(`${indent}- ${scalarYaml(element, field.type)}`);
      continue;
    }
    const before = lines.length;
    writeFields(lines, element as object, field.type, `${indent}  `, options);
    // The first line of an element carries its dash.
    if (lines.length === before) lines.push(`${indent}- {}`);
    else lines[before] = `${indent}- ${lines[before]!.slice(indent.length + 2)}`;
  }
  if (elements.length > maxElements) lines.push(`${indent}- '...'`);
}

/** What stands for an array or a string that is not to be shown; undefined for one that is. */
export function abbreviated(value: unknown, field: Field, options: MessageTextOptions): string | undefined {
  const { array, type } = field;
  if (array !== undefined && options.arr === false) {
    const element = idlNames[type] ?? type;
    if (array.kind === 'fixed') return `<array type: ${element}[${array.size}]>`;
    const bound = array.kind === 'bounded' ? `[${array.size}]` : '';
    return `<sequence type: ${element}${bound}, length: ${(value as ArrayLike<unknown>).length}>`;
  }
  if (typeof value === 'string' && options.str === false) return `<string length: <${[...value].length}>>`;
  return undefined;
}

/** What IDL calls the primitives that `.msg` calls otherwise. */
const idlNames: Readonly<Record<string, string>> = {
  bool: 'boolean',
  byte: 'octet',
  char: 'uint8',
  float32: 'float',
  float64: 'double',
};

const isFloat = (type: string): boolean => type === 'float32' || type === 'float64';

function scalarYaml(value: unknown, type: string): string {
  if (typeof value === 'string') return yamlText(value);
  if (!isFloat(type)) return String(value);
  const number = value as number;
  if (Number.isNaN(number)) return '.nan';
  if (!Number.isFinite(number)) return number > 0 ? '.inf' : '-.inf';
  const text = pythonFloat(number);
  // PyYAML writes 1e-07 as 1.0e-07, so that it is read as a number again.
  return text.includes('e') && !text.includes('.') ? text.replace('e', '.0e') : text;
}

/** Shortest decimal of a float, written as Python does: `1.0`, `1e-07`, `1.5e+16`. */
export function pythonFloat(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e16)) {
    const [digits = '', exponent = ''] = value.toExponential().split('e');
    const sign = exponent.startsWith('-') ? '-' : '+';
    return `${digits}e${sign}${exponent.replace(/^[+-]/, '').padStart(2, '0')}`;
  }
  const text = Object.is(value, -0) ? '-0' : String(value);
  return text.includes('.') ? text : `${text}.0`;
}

function reprOf(value: unknown, field: Field): string {
  if (field.array !== undefined) {
    const { array: _, ...element } = field;
    return `[${Array.from(value as ArrayLike<unknown>, (each) => reprOf(each, element)).join(', ')}]`;
  }
  if (field.type.includes('/')) return messageRepr(value as object, field.type);
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'string') return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  return isFloat(field.type) ? pythonFloat(value as number) : String(value);
}
