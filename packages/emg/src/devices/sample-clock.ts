import { nsPerSecond } from '@efferent/core';

/** How much a device's clock may run slow against ours, ns a second; crystals keep within a tenth of it. */
const mostDriftNs = 200_000n;

/**
 * Tells when samples were taken, on our clock, from when they arrived.
 *
 * Samples arrive in bursts and late, never early: the earliest arrivals tell the time, and it gives way slowly to a device
 * whose clock runs slow. No stamp lies in the future.
 */
export class SampleClock {
  readonly #sampleRateHz: bigint;
  /** Time of sample 0. */
  #originNs: bigint | undefined;
  #observedNs = 0n;

  constructor(sampleRateHz: number) {
    this.#sampleRateHz = BigInt(sampleRateHz);
  }

  /** Notes that at `nowNs` all samples before `nextIndex` have arrived. */
  observe(nextIndex: number, nowNs: bigint): void {
    const latestNs = nowNs - this.#durationNs(nextIndex);
    if (this.#originNs === undefined || latestNs <= this.#originNs) {
      this.#originNs = latestNs;
    } else {
      const giveNs = ((nowNs - this.#observedNs) * mostDriftNs) / nsPerSecond;
      const lateNs = latestNs - this.#originNs;
      this.#originNs += lateNs < giveNs ? lateNs : giveNs;
    }
    this.#observedNs = nowNs;
  }

  /** Returns when a sample was taken, ns; 0 before the first observation. */
  stampNs(index: number): bigint {
    return (this.#originNs ?? 0n) + this.#durationNs(index);
  }

  /** Returns the sample that is taken at `nowNs`. */
  indexAt(nowNs: bigint): number {
    return Number(((nowNs - (this.#originNs ?? nowNs)) * this.#sampleRateHz) / nsPerSecond);
  }

  #durationNs(samples: number): bigint {
    return (BigInt(samples) * nsPerSecond) / this.#sampleRateHz;
  }
}
