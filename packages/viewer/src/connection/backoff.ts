/** Waits between attempts to reconnect: doubling from `firstMs` to `longestMs`, back to `firstMs` after a success. */
export class Backoff {
  readonly #firstMs: number;
  readonly #longestMs: number;
  #nextMs: number;

  constructor(firstMs = 250, longestMs = 4000) {
    this.#firstMs = firstMs;
    this.#longestMs = longestMs;
    this.#nextMs = firstMs;
  }

  /** Returns how long to wait before the next attempt, ms. */
  next(): number {
    const waitMs = this.#nextMs;
    this.#nextMs = Math.min(this.#longestMs, waitMs * 2);
    return waitMs;
  }

  succeeded(): void {
    this.#nextMs = this.#firstMs;
  }
}
