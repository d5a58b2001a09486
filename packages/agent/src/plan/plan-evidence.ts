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
