import type { GestureName } from '../gestures.ts';
import type { CalibrationWindow } from './calibration-recorder.ts';
import { type ClassMoments, joinMoments, momentsOf } from './class-moments.ts';
import type { Encoding } from './encoding.ts';
import { writeLogits } from './linear-discriminant.ts';
import { fitWithPrior, type Prior } from './prior.ts';
import { type HeldOutLogits, visitBeliefs } from './temperature.ts';

/** How well a decoder does on repetitions that it was not fitted on. */
export interface DecoderAccuracy {
  /** Share of windows whose most probable class, from this window alone and nothing rejected, is right. */
  readonly accuracy: number;
  /** Share of windows after which a wrong gesture other than rest is believed in, after rejection. */
  readonly activeErrorRate: number;
  readonly rejectionRate: number;
  readonly windowCount: number;
}

/** Windows of some repetitions. */
interface Fold {
  readonly moments: ClassMoments;
  /** Each window as it was recorded, `[window][vector]`. */
  readonly vectors: readonly Float64Array[];
  readonly labels: readonly number[];
  /** Whether a window is the first of a hold. */
  readonly isFirst: readonly boolean[];
}

/** Enough for one repetition each: what is fitted without it is as good as what is fitted in the end, or nearly. */
const mostFolds = 8;
/** Also an easy calibration rejects below this: transitions, which it does not contain, are decided with less. */
const lowestRejection = 0.7;
/**
 * Rejection is raised until held-out active errors fall to the first figure, unless that rejects more than the second. Held-out
 * windows are harder than later ones, which a decoder fitted to all repetitions meets: of those of virtual people 2000 to 2009
 * 10 % are rejected with 0.14 (1.4 % active errors), and 12 % with 0.18 (the same).
 */
const rejectionTarget = { activeErrorRate: 0.004, rejectionRate: 0.14 } as const;

/** Splits windows by whole repetitions. */
export function foldsOf(
  windows: readonly CalibrationWindow[],
  gestures: readonly GestureName[],
  encoding: Encoding,
): readonly Fold[] {
  const repetitions = [...new Set(windows.map(({ repetition }) => repetition))].sort((a, b) => a - b);
  const count = Math.min(mostFolds, repetitions.length);
  return Array.from({ length: count }, (_, fold) => {
    const held = windows.filter(({ repetition }) => repetitions.indexOf(repetition) % count === fold);
    const labels = held.map(({ gesture }) => gestures.indexOf(gesture));
    const variants = held.map((window) => encoding.vectorsOf(window));
    return {
      moments: momentsOf(
        variants.flat(),
        labels.flatMap((label, at) => (variants[at] ?? []).map(() => label)),
        encoding.vectorLength,
        gestures.length,
      ),
      vectors: variants.map(([recorded]) => recorded as Float64Array),
      labels,
      isFirst: held.map(({ gesture, repetition }, at) => {
        const before = held[at - 1];
        return before?.gesture !== gesture || before.repetition !== repetition;
      }),
    };
  });
}

/** Fits on all folds but one and tests on that one, in turn. */
export function testHeldOut(
  prior: Prior,
  folds: readonly Fold[],
  earlier: readonly ClassMoments[],
): HeldOutLogits {
  const heldOut: HeldOutLogits = { logits: [], labels: [], isFirst: [] };
  for (const tested of folds) {
    const others = folds.filter((fold) => fold !== tested).map(({ moments }) => moments);
    const model = fitWithPrior(prior, joinMoments([...earlier, ...others]));
    for (const [row, vector] of tested.vectors.entries()) {
      const logits = new Float64Array(model.classCount);
      writeLogits(model, vector, logits);
      heldOut.logits.push(logits);
      heldOut.labels.push(tested.labels[row] as number);
      heldOut.isFirst.push(tested.isFirst[row] as boolean);
    }
  }
  return heldOut;
}

/** Scores what is believed of held-out windows. @param rest - class index of rest */
export function scoreHeldOut(
  heldOut: HeldOutLogits,
  rest: number,
  temperature: number,
  rejectBelow: number,
): DecoderAccuracy {
  let right = 0;
  let activeErrors = 0;
  let rejected = 0;
  visitBeliefs(heldOut, temperature, (belief, row) => {
    const label = heldOut.labels[row];
    if (indexOfLargest(heldOut.logits[row] as Float64Array) === label) right += 1;
    const winner = indexOfLargest(belief);
    if ((belief[winner] as number) < rejectBelow) rejected += 1;
    else if (winner !== label && winner !== rest) activeErrors += 1;
  });
  const windowCount = heldOut.labels.length;
  return {
    accuracy: right / windowCount,
    activeErrorRate: activeErrors / windowCount,
    rejectionRate: rejected / windowCount,
    windowCount,
  };
}

/** Chooses the belief below which a decision is rejected. */
export function chooseRejection(heldOut: HeldOutLogits, rest: number, temperature: number): number {
  let chosen = lowestRejection;
  for (let percent = 100 * lowestRejection; percent <= 98; percent += 1) {
    const score = scoreHeldOut(heldOut, rest, temperature, percent / 100);
    if (score.rejectionRate > rejectionTarget.rejectionRate) break;
    chosen = percent / 100;
    if (score.activeErrorRate <= rejectionTarget.activeErrorRate) break;
  }
  return chosen;
}

/** Returns the index of the largest value. */
export function indexOfLargest(values: Float64Array | Float32Array): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if ((values[i] as number) > (values[best] as number)) best = i;
  return best;
}
