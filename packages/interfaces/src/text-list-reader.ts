import { readText } from './utf8-text.ts';

/** Longer lists are not remembered. */
const mostRememberedBytes = 1024;

/**
 * Reads the elements of a `string[]`. As in {@link TextListWriter}, most lists are those of the message before: the last one is
 * remembered with its bytes, and equal bytes give its texts again, in a new list.
 */
export class TextListReader {
  /** Where the list that was read last ended. */
  end = 0;
  #bytes = new Uint8Array(0);
  #texts: readonly string[] = [];
  #count = -1;

  /**
   * @param start - where the first element's length stands, before its alignment; payloads start at offset 4
   * @returns undefined for bytes that are no such list, or are too few
   */
  read(bytes: Uint8Array, start: number, count: number): string[] | undefined {
    const from = (start + 3) & -4;
    if (count === this.#count && this.#isAt(bytes, from)) {
      this.end = from + this.#bytes.length;
      return this.#texts.slice();
    }
    const texts: string[] = [];
    let offset = from;
    for (let i = 0; i < count; i++) {
      offset = (offset + 3) & -4;
      if (offset + 4 > bytes.length) return undefined;
      const length =
        (bytes[offset]! |
          (bytes[offset + 1]! << 8) |
          (bytes[offset + 2]! << 16) |
          (bytes[offset + 3]! << 24)) >>>
        0;
      offset += 4;
      if (length > bytes.length - offset || (length > 0 && bytes[offset + length - 1] !== 0))
        return undefined;
      texts.push(length === 0 ? '' : readText(bytes, offset, offset + length - 1));
      offset += length;
    }
    if (offset - from <= mostRememberedBytes) {
      this.#bytes = new Uint8Array(bytes.subarray(from, offset));
      this.#texts = texts.slice();
      this.#count = count;
    }
    this.end = offset;
    return texts;
  }

  #isAt(bytes: Uint8Array, from: number): boolean {
    const known = this.#bytes;
    if (known.length > bytes.length - from) return false;
    for (let i = 0; i < known.length; i++) if (known[i] !== bytes[from + i]) return false;
    return true;
  }
}
