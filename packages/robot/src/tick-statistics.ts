/** How late the ticks of a periodic loop ran, and how many were left out. */
export class TickStatistics {
  dropped = 0;
  readonly #periodNs: bigint;
  readonly #latenessUs: Int32Array;
  #count = 0;
  #dueNs: bigint | undefined;
  #lastNs: bigint | undefined;
  #longestGapNs = 0n;

  /** @param capacity - most ticks remembered between two reports */
  constructor(periodNs: bigint, capacity: number) {
    this.#periodNs = periodNs;
    this.#latenessUs = new Int32Array(capacity);
  }

  /** Notes a tick that runs now: how late after the first time that was due and not served. @param nowNs - steady time */
  note(nowNs: bigint): void {
    const missedNs = this.#dueNs === undefined ? nowNs : this.#dueNs + this.#periodNs;
    let due = missedNs;
    while (nowNs - due >= this.#periodNs) {
      due += this.#periodNs;
      this.dropped++;
    }
    this.#dueNs = due;
    if (this.#lastNs !== undefined && nowNs - this.#lastNs > this.#longestGapNs)
      this.#longestGapNs = nowNs - this.#lastNs;
    this.#lastNs = nowNs;
    if (this.#count < this.#latenessUs.length)
      this.#latenessUs[this.#count++] = Number((nowNs - missedNs) / 1000n);
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
