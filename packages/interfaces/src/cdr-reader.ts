import { readText } from './utf8-text.ts';
import { type NumericArray, numericArrayOf } from './values.ts';

const hostIsLittleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** Says why bytes are no message; the codec adds the type's name. */
export class CdrProblem extends Error {}

/** Reads XCDR1 in either byte order and never past the end of the given bytes. */
export class CdrReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #littleEndian: boolean;
  #offset = 4;

  /** @throws {@link CdrProblem} when the header is missing or names another encoding */
  constructor(bytes: Uint8Array) {
    if (bytes.length < 4)
      throw new CdrProblem(`${bytes.length} bytes, but the encapsulation header alone takes 4`);
    if (bytes[0] !== 0 || bytes[1]! > 1) {
      throw new CdrProblem(`encapsulation ${bytes[0]}.${bytes[1]}, expected plain CDR (0.0 or 0.1)`);
    }
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#littleEndian = bytes[1] === 1;
  }

  uint8(): number {
    return this.#bytes[this.#take(1, 1)]!;
  }

  int8(): number {
    return this.#view.getInt8(this.#take(1, 1));
  }

  uint16(): number {
    return this.#view.getUint16(this.#take(2, 2), this.#littleEndian);
  }

  int16(): number {
    return this.#view.getInt16(this.#take(2, 2), this.#littleEndian);
  }

  uint32(): number {
    return this.#view.getUint32(this.#take(4, 4), this.#littleEndian);
  }

  int32(): number {
    return this.#view.getInt32(this.#take(4, 4), this.#littleEndian);
  }

  uint64(): bigint {
    return this.#view.getBigUint64(this.#take(8, 8), this.#littleEndian);
  }

  int64(): bigint {
    return this.#view.getBigInt64(this.#take(8, 8), this.#littleEndian);
  }

  float32(): number {
    return this.#view.getFloat32(this.#take(4, 4), this.#littleEndian);
  }

  float64(): number {
    return this.#view.getFloat64(this.#take(8, 8), this.#littleEndian);
  }

  string(): string {
    const length = this.uint32();
    // Some senders write 0 for an empty string instead of 1.
    if (length === 0) return '';
    const start = this.#take(1, length);
    if (this.#bytes[start + length - 1] !== 0)
      throw new CdrProblem(`the string at byte ${start} does not end in NUL`);
    return readText(this.#bytes, start, start + length - 1);
  }

  /** Reads UTF-16 units of 32 bits each, see {@link CdrWriter.wstring}. */
  wstring(): string {
    const length = this.length(4);
    let text = '';
    for (let i = 0; i < length; i++) {
      const unit = this.uint32();
      if (unit > 0xffff) throw new CdrProblem(`${unit} at byte ${this.#offset - 4} is no UTF-16 unit`);
      text += String.fromCharCode(unit);
    }
    return text;
  }

  /** Reads a sequence's length and checks it against what is left. */
  length(elementBytes: number): number {
    const length = this.uint32();
    const left = this.#bytes.length - this.#offset;
    if (length * elementBytes > left)
      throw new CdrProblem(
        `a sequence of ${length} elements at byte ${this.#offset - 4}, but ${left} bytes are left`,
      );
    return length;
  }

  /** Reads `length` numbers; the result is a view into the message's bytes where alignment allows. */
  elements(type: string, length: number): NumericArray {
    const NumericArray = numericArrayOf[type]!;
    if (length === 0) return new NumericArray(0);
    const size = NumericArray.BYTES_PER_ELEMENT;
    const start = this.#take(size, size * length);
    const position = this.#bytes.byteOffset + start;
    if (this.#littleEndian !== hostIsLittleEndian && size > 1) return this.#swapped(type, start, length);
    if (position % size === 0) return new NumericArray(this.#bytes.buffer, position, length);
    return new NumericArray(this.#copy(start, size * length).buffer, 0, length);
  }

  #swapped(type: string, start: number, length: number): NumericArray {
    const NumericArray = numericArrayOf[type]!;
    const size = NumericArray.BYTES_PER_ELEMENT;
    const copy = this.#copy(start, size * length);
    for (let i = 0; i < length; i++) copy.subarray(i * size, (i + 1) * size).reverse();
    return new NumericArray(copy.buffer, 0, length);
  }

  /** A `slice` would be a view when the bytes are a Node `Buffer`. */
  #copy(start: number, length: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#bytes.subarray(start, start + length));
  }

  #take(alignment: number, bytes: number): number {
    const start = ((this.#offset - 4 + alignment - 1) & -alignment) + 4;
    if (start + bytes > this.#bytes.length) {
      throw new CdrProblem(
        `ends at byte ${this.#bytes.length}, but ${bytes} bytes are needed at byte ${start}`,
      );
    }
    this.#offset = start + bytes;
    return start;
  }
}
