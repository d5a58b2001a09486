import { GestureBelief } from './gesture-belief.ts';
import { softmaxInPlace } from './linear-discriminant.ts';

/** Logits of windows that the model did not see while it was fitted, in the order in which they were recorded. */
export interface HeldOutLogits {
  /** `[row, class]` */
  readonly logits: Float64Array[];
  readonly labels: number[];
  /** Whether a window is the first of a hold: nothing is known before it. */
  readonly isFirst: boolean[];
}

/**
 * Finds the temperature at which beliefs in held-out windows are most likely, so that what is believed to 0.8 is right
 * about eight times in ten.
 *
 * One parameter, found by golden-section search on its logarithm between 0.1 and 100.
 * @see Guo et al. 2017, On Calibration of Modern Neural Networks, section 4.2
 */
export function fitTemperature(heldOut: HeldOutLogits): number {
  const ratio = (Math.sqrt(5) - 1) / 2;
  let low = Math.log(0.1);
  let high = Math.log(100);
  for (let i = 0; i < 40; i++) {
    const a = high - ratio * (high - low);
    const b = low + ratio * (high - low);
    if (meanNegativeLogLikelihood(heldOut, Math.exp(a)) < meanNegativeLogLikelihood(heldOut, Math.exp(b)))
      high = b;
    else low = a;
  }
  return Math.exp((low + high) / 2);
}

/** Returns the mean of -log p(label) at a temperature. */
export function meanNegativeLogLikelihood(heldOut: HeldOutLogits, temperature: number): number {
  let total = 0;
  visitBeliefs(heldOut, temperature, (belief, row) => {
    total -= Math.log(Math.max(1e-12, belief[heldOut.labels[row] as number] as number));
  });
  return total / heldOut.logits.length;
}

/** Calls `visit` with the belief after each window; it is valid during the call. */
export function visitBeliefs(
  { logits, isFirst }: HeldOutLogits,
  temperature: number,
  visit: (belief: Float64Array, row: number) => void,
): void {
  const classCount = logits[0]?.length ?? 0;
  const belief = new GestureBelief(classCount);
  const evidence = new Float64Array(classCount);
  for (const [row, window] of logits.entries()) {
    if (isFirst[row] === true) belief.reset();
    evidence.set(window);
    softmaxInPlace(evidence, temperature);
    belief.update(evidence);
    visit(belief.probabilities, row);
  }
}
