import { formatAtom } from '../belief/atom.ts';
import type { StepFailure } from '../model/language-model.ts';
import type { PlanProposal, ProposedSubGoal } from '../model/proposal.ts';
import { possibleState } from '../reasoner/symbolic-state.ts';
import { wordsOf } from '../reasoner/world-words.ts';
import { checkPlan, type PlanProblem, type StepVeto, vetoesOf } from './check-plan.ts';
import { openGoals } from './complete-steps.ts';
import { type CoverageProblem, type CoveredPlan, coverageProblems } from './instruction-coverage.ts';
import { type MendContext, mendPlan } from './mend-plan.ts';

/** What a plan is held against beside the contracts. */
export interface ReviewContext extends Omit<MendContext, 'words'> {
  readonly instruction: string;
  readonly answers: Readonly<Record<string, string>>;
  readonly failures: readonly StepFailure[];
  /** Whether the words of the instruction are looked at. */
  readonly covers: boolean;
  /** Whether a plan may be put right. */
  readonly mends: boolean;
}

export interface Review {
  /** The plan, put right where that was possible. */
  readonly proposal: PlanProposal;
  readonly problems: readonly PlanProblem[];
  /** What was changed, in words. */
  readonly changes: readonly string[];
  /** Steps of the plan as it was proposed that the contracts rule out. */
  readonly vetoes: readonly StepVeto[];
}

/** Checks a plan against contracts, belief and the words of its instruction, and mends what there is one way to mend. */
export function reviewPlan(proposal: PlanProposal, context: ReviewContext): Review {
  const found = problemsOf(proposal, context);
  if (found.all.length === 0) return { proposal, problems: [], changes: [], vetoes: [] };
  const vetoes = vetoesOf(found.all);
  const words = wordsOf(context.view).named(context.instruction);
  const mended = context.mends ? mendPlan(proposal, found.coverage, { ...context, words }) : undefined;
  if (mended === undefined || problemsOf(mended.proposal, context).all.length > 0)
    return { proposal, problems: found.all, changes: [], vetoes };
  return { proposal: mended.proposal, problems: [], changes: mended.changes, vetoes };
}

/**
 * Names what "all the …" means and the goals of a plan leave out, as the belief is now: things that came into view while it
 * was carried out.
 *
 * @returns one sentence for each
 */
export function leftMembers(
  plan: Pick<CoveredPlan, 'goals' | 'references'>,
  context: Pick<ReviewContext, 'view' | 'instruction' | 'achieved' | 'excluded' | 'failures' | 'covers'>,
): readonly string[] {
  const { view, instruction, achieved, excluded, failures, covers } = context;
  if (!covers) return [];
  const blamed = new Set(failures.flatMap((failure) => Object.values(failure.arguments)));
  const words = wordsOf(view).named(instruction);
  return coverageProblems({ ...plan, subGoals: [] }, words, [], view, achieved, excluded)
    .filter(({ kind, name }) => kind === 'member' && !blamed.has(name))
    .map(({ reason }) => reason);
}

function problemsOf(
  proposal: PlanProposal,
  context: ReviewContext,
): { readonly all: readonly PlanProblem[]; readonly coverage: readonly CoverageProblem[] } {
  const { view, skills, robots, instruction, answers, covers } = context;
  const contracts = checkPlan(proposal, view, skills, robots);
  const words = wordsOf(view);
  const coverage = covers
    ? coverageProblems(
        proposal,
        words.named(instruction),
        Object.values(answers).map((answer) => words.named(answer)),
        view,
        context.achieved,
        context.excluded,
      )
    : [];
  return {
    all: [...contracts, ...coverage, ...unreached(proposal, context), ...repeatedLooks(proposal, context)],
    coverage,
  };
}

/** Looks that were made in this task already and after which planning is to go on. */
function repeatedLooks(proposal: PlanProposal, { achieved }: ReviewContext): readonly PlanProblem[] {
  const isRepeated =
    !proposal.complete &&
    proposal.subGoals.length > 0 &&
    proposal.subGoals.every((step) => isDone(step, achieved));
  return isRepeated ? [{ subGoalId: '', reason: 'all of these looks were made already' }] : [];
}

const isDone = (step: ProposedSubGoal, achieved: readonly string[]): boolean =>
  achieved.includes(`${step.skill === 'look' ? 'inspected' : 'at'}(${step.arguments[0]?.value ?? ''})`) &&
  (step.skill === 'look' || step.skill === 'navigate');

/** Goals that the steps do not lead to, apart from those for which steps have failed before. */
function unreached(proposal: PlanProposal, context: ReviewContext): readonly PlanProblem[] {
  const { view, robots, skills, achieved, failures } = context;
  if (!proposal.complete) return [];
  const start = possibleState(view, robots, proposal.references);
  const blamed = new Set(failures.flatMap((failure) => Object.values(failure.arguments)));
  return openGoals(proposal, start, skills)
    .filter((goal) => !achieved.includes(formatAtom(goal)))
    .filter((goal) => !goal.arguments.some((name) => blamed.has(name)))
    .map((goal) => ({
      subGoalId: '',
      reason: `no step brings about ${formatAtom(goal)}, which is a goal`,
    }));
}
