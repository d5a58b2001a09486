import { CodeLines } from './code-lines.ts';
import type { Field } from './definition.ts';
import { type FieldLayout, type StructLayout, scalarBytes } from './layout.ts';
import { finishMessage, reserveMessage } from './message-memory.ts';
import { TextListWriter } from './text-list-writer.ts';
import { writeText } from './utf8-text.ts';
import { integerRanges, numericArrayOf } from './values.ts';

/** Writes a message; undefined for one that is not whole and right, which needs the general check, or its error. */
export type FastEncode = (message: unknown, isTransient: boolean) => Uint8Array<ArrayBuffer> | undefined;

/** Up to this many numbers are written one by one; beyond it a copy of their memory is faster. */
const fewNumbers = 32;

/**
 * Generates the writer of one type: one pass checks the message and adds up the room it needs at most, a second writes.
 *
 * Nothing but field names goes from a definition into the code, and those are letters, digits and underscores.
 */
export function generateEncode(layout: StructLayout): FastEncode {
  const lines = new CodeLines(0, true);
  const generator = new EncodeGenerator(lines);
  lines.add(`let room = 4 + ${mostFixedBytes(layout)};`);
  generator.check(layout, 'm');
  lines.add(`const space = reserveMessage(room, isTransient), b = space.bytes, view = space.view;
let o = space.offset;
b[o] = 0; b[o + 1] = 1; b[o + 2] = 0; b[o + 3] = 0;
o += 4;`);
  generator.write(layout, 'm');
  const body = `"use strict"; ${lines.setUp}return function encode(m, isTransient) {\n${lines}\nreturn finishMessage(space, o);\n};`;
  const names = ['reserveMessage', 'finishMessage', 'writeText', 'TextListWriter'];
  const make = new Function(...names, body);
  return make(reserveMessage, finishMessage, writeText, TextListWriter) as FastEncode;
}

/** Most bytes of a struct with its paddings, without what its strings and arrays hold. */
function mostFixedBytes(layout: StructLayout): number {
  const each = layout.fields.map(({ field: { array, type }, struct }) => {
    if (array !== undefined) return 16;
    return struct === undefined ? 2 * scalarBytes[type]! : mostFixedBytes(struct);
  });
  return each.reduce((sum, bytes) => sum + bytes, 1);
}

const scalarWrites: Readonly<Record<string, (at: string, value: string) => string>> = {
  bool: (at, value) => `b[${at}] = ${value} ? 1 : 0;`,
  byte: (at, value) => `b[${at}] = ${value};`,
  char: (at, value) => `b[${at}] = ${value};`,
  uint8: (at, value) => `b[${at}] = ${value};`,
  int8: (at, value) => `b[${at}] = ${value};`,
  uint16: (at, value) => `view.setUint16(${at}, ${value}, true);`,
  int16: (at, value) => `view.setUint16(${at}, ${value}, true);`,
  uint32: (at, value) => `view.setUint32(${at}, ${value}, true);`,
  int32: (at, value) => `view.setUint32(${at}, ${value}, true);`,
  uint64: (at, value) => `view.setBigUint64(${at}, ${value}, true);`,
  int64: (at, value) => `view.setBigInt64(${at}, ${value}, true);`,
  float32: (at, value) => `view.setFloat32(${at}, ${value}, true);`,
  float64: (at, value) => `view.setFloat64(${at}, ${value}, true);`,
};

/** Returns the condition under which a value is none of its type. */
function wrongScalar({ type, stringBound }: Field, value: string): string {
  const range = integerRanges[type];
  if (range !== undefined) {
    const isInRange = `${value} >= ${range[0]} && ${value} <= ${range[1]}`;
    return `typeof ${value} !== 'number' || !(${isInRange}) || Math.floor(${value}) !== ${value}`;
  }
  if (type === 'int64') return `typeof ${value} !== 'bigint' || BigInt.asIntN(64, ${value}) !== ${value}`;
  if (type === 'uint64') return `typeof ${value} !== 'bigint' || BigInt.asUintN(64, ${value}) !== ${value}`;
  if (type === 'bool') return `typeof ${value} !== 'boolean'`;
  if (type !== 'string') return `typeof ${value} !== 'number'`;
  return `typeof ${value} !== 'string'${stringBound === undefined ? '' : ` || ${value}.length > ${stringBound}`}`;
}

class EncodeGenerator {
  readonly #lines: CodeLines;
  /** Names of what the check has read, by holder and field. */
  readonly #known = new Map<string, string>();

  constructor(lines: CodeLines) {
    this.#lines = lines;
  }

  check(layout: StructLayout, holder: string): void {
    this.#lines.add(`if (typeof ${holder} !== 'object' || ${holder} === null) return undefined;`);
    for (const field of layout.fields) {
      const value = this.#member(holder, field.field.name);
      if (field.field.array === undefined) this.#checkElement(field, value);
      else this.#checkArray(field, value);
    }
  }

  write(layout: StructLayout, holder: string): void {
    // rosidl gives a message without fields one member for the sake of IDL.
    if (layout.fields.length === 0) this.#lines.add(`b[${this.#lines.place(1)}] = 0;`);
    for (const field of layout.fields) {
      const value = this.#member(holder, field.field.name);
      if (field.field.array === undefined) this.#writeElement(field, value);
      else this.#writeArray(field, value);
    }
  }

  #member(holder: string, name: string): string {
    const key = `${holder}.${name}`;
    let value = this.#known.get(key);
    if (value === undefined) {
      value = this.#lines.name();
      this.#known.set(key, value);
      this.#lines.add(`const ${value} = ${key};`);
    }
    return value;
  }

  #checkElement({ field, struct }: FieldLayout, value: string): void {
    if (struct !== undefined) this.check(struct, value);
    else {
      this.#lines.add(`if (${wrongScalar(field, value)}) return undefined;`);
      if (field.type === 'string') this.#lines.add(`room += 3 * ${value}.length + 8;`);
    }
  }

  #checkArray(layout: FieldLayout, value: string): void {
    const { type, array } = layout.field;
    const NumericArray = numericArrayOf[type];
    const isWrong =
      NumericArray === undefined ? `!Array.isArray(${value})` : `!(${value} instanceof ${NumericArray.name})`;
    const { kind, size } = array!;
    const length =
      kind === 'unbounded' ? '' : ` || ${value}.length ${kind === 'fixed' ? '!==' : '>'} ${size}`;
    this.#lines.add(`if (${isWrong}${length}) return undefined;`);
    if (NumericArray !== undefined) {
      this.#lines.add(`room += ${NumericArray.BYTES_PER_ELEMENT} * ${value}.length + 8;`);
      return;
    }
    const fixed = layout.struct === undefined ? 8 : mostFixedBytes(layout.struct);
    this.#lines.add(`room += ${fixed} * ${value}.length;`);
    this.#each(value, (element) => this.#checkElement(layout, element));
  }

  #writeElement({ field, struct }: FieldLayout, value: string): void {
    if (struct !== undefined) this.write(struct, value);
    else if (field.type === 'string') this.#writeString(value);
    else {
      const at = this.#lines.place(scalarBytes[field.type]!);
      this.#lines.add(scalarWrites[field.type]!(at, value));
    }
  }

  #writeString(value: string): void {
    const lines = this.#lines;
    lines.place(4);
    const length = lines.name();
    lines.settle();
    lines.add(`const ${length} = writeText(b, o, ${value}) + 1;
view.setUint32(o - 4, ${length}, true);
b[o + ${length} - 1] = 0;
o += ${length};`);
    lines.forget(1);
  }

  #writeArray(layout: FieldLayout, value: string): void {
    const { type, array } = layout.field;
    const lines = this.#lines;
    if (array!.kind !== 'fixed') lines.add(`view.setUint32(${lines.place(4)}, ${value}.length, true);`);
    lines.settle();
    if (numericArrayOf[type] !== undefined) this.#writeNumbers(layout, value);
    else if (type === 'string') this.#writeTexts(value);
    else {
      this.#each(value, (element) => {
        lines.forget(1);
        this.#writeElement(layout, element);
        lines.settle();
      });
      lines.forget(1);
    }
  }

  #writeNumbers({ field: { type, array } }: FieldLayout, value: string): void {
    const lines = this.#lines;
    const size = numericArrayOf[type]!.BYTES_PER_ELEMENT;
    const isFixed = array!.kind === 'fixed';
    if (!isFixed) lines.add(`if (${value}.length > 0) {`);
    lines.align(size);
    const one = scalarWrites[type]!(`o + ${size} * i`, `${value}[i]`);
    lines.add(`if (${value}.length <= ${fewNumbers}) for (let i = 0; i < ${value}.length; i++) ${one}
else b.set(new Uint8Array(${value}.buffer, ${value}.byteOffset, ${value}.byteLength), o);
o += ${value}.byteLength;`);
    if (isFixed) lines.skipped(size * array!.size);
    else {
      lines.add('}');
      lines.forget(Math.min(size, 4));
    }
  }

  #writeTexts(value: string): void {
    const writer = this.#lines.name();
    this.#lines.setUp += `const ${writer} = new TextListWriter();\n`;
    this.#lines.align(4);
    this.#lines.add(`o = ${writer}.write(b, view, o, ${value});`);
    this.#lines.forget(1);
  }

  #each(list: string, body: (element: string) => void): void {
    const index = this.#lines.name();
    const element = this.#lines.name();
    this.#lines.add(
      `for (let ${index} = 0; ${index} < ${list}.length; ${index}++) { const ${element} = ${list}[${index}];`,
    );
    body(element);
    this.#lines.add('}');
  }
}
