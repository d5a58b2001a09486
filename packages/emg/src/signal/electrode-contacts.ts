import type { SignalSettings } from './signal-chain.ts';
import { sleeveNeighbours, sleeveShape } from './sleeve-shape.ts';

/** Mains on an electrode that hangs loose: above this, µV, and above this many times the median of all. Ours. */
const looseUv = 150;
const looseOverMedian = 6;
/** An electrode without contact sees less than this share of what its neighbours see, when they see this much, µV. Ours. */
const deafShare = 0.12;
const hearingUv = 25;

/**
 * Tells which electrodes have lost the skin, and puts the mean of their neighbours in their place.
 *
 * A loose electrode picks up the mains field, which the notches remove later: it is measured on raw samples over a window,
 * a whole number of mains periods. A dead one stays quiet beside working muscle.
 */
export class ElectrodeContacts {
  /** Electrodes that are off now. */
  offCount = 0;
  readonly #channelCount: number;
  readonly #stridesPerWindow: number;
  readonly #windowSamples: number;
  readonly #radPerSample: number;
  /** Per channel the electrodes beside it; undefined where nobody knows. */
  readonly #neighbours: readonly (readonly number[])[] | undefined;
  /** `[stride, phase, channel]`, a ring; phases are cosine and sine. */
  readonly #sums: Float64Array;
  readonly #mainsUv: Float64Array;
  readonly #sorted: Float64Array;
  readonly #isOff: Uint8Array;
  #stride = 0;
  #sample = 0;

  constructor({ channelCount, sampleRateHz, filter, window }: SignalSettings) {
    this.#channelCount = channelCount;
    this.#windowSamples = window.windowSamples;
    this.#stridesPerWindow = window.windowSamples / window.strideSamples;
    this.#radPerSample = (2 * Math.PI * (filter.notchesHz[0] ?? 50)) / sampleRateHz;
    this.#neighbours =
      channelCount === sleeveShape.rings * sleeveShape.columns ? sleeveNeighbours() : undefined;
    this.#sums = new Float64Array(this.#stridesPerWindow * 2 * channelCount);
    this.#mainsUv = new Float64Array(channelCount);
    this.#sorted = new Float64Array(channelCount);
    this.#isOff = new Uint8Array(channelCount);
  }

  /** Forgets all samples. */
  reset(): void {
    this.#sums.fill(0);
    this.#isOff.fill(0);
    this.offCount = 0;
    this.#stride = 0;
    this.#sample = 0;
  }

  /**
   * Takes one raw sample of every channel. Does not allocate.
   * @param samplesUv - `[sample, channel]`, row-major
   * @param row - index of the sample's first element
   */
  push(samplesUv: Float32Array, row: number): void {
    const cosine = Math.cos(this.#radPerSample * this.#sample);
    const sine = Math.sin(this.#radPerSample * this.#sample);
    this.#sample += 1;
    const first = this.#stride * 2 * this.#channelCount;
    const second = first + this.#channelCount;
    for (let channel = 0; channel < this.#channelCount; channel++) {
      const x = samplesUv[row + channel] as number;
      this.#sums[first + channel] = (this.#sums[first + channel] as number) + x * cosine;
      this.#sums[second + channel] = (this.#sums[second + channel] as number) + x * sine;
    }
  }

  /**
   * Judges the window that ends now. Does not allocate.
   * @param channelRmsUv - `[channel]`, after the filters
   */
  endStride(channelRmsUv: Float32Array): void {
    this.#measureMains();
    this.#sorted.set(this.#mainsUv);
    this.#sorted.sort();
    const median = this.#sorted[Math.floor(this.#channelCount / 2)] as number;
    const limitUv = Math.max(looseUv, looseOverMedian * median);
    this.offCount = 0;
    for (let channel = 0; channel < this.#channelCount; channel++) {
      const isLoose = (this.#mainsUv[channel] as number) > limitUv;
      this.#isOff[channel] = isLoose || this.#isDeaf(channel, channelRmsUv) ? 1 : 0;
      this.offCount += this.#isOff[channel] as number;
    }
    this.#stride = (this.#stride + 1) % this.#stridesPerWindow;
    const oldest = this.#stride * 2 * this.#channelCount;
    this.#sums.fill(0, oldest, oldest + 2 * this.#channelCount);
  }

  /**
   * Replaces the values of electrodes that are off. Does not allocate.
   * @param values - `[feature, channel]`, row-major
   */
  interpolate(values: Float32Array): void {
    if (this.offCount === 0 || this.#neighbours === undefined) return;
    for (let channel = 0; channel < this.#channelCount; channel++) {
      if (this.#isOff[channel] === 0) continue;
      for (let row = 0; row < values.length; row += this.#channelCount)
        values[row + channel] = this.#meanAround(channel, values, row);
    }
  }

  #measureMains(): void {
    const channelCount = this.#channelCount;
    for (let channel = 0; channel < channelCount; channel++) {
      let cosine = 0;
      let sine = 0;
      for (let at = channel; at < this.#sums.length; at += 2 * channelCount) {
        cosine += this.#sums[at] as number;
        sine += this.#sums[at + channelCount] as number;
      }
      this.#mainsUv[channel] = (2 * Math.hypot(cosine, sine)) / this.#windowSamples;
    }
  }

  #isDeaf(channel: number, channelRmsUv: Float32Array): boolean {
    const around = this.#neighbours?.[channel];
    if (around === undefined) return false;
    let quietest = Number.POSITIVE_INFINITY;
    for (let i = 0; i < around.length; i++)
      quietest = Math.min(quietest, channelRmsUv[around[i] as number] as number);
    return quietest > hearingUv && (channelRmsUv[channel] as number) < deafShare * quietest;
  }

  /** Returns the mean over neighbours that are on, or over all electrodes that are. */
  #meanAround(channel: number, values: Float32Array, row: number): number {
    const around = this.#neighbours?.[channel] ?? [];
    let sum = 0;
    let count = 0;
    for (let i = 0; i < around.length; i++) {
      const other = around[i] as number;
      if (this.#isOff[other] !== 0) continue;
      sum += values[row + other] as number;
      count += 1;
    }
    if (count > 0) return sum / count;
    for (let other = 0; other < this.#channelCount; other++) {
      if (this.#isOff[other] !== 0) continue;
      sum += values[row + other] as number;
      count += 1;
    }
    return count === 0 ? (values[row + channel] as number) : sum / count;
  }
}
