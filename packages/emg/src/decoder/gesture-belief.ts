/**
 * Chance that a person does from one stride of 50 ms to the next what they did; ours, tuned on virtual people 2000 to 2009.
 * Windows of one hold err together: where more is made of their agreeing (0.8), the temperature that makes belief honest is
 * higher, and gestures are decided later (0.16 of holds later than 320 ms instead of 0.10) for no fewer errors.
 */
const staySame = 0.5;

/**
 * What a person does now, given all windows since the last silence: the forward filter of a hidden Markov model whose
 * state mostly stays and else is anything. Two windows that agree say more than one, and one that does not is doubted.
 *
 * @see Rabiner 1989, A Tutorial on Hidden Markov Models, section III.A
 */
export class GestureBelief {
  /** `[class]`; equal where nothing is known. */
  readonly probabilities: Float64Array;

  constructor(classCount: number) {
    this.probabilities = new Float64Array(classCount);
    this.reset();
  }

  /** Forgets all windows. */
  reset(): void {
    this.probabilities.fill(1 / this.probabilities.length);
  }

  /**
   * Takes the next window. Runs in the decoding loop and does not allocate.
   * @param evidence - probabilities from this window alone, `[class]`; what is not finite is as if nothing were known
   */
  update(evidence: Float32Array | Float64Array): void {
    const belief = this.probabilities;
    const other = (1 - staySame) / belief.length;
    let total = 0;
    for (let k = 0; k < belief.length; k++) {
      belief[k] = (staySame * (belief[k] as number) + other) * (evidence[k] as number);
      total += belief[k] as number;
    }
    if (!(total > 0 && total < Number.POSITIVE_INFINITY)) {
      this.reset();
      return;
    }
    for (let k = 0; k < belief.length; k++) belief[k] = (belief[k] as number) / total;
  }
}
