/** Half of a stamp's weight is gone after this, s; as liblsl's smoothing. */
const halfTimeS = 90;
/** How much evidence the nominal rate counts for, s²: a second of stamps outweighs it. */
const rateEvidenceS2 = 1;
/**
 * A stamp that is this far from where it is due is no jitter, s. The protocol numbers no samples, so that a shorter
 * loss cannot be told from a sender that was late.
 */
const jumpS = 0.03;

/**
 * Numbers a stream's samples and smooths their stamps.
 *
 * A sender's stamps jitter by as much as its chunks; the time of a sample is the value of a line through all stamps,
 * with older ones counting less. A stamp far ahead of the line is a loss and moves the numbering on.
 */
export class SampleTimeline {
  readonly #rateHz: number;
  #nextIndex = 0;
  #originS = 0;
  /** Index that the sums refer to. */
  #atIndex = 0;
  #hasStamp = false;
  #sum1 = 0;
  #sumX = 0;
  #sumXx = 0;
  #sumY = 0;
  #sumXy = 0;

  constructor(nominalRateHz: number) {
    this.#rateHz = nominalRateHz;
  }

  /** Index of the next sample. */
  get nextIndex(): number {
    return this.#nextIndex;
  }

  /**
   * Takes the next sample.
   *
   * @param stampS - undefined or not finite when it follows the last one at the nominal rate
   * @returns its index; a jump is a loss
   */
  next(stampS: number | undefined): number {
    if (stampS !== undefined && Number.isFinite(stampS)) this.#observe(stampS);
    this.#nextIndex += 1;
    return this.#nextIndex - 1;
  }

  /** Leaves out samples that are known to be lost, and forgets the stamps so far: their clock may be another. */
  skip(samples: number): void {
    this.#nextIndex += Math.max(0, samples);
    this.#hasStamp = false;
  }

  /** Returns the smoothed time of a sample, s. */
  timeOf(index: number): number {
    const { level, slope } = this.#fit();
    const sinceS = (index - this.#atIndex) / this.#rateHz;
    return this.#originS + index / this.#rateHz + level + slope * sinceS;
  }

  #observe(stampS: number): void {
    if (!this.#hasStamp) this.#restart(stampS);
    const early = stampS - this.timeOf(this.#nextIndex);
    if (early < -jumpS) this.#restart(stampS);
    if (early > jumpS) this.#nextIndex += Math.round(early * this.#rateHz);
    this.#moveTo(this.#nextIndex);
    this.#sum1 += 1;
    this.#sumY += stampS - this.#originS - this.#nextIndex / this.#rateHz;
  }

  #restart(stampS: number): void {
    this.#originS = stampS - this.#nextIndex / this.#rateHz;
    this.#atIndex = this.#nextIndex;
    this.#hasStamp = true;
    this.#sum1 = 0;
    this.#sumX = 0;
    this.#sumXx = 0;
    this.#sumY = 0;
    this.#sumXy = 0;
  }

  /** Refers the sums to another index and lets them fade. */
  #moveTo(index: number): void {
    const d = (index - this.#atIndex) / this.#rateHz;
    const fade = 2 ** (-d / halfTimeS);
    this.#sumXx = fade * (this.#sumXx - 2 * d * this.#sumX + d * d * this.#sum1);
    this.#sumXy = fade * (this.#sumXy - d * this.#sumY);
    this.#sumX = fade * (this.#sumX - d * this.#sum1);
    this.#sum1 *= fade;
    this.#sumY *= fade;
    this.#atIndex = index;
  }

  /** Weighted least squares for the deviation from the nominal rate. */
  #fit(): { readonly level: number; readonly slope: number } {
    if (this.#sum1 === 0) return { level: 0, slope: 0 };
    const sumXx = this.#sumXx + rateEvidenceS2;
    const determinant = this.#sum1 * sumXx - this.#sumX * this.#sumX;
    return {
      level: (sumXx * this.#sumY - this.#sumX * this.#sumXy) / determinant,
      slope: (this.#sum1 * this.#sumXy - this.#sumX * this.#sumY) / determinant,
    };
  }
}
