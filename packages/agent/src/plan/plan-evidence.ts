import { formatAtom, parseAtom } from '../belief/atom.ts';
import type { PlanProposal } from '../model/proposal.ts';

/** What several answers of a model, or its own word for how sure it is, say about a plan. */
export interface PlanEvidence {
  /** Answers that were taken. */
  readonly samples: number;
  /** Those whose goals are the same as the plan's. */
  readonly agreeing: number;
  /** Mean log-probability of the answer's tokens, nats. */
  readonly meanLogProbability: number | undefined;
}

/** Weight of the belief that an answer is right before any other is heard, in answers. */
const priorSamples = 2;
const priorShare = 0.9;

/**
 * Chance that a plan is what its instruction asks for, as far as the model's answers tell, (0, 1].
 *
 * One answer alone says nothing and gives 1. Agreement of several is a share with a weak prior; a log-probability bounds
 * it from above, as the geometric mean of the probability of the answer's tokens.
 */
export function evidenceChance({ samples, agreeing, meanLogProbability }: PlanEvidence): number {
  const agreement =
    samples < 2 ? 1 : (priorShare * priorSamples + agreeing) / (priorSamples + samples) / ceiling(samples);
  const sureness = meanLogProbability === undefined ? 1 : Math.exp(Math.min(0, meanLogProbability));
  return Math.min(agreement, sureness);
}

/** What full agreement comes to, so that it gives 1. */
const ceiling = (samples: number): number => (priorShare * priorSamples + samples) / (priorSamples + samples);

/** What a plan is for: its status and goals, whatever their order; for a plan without goals, its first steps. */
export function purposeOf(proposal: PlanProposal): string {
  const goals = proposal.goals
    .map((goal) => {
      const statement = parseAtom(goal);
      return statement === undefined ? goal : formatAtom(statement);
    })
    .sort();
  const steps = goals.length > 0 ? [] : proposal.subGoals.map((step) => stepText(step)).sort();
  const question = proposal.question?.text ?? '';
  return [proposal.status, ...goals, ...steps, question].join(' ');
}

const stepText = (step: PlanProposal['subGoals'][number]): string =>
  `${step.skill}(${step.arguments.map(({ value }) => value).join(', ')})`;
