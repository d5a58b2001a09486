import { addWindow, type ClassMoments, emptyMoments, joinMoments } from './class-moments.ts';
import { fitLinearDiscriminant, type LinearDiscriminant } from './linear-discriminant.ts';
import { sleeveCohort, sleeveFeatureCount } from './sleeve-cohort.ts';
import { imaginedMoves, imagineMove } from './sleeve-moves.ts';

/**
 * What a decoder takes for granted beyond a person's own repetitions. `sleeve`: electrodes are those of the sleeve, people
 * differ from repetition to repetition as the cohort does, and the sleeve may move a little. `diagonal`: nothing.
 */
export const priors = ['sleeve', 'diagonal'] as const;
export type Prior = (typeof priors)[number];

/** Lists the priors that feature vectors of a length allow. */
export function priorsFor(featureCount: number): readonly Prior[] {
  return featureCount === sleeveFeatureCount ? priors : ['diagonal'];
}

/** Returns the moments of labelled windows, with what they would be had the sleeve moved where the prior says so. */
export function momentsOf(
  prior: Prior,
  logFeatures: readonly Float64Array[],
  labels: readonly number[],
  featureCount: number,
  classCount: number,
): ClassMoments {
  const moments = emptyMoments(featureCount, classCount);
  const moved = new Float64Array(featureCount);
  for (const [row, window] of logFeatures.entries()) {
    const label = labels[row] as number;
    if (prior === 'diagonal') {
      addWindow(moments, window, label);
      continue;
    }
    for (const move of imaginedMoves) {
      imagineMove(window, move, moved);
      addWindow(moments, moved, label);
    }
  }
  return moments;
}

/** Fits a discriminant to recordings together. */
export function fitWithPrior(prior: Prior, parts: readonly ClassMoments[]): LinearDiscriminant {
  return fitLinearDiscriminant(joinMoments(parts), prior === 'sleeve' ? sleeveCohort() : undefined);
}
