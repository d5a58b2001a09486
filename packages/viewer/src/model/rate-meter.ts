/** Measures how often something happens and how many bytes it brings, over a sliding window. */
export class RateMeter {
  readonly #windowMs: number;
  readonly #events: { readonly timeMs: number; readonly bytes: number }[] = [];
  #first = 0;

  constructor(windowMs = 3000) {
    this.#windowMs = windowMs;
  }

  add(timeMs: number, bytes = 0): void {
    this.#events.push({ timeMs, bytes });
    this.#forgetBefore(timeMs - this.#windowMs);
  }

  /** Events a second. */
  rateHz(nowMs: number): number {
    this.#forgetBefore(nowMs - this.#windowMs);
    return (this.#events.length - this.#first) / (this.#windowMs / 1000);
  }

  bytesPerSecond(nowMs: number): number {
    this.#forgetBefore(nowMs - this.#windowMs);
    let bytes = 0;
    for (let i = this.#first; i < this.#events.length; i++) bytes += this.#events[i]?.bytes ?? 0;
    return bytes / (this.#windowMs / 1000);
  }

  #forgetBefore(timeMs: number): void {
    while (this.#first < this.#events.length && (this.#events[this.#first]?.timeMs ?? 0) < timeMs)
      this.#first++;
    if (this.#first > 512) {
      this.#events.splice(0, this.#first);
      this.#first = 0;
    }
  }
}

/** Measures how fast simulated time runs beside the page's clock: 1 is real time. */
export class RealTimeFactor {
  readonly #samples: { readonly wallMs: number; readonly simNs: bigint }[] = [];

  add(wallMs: number, simNs: bigint): void {
    const last = this.#samples[this.#samples.length - 1];
    if (last && simNs < last.simNs) this.#samples.length = 0;
    else if (last && wallMs - last.wallMs < 100) return;
    this.#samples.push({ wallMs, simNs });
    while (this.#samples.length > 2 && wallMs - (this.#samples[0]?.wallMs ?? wallMs) > 5000)
      this.#samples.shift();
  }

  /** Returns the factor over the last five seconds, or undefined before there is enough to tell. */
  get value(): number | undefined {
    const first = this.#samples[0];
    const last = this.#samples[this.#samples.length - 1];
    if (!first || !last || last.wallMs - first.wallMs < 1000) return undefined;
    return Number(last.simNs - first.simNs) / 1e6 / (last.wallMs - first.wallMs);
  }
}
