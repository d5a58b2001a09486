/** How late the ticks of a periodic loop ran, and how many were left out. */
export class TickStatistics {
  dropped = 0;
  readonly #periodNs: bigint;
  readonly #latenessUs: Int32Array;
  #count = 0;
  #dueNs: bigint | undefined;

  /** @param capacity - most ticks remembered between two reports */
  constructor(periodNs: bigint, capacity: number) {
    this.#periodNs = periodNs;
    this.#latenessUs = new Int32Array(capacity);
  }

  /** Notes a tick that runs now. @param nowNs - steady time */
  note(nowNs: bigint): void {
    let due = this.#dueNs === undefined ? nowNs : this.#dueNs + this.#periodNs;
    while (nowNs - due >= this.#periodNs) {
      due += this.#periodNs;
      this.dropped++;
    }
    this.#dueNs = due;
    if (this.#count < this.#latenessUs.length)
      this.#latenessUs[this.#count++] = Number((nowNs - due) / 1000n);
  }

  /** Returns the lateness of every tick since the last call, microseconds, comma-separated. */
  takeLateness(): string {
    const text = this.#latenessUs.subarray(0, this.#count).join(',');
    this.#count = 0;
    return text;
  }
}
