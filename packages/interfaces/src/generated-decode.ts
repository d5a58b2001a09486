import { CodeLines } from './code-lines.ts';
import { elementBytes, type FieldLayout, type StructLayout } from './layout.ts';
import { TextListReader } from './text-list-reader.ts';
import { readText } from './utf8-text.ts';
import { numericArrayOf } from './values.ts';

/** Reads a message; undefined for bytes that need the general reader, or its error. */
export type FastDecode = (bytes: Uint8Array) => object | undefined;

/**
 * Generates the reader of one type: little-endian, straight through, objects of one shape.
 *
 * Nothing but field names goes from a definition into the code, and those are letters, digits and underscores.
 */
export function generateDecode(layout: StructLayout): FastDecode {
  const lines = new CodeLines(4, false);
  const message = readStruct(layout, lines);
  const code = String(lines);
  const view = code.includes('view.') ? 'const view = new DataView(b.buffer, b.byteOffset, n);\n' : '';
  const body = `"use strict"; ${lines.setUp}return function decode(b) {
const n = b.length;
if (n < 4 || b[0] !== 0 || b[1] !== 1) return undefined;
${view}let o = 4;
${code}
return ${message};
};`;
  const make = new Function('readText', 'copyAt', 'TextListReader', body);
  return make(readText, copyAt, TextListReader) as FastDecode;
}

/** @returns the expression of the value */
function readStruct(layout: StructLayout, lines: CodeLines): string {
  if (layout.fields.length === 0) {
    lines.place(1);
    return '{}';
  }
  const members = layout.fields.map((field) => `${field.field.name}: ${readField(field, lines)}`);
  return `{ ${members.join(', ')} }`;
}

function readField(layout: FieldLayout, lines: CodeLines): string {
  if (layout.field.array === undefined) return readElement(layout, lines);
  return numericArrayOf[layout.field.type] === undefined
    ? readList(layout, lines)
    : readNumbers(layout, lines);
}

const bytesOf = (at: string, count: number): string =>
  Array.from({ length: count }, (_, i) => (i === 0 ? `b[${at}]` : `b[${at} + ${i}] << ${8 * i}`)).join(' | ');

const scalarReads: Readonly<Record<string, readonly [size: number, expression: (at: string) => string]>> = {
  bool: [1, (at) => `b[${at}] !== 0`],
  byte: [1, (at) => `b[${at}]`],
  char: [1, (at) => `b[${at}]`],
  uint8: [1, (at) => `b[${at}]`],
  int8: [1, (at) => `b[${at}] << 24 >> 24`],
  uint16: [2, (at) => bytesOf(at, 2)],
  int16: [2, (at) => `(${bytesOf(at, 2)}) << 16 >> 16`],
  uint32: [4, (at) => `(${bytesOf(at, 4)}) >>> 0`],
  int32: [4, (at) => bytesOf(at, 4)],
  uint64: [8, (at) => `view.getBigUint64(${at}, true)`],
  int64: [8, (at) => `view.getBigInt64(${at}, true)`],
  float32: [4, (at) => `view.getFloat32(${at}, true)`],
  float64: [8, (at) => `view.getFloat64(${at}, true)`],
};

function readElement({ field, struct }: FieldLayout, lines: CodeLines): string {
  if (struct !== undefined) return readStruct(struct, lines);
  if (field.type === 'string') return readString(field.stringBound, lines);
  const [size, expression] = scalarReads[field.type]!;
  const value = lines.name();
  lines.add(`const ${value} = ${expression(lines.place(size))};`);
  return value;
}

function readString(bound: number | undefined, lines: CodeLines): string {
  const length = readLength(lines);
  const text = lines.name();
  lines.add(`let ${text} = '';
if (${length} !== 0) {
if (${length} > n - o || b[o + ${length} - 1] !== 0) return undefined;
${text} = readText(b, o, o + ${length} - 1);
${bound === undefined ? '' : `if (${text}.length > ${bound}) return undefined;`}
o += ${length};
}`);
  lines.forget(1);
  return text;
}

function readLength(lines: CodeLines): string {
  const length = lines.name();
  const [, expression] = scalarReads.uint32!;
  const at = lines.place(4);
  lines.add(`const ${length} = ${expression(at)};`);
  lines.settle();
  return length;
}

/** Reads a sequence's length, or takes the fixed one, and makes sure that what it promises can be there. */
function readCount(layout: FieldLayout, lines: CodeLines): string {
  const { kind, size } = layout.field.array!;
  if (kind === 'fixed') {
    lines.settle();
    return String(size);
  }
  const count = readLength(lines);
  const tooMany = kind === 'bounded' ? ` || ${count} > ${size}` : '';
  lines.add(`if (${count} * ${elementBytes(layout)} > n - o${tooMany}) return undefined;`);
  return count;
}

/** Reads numbers as a view into the message, or as a copy where that is not aligned. */
function readNumbers(layout: FieldLayout, lines: CodeLines): string {
  const { type, array } = layout.field;
  const { name, BYTES_PER_ELEMENT: size } = numericArrayOf[type]!;
  const count = readCount(layout, lines);
  const values = lines.name();
  lines.add(`let ${values};`);
  const isFixed = array!.kind === 'fixed';
  if (!isFixed) lines.add(`if (${count} === 0) ${values} = new ${name}(0); else {`);
  lines.align(size);
  lines.add(`if (o + ${count} * ${size} > n) return undefined;
${values} = ((b.byteOffset + o) & ${size - 1}) === 0 ? new ${name}(b.buffer, b.byteOffset + o, ${count})
  : new ${name}(copyAt(b, o, ${count} * ${size}));
o += ${count} * ${size};`);
  if (isFixed) {
    lines.skipped(size * array!.size);
    return values;
  }
  lines.add('}');
  lines.forget(Math.min(size, 4));
  return values;
}

function readList(layout: FieldLayout, lines: CodeLines): string {
  const count = readCount(layout, lines);
  const list = lines.name();
  if (layout.field.type === 'string' && layout.field.stringBound === undefined) {
    const reader = lines.name();
    lines.setUp += `const ${reader} = new TextListReader();\n`;
    lines.settle();
    lines.add(`const ${list} = ${reader}.read(b, o, ${count});
if (${list} === undefined) return undefined;
if (${count} !== 0) o = ${reader}.end;`);
    lines.forget(1);
    return list;
  }
  lines.add(`const ${list} = [];\nfor (let i = 0; i < ${count}; i++) {`);
  lines.forget(1);
  const element = readElement(layout, lines);
  lines.settle();
  lines.add(`${list}.push(${element});\n}`);
  lines.forget(1);
  return list;
}

function copyAt(bytes: Uint8Array, start: number, length: number): ArrayBuffer {
  return new Uint8Array(bytes.subarray(start, start + length)).buffer;
}
