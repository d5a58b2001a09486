import { type ByteOrder, counterModulus, type RowLayout, readCounter, rowBytesOf } from './row-layout.ts';

/** Why a stream cannot be read at all. */
export type StreamFault = 'no-counter' | 'wrong-byte-order';

/** Takes a row. @param index - of the sample since the source started. Valid during the call only. */
export type RowHandler = (bytes: Uint8Array, at: number, index: number) => void;

/** A counter that goes up by one in so many rows after another is one. */
const provingRows = 5;
/** Rows that come again are dropped when they are not older than this; older ones mean that the device started anew, rows. */
const mostRepeatedRows = 1024;
const capacityRows = 256;

/**
 * Finds the rows of a device in the bytes that TCP delivers in any pieces, and what is missing between them.
 *
 * TCP has no marks between rows, and a device that loses its place says nothing. The rows' own counter is what tells:
 * it finds the first row, counts the lost ones, and when it stops making sense the rows are looked for again, byte by byte.
 */
export class CountedRows {
  /** Rows that the counter says were never sent, or came too late to be sent. */
  lostRows = 0;
  /** Rows that came again and were dropped. */
  repeatedRows = 0;
  /** Bytes that belong to no row. */
  strayBytes = 0;
  readonly #layout: RowLayout;
  readonly #rowBytes: number;
  readonly #mostStrayRows: number;
  readonly #bytes: Uint8Array;
  #fill = 0;
  #isAligned = false;
  #strayRows = 0;
  #nextIndex: number;
  /** Counter of the row before in the stream, and of the newest row handed out. */
  #previous = -1;
  #newest = -1;

  /**
   * @param firstIndex - index of the first row
   * @param mostStrayRows - a stream without a counter is given up after so many rows
   */
  constructor(layout: RowLayout, firstIndex: number, mostStrayRows: number) {
    this.#layout = layout;
    this.#rowBytes = rowBytesOf(layout);
    this.#mostStrayRows = mostStrayRows;
    this.#nextIndex = firstIndex;
    this.#bytes = new Uint8Array(capacityRows * this.#rowBytes);
  }

  /** Index of the row after the newest one. */
  get nextIndex(): number {
    return this.#nextIndex;
  }

  /** Takes the next bytes and hands out the rows that they complete. Does not allocate. */
  push(chunk: Uint8Array, onRow: RowHandler): StreamFault | undefined {
    for (let taken = 0; taken < chunk.length; ) {
      const size = Math.min(chunk.length - taken, this.#bytes.length - this.#fill);
      this.#bytes.set(chunk.subarray(taken, taken + size), this.#fill);
      this.#fill += size;
      taken += size;
      const fault = this.#consume(onRow);
      if (fault !== undefined) return fault;
    }
    return undefined;
  }

  /** Hands out every row that is certain and moves what is left to the front. */
  #consume(onRow: RowHandler): StreamFault | undefined {
    let at = 0;
    let fault: StreamFault | undefined;
    while (fault === undefined) {
      const left = this.#fill - at;
      if (!this.#isAligned) {
        if (left < (provingRows + 1) * this.#rowBytes) break;
        const offset = this.#findRow(at);
        if (this.#isTurnedRound(at, offset)) fault = 'wrong-byte-order';
        at += offset ?? this.#rowBytes;
        if (offset === undefined) fault ??= this.#stray();
        else this.#align(offset, readCounter(this.#bytes, at, this.#layout));
        continue;
      }
      if (left < this.#rowBytes) break;
      const counter = readCounter(this.#bytes, at, this.#layout);
      if (counter !== following(this.#previous)) {
        // The row after it tells a counter that jumped from bytes that are missing.
        if (left < 2 * this.#rowBytes) break;
        if (readCounter(this.#bytes, at + this.#rowBytes, this.#layout) !== following(counter)) {
          this.#isAligned = false;
          continue;
        }
      }
      this.#previous = counter;
      if (this.#isNew(counter)) {
        onRow(this.#bytes, at, this.#nextIndex);
        this.#nextIndex += 1;
        this.#newest = counter;
      }
      at += this.#rowBytes;
    }
    this.#bytes.copyWithin(0, at, this.#fill);
    this.#fill -= at;
    return fault;
  }

  /** Tells whether a row has not been handed out yet, and makes `#nextIndex` jump over those that are missing. */
  #isNew(counter: number): boolean {
    if (this.#newest < 0) return true;
    const ahead = (counter - this.#newest + counterModulus) % counterModulus;
    if (ahead >= 1 && ahead < counterModulus / 2) {
      this.#lose(ahead - 1);
      return true;
    }
    if ((counterModulus - ahead) % counterModulus <= mostRepeatedRows) {
      this.repeatedRows += 1;
      return false;
    }
    // The device started anew: how long it was away is not known, but it was.
    this.#lose(1);
    return true;
  }

  #lose(rows: number): void {
    this.lostRows += rows;
    this.#nextIndex += rows;
  }

  #align(offset: number, counter: number): void {
    this.strayBytes += offset;
    this.#strayRows = 0;
    this.#isAligned = true;
    this.#previous = (counter - 1 + counterModulus) % counterModulus;
  }

  #stray(): StreamFault | undefined {
    this.strayBytes += this.#rowBytes;
    this.#strayRows += 1;
    return this.#strayRows > this.#mostStrayRows ? 'no-counter' : undefined;
  }

  /**
   * Tells whether a stream begins with rows of the other byte order. Later this cannot be told: small numbers look the same one
   * byte further.
   */
  #isTurnedRound(at: number, offset: number | undefined): boolean {
    const isBegin = this.#newest < 0 && this.strayBytes === 0 && at === 0;
    const other = this.#layout.byteOrder === 'big' ? 'little' : 'big';
    return isBegin && offset !== 0 && this.#isRow(at, other);
  }

  /** Returns how many bytes after `at` a row starts. */
  #findRow(at: number): number | undefined {
    for (let offset = 0; offset < this.#rowBytes; offset++) {
      if (this.#isRow(at + offset, this.#layout.byteOrder)) return offset;
    }
    return undefined;
  }

  #isRow(at: number, byteOrder: ByteOrder): boolean {
    const counterOf = (row: number) =>
      readCounter(this.#bytes, at + row * this.#rowBytes, this.#layout, byteOrder);
    for (let row = 1; row < provingRows; row++) {
      if (counterOf(row) !== following(counterOf(row - 1))) return false;
    }
    return true;
  }
}

function following(counter: number): number {
  return (counter + 1) % counterModulus;
}
