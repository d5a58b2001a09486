/** More ticks than this are not caught up at once: the rest is dropped, so that a stall cannot grow. */
const maxCatchUp = 12;

/** Decides how many physics steps are due. Times come in as ns of one clock; one code path for real time and lockstep. */
export class Pacer {
  /** Steps that were dropped because the machine was too slow. */
  dropped = 0;
  readonly #rateHz: number;
  readonly #realTimeFactor: () => number;
  #factor = 1;
  #startNs: bigint | undefined;
  #done = 0;

  /** @param realTimeFactor - tells the simulated seconds per second of the clock, which may change */
  constructor(rateHz: number, realTimeFactor: () => number) {
    this.#rateHz = rateHz;
    this.#realTimeFactor = realTimeFactor;
  }

  /** Returns the number of steps to do now. The first call starts the pace. */
  due(nowNs: bigint): number {
    this.#startNs ??= nowNs;
    const factor = this.#realTimeFactor();
    if (factor !== this.#factor) this.restart(nowNs);
    this.#factor = factor;
    const wanted = Math.floor(Number(nowNs - this.#startNs) * 1e-9 * this.#rateHz * factor + 1e-6);
    const due = wanted - this.#done;
    if (due <= 0) return 0;
    this.#done = wanted;
    if (due <= maxCatchUp) return due;
    this.dropped += due - maxCatchUp;
    return maxCatchUp;
  }

  /** Begins anew at `nowNs`; after a pause. */
  restart(nowNs: bigint): void {
    this.#startNs = nowNs;
    this.#done = 0;
  }
}

/** Tells once per period of simulated time. */
export class Rate {
  readonly #periodS: number;
  #nextS = 0;

  constructor(rateHz: number) {
    this.#periodS = 1 / rateHz;
  }

  isDue(timeS: number): boolean {
    if (timeS + 1e-9 < this.#nextS) return false;
    this.#nextS += this.#periodS;
    // After a jump ahead the next turn is one period away, not a burst.
    if (this.#nextS <= timeS) this.#nextS = timeS + this.#periodS;
    return true;
  }

  reset(): void {
    this.#nextS = 0;
  }
}
