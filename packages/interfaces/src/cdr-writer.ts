import { writeText } from './utf8-text.ts';

/**
 * Writes XCDR1 little-endian, the encoding that ROS 2 puts on the wire: a 4-byte header, then values aligned to
 * their size relative to the end of the header.
 *
 * @see OMG DDS-XTypes 1.3, 7.4.1 (XCDR version 1)
 */
export class CdrWriter {
  #bytes: Uint8Array<ArrayBuffer>;
  #view: DataView;
  #offset = 0;

  constructor(capacity = 512) {
    this.#bytes = new Uint8Array(capacity);
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** Starts a new message in the same memory. */
  begin(): void {
    this.#offset = 4;
    this.#bytes[0] = 0;
    this.#bytes[1] = 1;
    this.#bytes[2] = 0;
    this.#bytes[3] = 0;
  }

  /** Copies what was written since `begin`; the copy's size is not padded. */
  finish(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#offset);
  }

  uint8(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#offset++] = value;
  }

  uint16(value: number): void {
    this.#align(2, 2);
    this.#view.setUint16(this.#offset, value, true);
    this.#offset += 2;
  }

  uint32(value: number): void {
    this.#align(4, 4);
    this.#view.setUint32(this.#offset, value, true);
    this.#offset += 4;
  }

  float32(value: number): void {
    this.#align(4, 4);
    this.#view.setFloat32(this.#offset, value, true);
    this.#offset += 4;
  }

  float64(value: number): void {
    this.#align(8, 8);
    this.#view.setFloat64(this.#offset, value, true);
    this.#offset += 8;
  }

  uint64(value: bigint): void {
    this.#align(8, 8);
    this.#view.setBigUint64(this.#offset, value, true);
    this.#offset += 8;
  }

  int64(value: bigint): void {
    this.#align(8, 8);
    this.#view.setBigInt64(this.#offset, value, true);
    this.#offset += 8;
  }

  /** Writes a string as UTF-8 with its length and a closing NUL, both counted. */
  string(value: string): void {
    this.#align(4, 4 + value.length * 3 + 1);
    const start = this.#offset + 4;
    const length = writeText(this.#bytes, start, value);
    this.#view.setUint32(this.#offset, length + 1, true);
    this.#bytes[start + length] = 0;
    this.#offset = start + length + 1;
  }

  /** Writes UTF-16 units as 32-bit values without an end, as rmw_cyclonedds writes `wstring` (`wchar_t` of Linux). */
  wstring(value: string): void {
    this.#align(4, 4 + 4 * value.length);
    this.#view.setUint32(this.#offset, value.length, true);
    this.#offset += 4;
    for (let i = 0; i < value.length; i++, this.#offset += 4)
      this.#view.setUint32(this.#offset, value.charCodeAt(i), true);
  }

  /** Writes the elements of a typed array, without a length. An empty array writes nothing, not even padding. */
  elements(values: ArrayBufferView & { readonly BYTES_PER_ELEMENT: number }): void {
    if (values.byteLength === 0) return;
    this.#align(values.BYTES_PER_ELEMENT, values.byteLength);
    this.#bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), this.#offset);
    this.#offset += values.byteLength;
  }

  #align(size: number, bytes: number): void {
    const misaligned = this.#offset & (size - 1);
    // The header is 4 bytes long: 8-byte values sit at offsets that leave a remainder of 4.
    let padding = size === 8 ? (12 - misaligned) & 7 : (size - misaligned) & (size - 1);
    this.#reserve(padding + bytes);
    while (padding-- > 0) this.#bytes[this.#offset++] = 0;
  }

  #reserve(bytes: number): void {
    const needed = this.#offset + bytes;
    if (needed <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    larger.set(this.#bytes.subarray(0, this.#offset));
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }
}
