/** How late the ticks of a periodic loop ran, and how many were left out. */
export class TickStatistics {
  dropped = 0;
  readonly #periodNs: bigint;
  readonly #latenessUs: Int32Array;
  #count = 0;
  #lastNs: bigint | undefined;
  #longestGapNs = 0n;

  /** @param capacity - most ticks remembered between two reports */
  constructor(periodNs: bigint, capacity: number) {
    this.#periodNs = periodNs;
    this.#latenessUs = new Int32Array(capacity);
  }

  /**
   * Notes a tick. Whole periods that passed before it ran are ticks that were left out.
   *
   * @param dueNs - when it should have run, steady time
   * @param ranNs - when it did
   */
  note(dueNs: bigint, ranNs: bigint): void {
    this.dropped += Number((ranNs - dueNs) / this.#periodNs);
    if (this.#lastNs !== undefined && ranNs - this.#lastNs > this.#longestGapNs)
      this.#longestGapNs = ranNs - this.#lastNs;
    this.#lastNs = ranNs;
    if (this.#count < this.#latenessUs.length)
      this.#latenessUs[this.#count++] = Number((ranNs - dueNs) / 1000n);
  }

  /** Returns the longest time between two ticks since the last call, microseconds. */
  takeLongestGapUs(): number {
    const gapUs = Number(this.#longestGapNs / 1000n);
    this.#longestGapNs = 0n;
    return gapUs;
  }

  /** Returns the lateness of every tick since the last call, microseconds, comma-separated. */
  takeLateness(): string {
    const text = this.#latenessUs.subarray(0, this.#count).join(',');
    this.#count = 0;
    return text;
  }
}
