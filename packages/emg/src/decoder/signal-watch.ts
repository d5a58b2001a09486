/** An amplifier at the end of its range repeats it; ordinary potentials on the skin stay below this, µV. */
const railLeastUv = 1000;
/** Samples of a frame that repeat the extreme, so that it is an end and not a peak. */
const railPart = 0.2;
/** A live electrode moves more than this within a frame, µV: its own noise does. */
const flatUv = 0.05;
/** More of the sleeve than this must not be at the end of its range, nor dead. */
const mostSaturated = 0.05;
const mostDead = 0.2;

/** Looks at raw frames for what no filter can repair: amplifiers at their end, and electrodes that show nothing. */
export class SignalWatch {
  readonly #channelCount: number;
  readonly #extremes: Float32Array;
  readonly #repeats: Uint16Array;

  constructor(channelCount: number) {
    this.#channelCount = channelCount;
    this.#extremes = new Float32Array(2 * channelCount);
    this.#repeats = new Uint16Array(2 * channelCount);
  }

  /**
   * Takes the next frame. Runs in the decoding loop and does not allocate.
   * @param samplesUv - `[sample, channel]`, row-major, µV
   * @param offCount - electrodes that are known to be off the skin, although they show something
   * @returns what is wrong with too many channels, or undefined
   */
  update(samplesUv: Float32Array, offCount = 0): 'saturated' | 'dead-channels' | undefined {
    const count = this.#channelCount;
    const sampleCount = Math.floor(samplesUv.length / count);
    if (sampleCount < 2) return undefined;
    this.#measure(samplesUv, sampleCount);
    let saturated = 0;
    let dead = 0;
    for (let channel = 0; channel < count; channel++) {
      const low = this.#extremes[channel] as number;
      const high = this.#extremes[count + channel] as number;
      const isAtEnd =
        (-low >= railLeastUv && (this.#repeats[channel] as number) >= railPart * sampleCount) ||
        (high >= railLeastUv && (this.#repeats[count + channel] as number) >= railPart * sampleCount);
      if (isAtEnd) saturated += 1;
      else if (high - low < flatUv) dead += 1;
    }
    if (saturated > mostSaturated * count) return 'saturated';
    return saturated + Math.max(dead, offCount) > mostDead * count ? 'dead-channels' : undefined;
  }

  /** Finds each channel's lowest and highest sample, and how often they come. */
  #measure(samplesUv: Float32Array, sampleCount: number): void {
    const count = this.#channelCount;
    this.#extremes.fill(Number.POSITIVE_INFINITY, 0, count).fill(Number.NEGATIVE_INFINITY, count);
    for (let i = 0; i < sampleCount * count; i++) {
      const channel = i % count;
      const value = samplesUv[i] as number;
      this.#note(channel, value, value < (this.#extremes[channel] as number));
      this.#note(count + channel, value, value > (this.#extremes[count + channel] as number));
    }
  }

  #note(at: number, value: number, isBeyond: boolean): void {
    if (isBeyond) {
      this.#extremes[at] = value;
      this.#repeats[at] = 1;
    } else if (value === this.#extremes[at]) this.#repeats[at] = (this.#repeats[at] as number) + 1;
  }
}
