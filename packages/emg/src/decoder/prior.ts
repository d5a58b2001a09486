import { type ClassMoments, joinMoments } from './class-moments.ts';
import { fitLinearDiscriminant, type LinearDiscriminant } from './linear-discriminant.ts';
import { sleeveCohort, sleeveFeatureCount } from './sleeve-cohort.ts';
import { imaginedMoves, imagineMoments } from './sleeve-moves.ts';

/**
 * What a decoder takes for granted beyond a person's own repetitions. `sleeve`: electrodes are those of the sleeve, people
 * differ from repetition to repetition as the cohort does, and the sleeve may move a little. `diagonal`: nothing. `network`:
 * a network was trained to make windows of one gesture differ equally in all directions.
 */
export const priors = ['sleeve', 'diagonal', 'network'] as const;
export type Prior = (typeof priors)[number];

/** Lists the priors that logarithms of features, so many, allow. */
export function priorsFor(featureCount: number): readonly Prior[] {
  return featureCount === sleeveFeatureCount ? ['sleeve', 'diagonal'] : ['diagonal'];
}

/** Fits a discriminant to windows as they were recorded. */
export function fitWithPrior(prior: Prior, recorded: ClassMoments): LinearDiscriminant {
  if (prior === 'diagonal') return fitLinearDiscriminant(recorded);
  if (prior === 'network') return fitLinearDiscriminant(recorded, unitCovariance(recorded.featureCount));
  const imagined = imaginedMoves.map((move) => imagineMoments(recorded, move));
  return fitLinearDiscriminant(joinMoments(imagined), sleeveCohort());
}

function unitCovariance(length: number): Float64Array {
  return Float64Array.from({ length: length * length }, (_, i) => (i % (length + 1) === 0 ? 1 : 0));
}
