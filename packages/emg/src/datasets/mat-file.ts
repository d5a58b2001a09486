import { inflateSync } from 'node:zlib';
import { describeError } from '@efferent/core';
import { invalidDataSet } from './data-set.ts';

/** A numeric array of a MATLAB file; values in MATLAB's order: the first index runs fastest. */
export interface MatArray {
  readonly shape: readonly number[];
  readonly values: Float64Array;
}

interface Element {
  readonly type: number;
  readonly body: DataView;
  /** Where the next element begins. */
  readonly end: number;
}

const headerBytes = 128;
/** Types of elements that hold numbers: bytes of one, and how to read it. */
const numberTypes: Readonly<
  Record<number, readonly [number, (view: DataView, at: number, little: boolean) => number]>
> = {
  1: [1, (view, at) => view.getInt8(at)],
  2: [1, (view, at) => view.getUint8(at)],
  3: [2, (view, at, little) => view.getInt16(at, little)],
  4: [2, (view, at, little) => view.getUint16(at, little)],
  5: [4, (view, at, little) => view.getInt32(at, little)],
  6: [4, (view, at, little) => view.getUint32(at, little)],
  7: [4, (view, at, little) => view.getFloat32(at, little)],
  9: [8, (view, at, little) => view.getFloat64(at, little)],
  12: [8, (view, at, little) => Number(view.getBigInt64(at, little))],
  13: [8, (view, at, little) => Number(view.getBigUint64(at, little))],
};
const matrixType = 14;
const compressedType = 15;
/** Classes of arrays that hold numbers: double, single and the integers. */
const isNumericClass = (arrayClass: number) => arrayClass >= 6 && arrayClass <= 15;
/** Compressed variables that unpack to more are refused, bytes. */
const largestVariable = 1 << 30;

/**
 * Reads the numeric arrays of a MATLAB level 5 file (`-v5`, `-v6`, `-v7`); cells, structures, texts, sparse and complex
 * arrays are left out.
 *
 * @see MathWorks, MAT-File Format, chapter 1
 * @param file - what to call it in messages
 * @throws {@link ConfigurationError} code `invalid-data-set`
 */
export function readMatArrays(bytes: Buffer, file: string): ReadonlyMap<string, MatArray> {
  const view = viewOf(bytes);
  const order = bytes.subarray(126, 128).toString('latin1');
  if (bytes.length < headerBytes || (order !== 'IM' && order !== 'MI')) {
    const isHdf5 = bytes.subarray(0, 10).toString('latin1') === 'MATLAB 7.3';
    throw invalidDataSet(
      file,
      isHdf5
        ? 'is a MATLAB 7.3 file; save it with -v7'
        : 'is no MATLAB level 5 file: its header names no byte order',
    );
  }
  const littleEndian = order === 'IM';
  const arrays = new Map<string, MatArray>();
  try {
    for (let at = headerBytes; at < bytes.length; ) {
      const outer = readElement(view, at, littleEndian);
      at = outer.end;
      const element = outer.type === compressedType ? unpack(outer, littleEndian) : outer;
      if (element.type !== matrixType) continue;
      const [name, array] = readMatrix(element.body, littleEndian);
      if (array !== undefined) arrays.set(name, array);
    }
  } catch (error) {
    throw invalidDataSet(file, `is damaged: ${describeError(error)}`);
  }
  return arrays;
}

function readMatrix(body: DataView, little: boolean): readonly [string, MatArray | undefined] {
  const flags = readElement(body, 0, little);
  const dimensions = readElement(body, flags.end, little);
  const name = readElement(body, dimensions.end, little);
  const text = Buffer.from(name.body.buffer, name.body.byteOffset, name.body.byteLength).toString('latin1');
  const flagWord = flags.body.getUint32(0, little);
  const isComplex = (flagWord & 0x800) !== 0;
  if (!isNumericClass(flagWord & 0xff) || isComplex) return [text, undefined];
  const shape = [...readNumbers(dimensions, little)];
  const values = readNumbers(readElement(body, name.end, little), little);
  const expected = shape.reduce((product, size) => product * size, 1);
  if (values.length !== expected)
    throw new Error(`"${text}" has ${values.length} values for ${shape.join('x')}`);
  return [text, { shape, values }];
}

function readNumbers({ type, body }: Element, little: boolean): Float64Array {
  const [bytes, read] = numberTypes[type] ?? [];
  if (bytes === undefined || read === undefined) throw new Error(`numbers of the unknown type ${type}`);
  const values = new Float64Array(Math.floor(body.byteLength / bytes));
  for (let i = 0; i < values.length; i++) values[i] = read(body, i * bytes, little);
  return values;
}

/** Small elements keep type, length and up to four bytes of data in eight bytes; others are padded to eight. */
function readElement(view: DataView, at: number, little: boolean): Element {
  const word = view.getUint32(at, little);
  const smallLength = word >>> 16;
  const length = smallLength > 0 ? smallLength : view.getUint32(at + 4, little);
  const start = at + (smallLength > 0 ? 4 : 8);
  if (start + length > view.byteLength || smallLength > 4) {
    throw new Error(`an element at byte ${at} is ${length} bytes long, past the end`);
  }
  const type = smallLength > 0 ? word & 0xffff : word;
  const body = new DataView(view.buffer, view.byteOffset + start, length);
  const end = type === compressedType ? start + length : start + Math.ceil(length / 8) * 8;
  return { type, body, end: smallLength > 0 ? at + 8 : end };
}

function unpack({ body }: Element, little: boolean): Element {
  const packed = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  return readElement(viewOf(inflateSync(packed, { maxOutputLength: largestVariable })), 0, little);
}

function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
