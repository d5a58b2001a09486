/** What is computed for each channel of a window, in the order of a feature vector's rows. */
export const featureNames = ['rms', 'mav', 'wl', 'zc', 'ssc'] as const;

export interface WindowSettings {
  /** Length of a window, samples; a multiple of the stride. */
  readonly windowSamples: number;
  /** Samples between windows. */
  readonly strideSamples: number;
  /** Steps smaller than this are noise to the two counters, µV. */
  readonly deadbandUv: number;
}

/** Sums that are kept for each block of one stride. */
const sums = { square: 0, absolute: 1, length: 2, crossings: 3, slopeChanges: 4 } as const;
const sumCount = 5;

/**
 * Computes features of overlapping windows of many channels, one sample at a time.
 *
 * Every feature is a sum over samples, so each sample is looked at once: sums are kept for blocks of one stride and a
 * window adds up its blocks. Differences that reach back before the window's first sample are kept apart and taken out
 * again, so the result is exactly the textbook feature of the window:
 *
 * - `rms` = √(mean x²), `mav` = mean |x|, `wl` = Σ |x_i - x_(i-1)|, all µV
 * - `zc` = count of sign changes with |x_i - x_(i-1)| > deadband
 * - `ssc` = count of (x_i - x_(i-1))(x_i - x_(i+1)) > 0 with either step > deadband
 * @see Hudgins, Parker, Scott 1993, IEEE TBME 40:82 (MAV, WL, ZC, SSC with a deadband)
 */
export class WindowedFeatures {
  readonly #channelCount: number;
  readonly #settings: WindowSettings;
  readonly #blockCount: number;
  /** `[block, sum, channel]`, a ring of blocks. */
  readonly #blocks: Float64Array;
  /** `[block, sum, channel]`: the part of a block's sums that needs samples before the block. */
  readonly #reachBack: Float64Array;
  readonly #previous: Float64Array;
  readonly #beforePrevious: Float64Array;
  #block = 0;
  #filledBlocks = 0;
  #sampleInBlock = 0;

  constructor(channelCount: number, settings: WindowSettings) {
    this.#channelCount = channelCount;
    this.#settings = settings;
    this.#blockCount = settings.windowSamples / settings.strideSamples;
    this.#blocks = new Float64Array(this.#blockCount * sumCount * channelCount);
    this.#reachBack = new Float64Array(this.#blocks.length);
    this.#previous = new Float64Array(channelCount);
    this.#beforePrevious = new Float64Array(channelCount);
  }

  /** Number of values of one feature vector: `featureNames.length * channelCount`. */
  get length(): number {
    return featureNames.length * this.#channelCount;
  }

  /** Forgets all samples; the next window is complete after `windowSamples` more. */
  reset(): void {
    this.#filledBlocks = 0;
    this.#sampleInBlock = 0;
    this.#clearBlock();
  }

  /**
   * Takes one sample of every channel. Runs inside the decoding loop and does not allocate.
   *
   * @param samples - `[sample, channel]`, row-major, µV
   * @param row - index of the sample's first element
   * @returns true when a stride is complete; {@link writeBlockRms} and, if {@link isFull}, {@link writeFeatures} may follow
   */
  push(samples: Float32Array, row: number): boolean {
    if (this.#sampleInBlock === this.#settings.strideSamples) this.#nextBlock();
    const isFirstSample = this.#filledBlocks === 0 && this.#sampleInBlock === 0;
    const isSecondSample = this.#filledBlocks === 0 && this.#sampleInBlock === 1;
    if (isFirstSample || isSecondSample) this.#restart(samples, row, isFirstSample);
    this.#accumulate(samples, row);
    this.#sampleInBlock += 1;
    if (this.#sampleInBlock < this.#settings.strideSamples) return false;
    this.#filledBlocks = Math.min(this.#blockCount, this.#filledBlocks + 1);
    return true;
  }

  /** Tells whether a whole window has been seen since the start or the last reset. */
  get isFull(): boolean {
    return this.#filledBlocks === this.#blockCount && this.#sampleInBlock === this.#settings.strideSamples;
  }

  /**
   * Writes the features of the window that just ended.
   * @param out - `[feature, channel]`, row-major, order of {@link featureNames}
   */
  writeFeatures(out: Float32Array): void {
    const channelCount = this.#channelCount;
    const samples = this.#settings.windowSamples;
    const stride = sumCount * channelCount;
    const oldest = ((this.#block + 1) % this.#blockCount) * stride;
    for (let sum = 0; sum < sumCount; sum++) {
      for (let channel = 0; channel < channelCount; channel++) {
        const at = sum * channelCount + channel;
        let total = -(this.#reachBack[oldest + at] as number);
        for (let block = 0; block < this.#blocks.length; block += stride)
          total += this.#blocks[block + at] as number;
        if (sum === sums.square) out[at] = Math.sqrt(total / samples);
        else if (sum === sums.absolute) out[at] = total / samples;
        else out[at] = total;
      }
    }
  }

  /**
   * Writes the RMS of the newest stride alone, the quickest sign of silence.
   * @param out - `[channel]`, µV
   */
  writeBlockRms(out: Float32Array): void {
    const block = this.#block * sumCount * this.#channelCount;
    for (let channel = 0; channel < this.#channelCount; channel++) {
      out[channel] = Math.sqrt((this.#blocks[block + channel] as number) / this.#settings.strideSamples);
    }
  }

  #accumulate(samples: Float32Array, row: number): void {
    const channelCount = this.#channelCount;
    const { deadbandUv } = this.#settings;
    const blocks = this.#blocks;
    const reachBack = this.#reachBack;
    const square = this.#block * sumCount * channelCount;
    const absolute = square + sums.absolute * channelCount;
    const length = square + sums.length * channelCount;
    const crossings = square + sums.crossings * channelCount;
    const slopeChanges = square + sums.slopeChanges * channelCount;
    const inBlock = this.#sampleInBlock;
    for (let channel = 0; channel < channelCount; channel++) {
      const x = samples[row + channel] as number;
      const previous = this.#previous[channel] as number;
      const before = this.#beforePrevious[channel] as number;
      const step = x - previous;
      const size = Math.abs(step);
      const earlierStep = previous - before;
      const crossed = x > 0 !== previous > 0 && size > deadbandUv ? 1 : 0;
      const turned =
        earlierStep * step < 0 && (size > deadbandUv || Math.abs(earlierStep) > deadbandUv) ? 1 : 0;
      blocks[square + channel] = (blocks[square + channel] as number) + x * x;
      blocks[absolute + channel] = (blocks[absolute + channel] as number) + Math.abs(x);
      blocks[length + channel] = (blocks[length + channel] as number) + size;
      blocks[crossings + channel] = (blocks[crossings + channel] as number) + crossed;
      blocks[slopeChanges + channel] = (blocks[slopeChanges + channel] as number) + turned;
      if (inBlock === 0) {
        reachBack[length + channel] = size;
        reachBack[crossings + channel] = crossed;
        reachBack[slopeChanges + channel] = turned;
      } else if (inBlock === 1) {
        reachBack[slopeChanges + channel] = (reachBack[slopeChanges + channel] as number) + turned;
      }
      this.#beforePrevious[channel] = previous;
      this.#previous[channel] = x;
    }
  }

  /** Makes the past equal to the first samples, so that nothing before them counts. */
  #restart(samples: Float32Array, row: number, isFirst: boolean): void {
    for (let channel = 0; channel < this.#channelCount; channel++) {
      if (isFirst) this.#previous[channel] = samples[row + channel] as number;
      this.#beforePrevious[channel] = this.#previous[channel] as number;
    }
  }

  #nextBlock(): void {
    this.#block = (this.#block + 1) % this.#blockCount;
    this.#sampleInBlock = 0;
    this.#clearBlock();
  }

  #clearBlock(): void {
    const start = this.#block * sumCount * this.#channelCount;
    this.#blocks.fill(0, start, start + sumCount * this.#channelCount);
    this.#reachBack.fill(0, start, start + sumCount * this.#channelCount);
  }
}
