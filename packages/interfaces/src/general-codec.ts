import { ContractError } from '@efferent/core/errors';
import { CdrProblem, CdrReader } from './cdr-reader.ts';
import { CdrWriter } from './cdr-writer.ts';
import type { Codec } from './codec.ts';
import { compileComplete } from './complete.ts';
import { elementBytes, type FieldLayout, type StructLayout } from './layout.ts';
import { numericArrayOf } from './values.ts';

type Write = (writer: CdrWriter, value: unknown) => void;
type Read = (reader: CdrReader) => unknown;

const sharedWriter = new CdrWriter();

/** Composes the codec of a type of one function a field. It does all that can come, and names what is wrong. */
export function composeCodec(layout: StructLayout): Codec {
  const { typeName } = layout;
  const complete = compileComplete(layout);
  const write = compileWriteStruct(layout);
  const read = compileReadStruct(layout);
  const encode = (message: unknown): Uint8Array<ArrayBuffer> => {
    sharedWriter.begin();
    write(sharedWriter, complete(message));
    return sharedWriter.finish();
  };
  return {
    typeName,
    complete: (message) => complete(message) as object,
    encode,
    encodeTransient: encode,
    decode: (bytes) => {
      try {
        return read(new CdrReader(bytes)) as object;
      } catch (error) {
        if (!(error instanceof CdrProblem)) throw error;
        throw new ContractError({
          code: 'undecodable-message',
          message: `not a ${typeName}: ${error.message}`,
          fields: { type: typeName, bytes: bytes.length },
        });
      }
    },
  };
}

const scalarWrites: Readonly<Record<string, Write>> = {
  bool: (writer, value) => writer.uint8(value === true ? 1 : 0),
  byte: (writer, value) => writer.uint8(value as number),
  char: (writer, value) => writer.uint8(value as number),
  uint8: (writer, value) => writer.uint8(value as number),
  int8: (writer, value) => writer.uint8(value as number),
  uint16: (writer, value) => writer.uint16(value as number),
  int16: (writer, value) => writer.uint16(value as number),
  uint32: (writer, value) => writer.uint32(value as number),
  int32: (writer, value) => writer.uint32(value as number),
  uint64: (writer, value) => writer.uint64(value as bigint),
  int64: (writer, value) => writer.int64(value as bigint),
  float32: (writer, value) => writer.float32(value as number),
  float64: (writer, value) => writer.float64(value as number),
  string: (writer, value) => writer.string(value as string),
  wstring: (writer, value) => writer.wstring(value as string),
};

const scalarReads: Readonly<Record<string, Read>> = {
  bool: (reader) => reader.uint8() !== 0,
  byte: (reader) => reader.uint8(),
  char: (reader) => reader.uint8(),
  uint8: (reader) => reader.uint8(),
  int8: (reader) => reader.int8(),
  uint16: (reader) => reader.uint16(),
  int16: (reader) => reader.int16(),
  uint32: (reader) => reader.uint32(),
  int32: (reader) => reader.int32(),
  uint64: (reader) => reader.uint64(),
  int64: (reader) => reader.int64(),
  float32: (reader) => reader.float32(),
  float64: (reader) => reader.float64(),
  string: (reader) => reader.string(),
  wstring: (reader) => reader.wstring(),
};

/** A message without fields takes one byte on the wire, as rosidl gives it one member for the sake of IDL. */
function compileWriteStruct(layout: StructLayout): Write {
  const names = layout.fields.map(({ field }) => field.name);
  const writes = layout.fields.map(compileWriteField);
  if (names.length === 0) return (writer) => writer.uint8(0);
  return (writer, value) => {
    const message = value as Readonly<Record<string, unknown>>;
    for (let i = 0; i < names.length; i++) writes[i]!(writer, message[names[i]!]);
  };
}

function compileWriteField(layout: FieldLayout): Write {
  const { array, type } = layout.field;
  const element = layout.struct ? compileWriteStruct(layout.struct) : scalarWrites[type]!;
  if (array === undefined) return element;
  const hasLength = array.kind !== 'fixed';
  if (numericArrayOf[type] !== undefined) {
    return (writer, value) => {
      const values = value as Float64Array;
      if (hasLength) writer.uint32(values.length);
      writer.elements(values);
    };
  }
  return (writer, value) => {
    const values = value as readonly unknown[];
    if (hasLength) writer.uint32(values.length);
    for (let i = 0; i < values.length; i++) element(writer, values[i]);
  };
}

function compileReadStruct(layout: StructLayout): Read {
  const names = layout.fields.map(({ field }) => field.name);
  const reads = layout.fields.map(compileReadField);
  if (names.length === 0) {
    return (reader) => {
      reader.uint8();
      return {};
    };
  }
  return (reader) => {
    const message: Record<string, unknown> = {};
    for (let i = 0; i < names.length; i++) message[names[i]!] = reads[i]!(reader);
    return message;
  };
}

function compileReadField(layout: FieldLayout): Read {
  const { array, type, name, stringBound } = layout.field;
  const read = layout.struct ? compileReadStruct(layout.struct) : scalarReads[type]!;
  const element: Read =
    stringBound === undefined ? read : (reader) => bounded(read(reader) as string, stringBound, name);
  if (array === undefined) return element;
  const bytes = elementBytes(layout);
  const lengthOf = (reader: CdrReader): number => {
    if (array.kind === 'fixed') return array.size;
    const length = reader.length(bytes);
    if (array.kind === 'bounded' && length > array.size) {
      throw new CdrProblem(`field "${name}" has ${length} elements, at most ${array.size} are allowed`);
    }
    return length;
  };
  if (numericArrayOf[type] !== undefined) return (reader) => reader.elements(type, lengthOf(reader));
  return (reader) => {
    const length = lengthOf(reader);
    const values: unknown[] = [];
    for (let i = 0; i < length; i++) values.push(element(reader));
    return values;
  };
}

function bounded(value: string, bound: number, name: string): string {
  if (value.length > bound)
    throw new CdrProblem(`field "${name}" has ${value.length} characters, at most ${bound} are allowed`);
  return value;
}
