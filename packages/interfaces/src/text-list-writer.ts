import { writeText } from './utf8-text.ts';

/** Longer lists are not remembered. */
const mostRemembered = 64;

/**
 * Writes the elements of a `string[]`. Most lists are the joint names that went with the message before, so that the last
 * one is remembered as bytes; texts cannot change, and comparing them to the same texts takes next to no time.
 */
export class TextListWriter {
  #texts: readonly string[] = [];
  #bytes = new Uint8Array(0);

  /**
   * @param bytes - with room for the list
   * @param start - a multiple of 4 into the payload
   * @returns where the list ends
   */
  write(bytes: Uint8Array<ArrayBuffer>, view: DataView, start: number, texts: readonly string[]): number {
    if (this.#remembers(texts)) {
      bytes.set(this.#bytes, start);
      return start + this.#bytes.length;
    }
    let offset = start;
    for (let i = 0; i < texts.length; i++) {
      while ((offset & 3) !== 0) bytes[offset++] = 0;
      const length = writeText(bytes, offset + 4, texts[i]!) + 1;
      view.setUint32(offset, length, true);
      offset += 4 + length;
      bytes[offset - 1] = 0;
    }
    if (texts.length <= mostRemembered) {
      this.#texts = texts.slice();
      this.#bytes = bytes.slice(start, offset);
    }
    return offset;
  }

  #remembers(texts: readonly string[]): boolean {
    const last = this.#texts;
    if (texts.length !== last.length) return false;
    for (let i = 0; i < texts.length; i++) if (texts[i] !== last[i]) return false;
    return true;
  }
}
