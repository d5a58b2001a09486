import type { SkillContract } from '@efferent/skills';
import { type Atom, formatAtom, parseAtom } from '../belief/atom.ts';
import type { BeliefView } from '../belief/belief-view.ts';
import { truthOf, viewBelief } from '../belief/truth.ts';
import type { Explanation, ProposedSubGoal } from '../model/proposal.ts';
import { type CompletedPlan, completeSteps } from '../plan/complete-steps.ts';
import { newSubGoal, type SubGoal } from '../plan/plan-graph.ts';
import { mainArgument } from '../plan/skill-context.ts';
import { fillTerm } from '../reasoner/operators.ts';
import { searchPlan } from '../reasoner/search.ts';
import { symbolicState } from '../reasoner/symbolic-state.ts';
import { describeStep } from './describe.ts';
import type { TaskEnvironment } from './environment.ts';
import type { TaskContext } from './task-context.ts';

/** Why a step failed, as far as the belief bears it out. */
export interface ConfirmedExplanation {
  /** A precondition that the belief says is false; undefined when none is known to be. */
  readonly broken: Atom | undefined;
  readonly because: string;
}

/** Accepts a model's explanation only when the belief confirms it; otherwise finds the broken precondition itself. */
export function confirmExplanation(
  environment: TaskEnvironment,
  subGoal: SubGoal,
  contract: SkillContract,
  explanation: Explanation | undefined,
  failureMessage: string,
): ConfirmedExplanation {
  const isFalse = (statement: Atom) =>
    truthOf(environment.belief, statement, subGoal.robot, environment.nowS()) === 'false';
  const needed = contract.preconditions
    .filter((term) => !term.negated)
    .map((term) => fillTerm(term, subGoal.arguments))
    .filter((statement) => statement !== undefined);
  const named = explanation === undefined ? undefined : parseAtom(explanation.precondition);
  const isNeeded =
    named !== undefined && needed.some((statement) => formatAtom(statement) === formatAtom(named));
  if (explanation !== undefined && named !== undefined && isNeeded && isFalse(named))
    return { broken: named, because: explanation.because };
  const broken = needed.find(isFalse);
  return { broken, because: broken === undefined ? failureMessage : `${formatAtom(broken)} does not hold` };
}

/**
 * Finds the steps that make a sub-goal possible again: a search from the present belief to the sub-goal's effect.
 *
 * @returns the steps to insert before it; empty when it can simply be tried again, undefined when its way is no longer
 *   the way to its effect and the task has to be replanned
 */
export function repairSteps(
  environment: TaskEnvironment,
  subGoal: SubGoal,
  contract: SkillContract,
  revision: number,
): readonly SubGoal[] | undefined {
  const effect = contract.effects
    .filter((term) => !term.negated && term.predicate !== 'hand-empty')
    .map((term) => fillTerm(term, subGoal.arguments))
    .find((statement) => statement !== undefined);
  if (effect === undefined) return undefined;
  const view = viewBelief(environment.belief, environment.nowS());
  const found = searchPlan(symbolicState(view, environment.robots, []), effect, environment.skills);
  const last = found?.steps[found.steps.length - 1];
  if (found === undefined || last === undefined || last.skill !== subGoal.skill) return undefined;
  if (last.robot !== subGoal.robot) return handOver(environment, subGoal, view, revision);
  const isSame = Object.entries(last.arguments).every(([name, value]) => subGoal.arguments[name] === value);
  if (!isSame) return undefined;
  return chainOf(found.steps.slice(0, -1), view, revision);
}

/** Finds the steps by which another robot brings what a step is about into the reach of its own. */
function handOver(
  environment: TaskEnvironment,
  subGoal: SubGoal,
  view: BeliefView,
  revision: number,
): readonly SubGoal[] | undefined {
  const steps = [proposedStep('last', subGoal, subGoal.skill, subGoal.arguments)];
  const start = symbolicState(view, environment.robots, []);
  const filled = completeSteps({ goals: [], subGoals: steps, complete: true }, start, environment.skills);
  return filled === undefined ? undefined : chainOf(callsBefore(filled), view, revision);
}

const proposedStep = (
  id: string,
  { robot }: SubGoal,
  skill: string,
  given: Readonly<Record<string, string>>,
): ProposedSubGoal => ({
  id,
  robot,
  skill,
  arguments: Object.entries(given).map(([name, value]) => ({ name, value })),
  dependsOn: [],
});

/** What comes before the last step of a completed plan. */
const callsBefore = ({
  subGoals,
}: CompletedPlan): readonly Pick<SubGoal, 'robot' | 'skill' | 'arguments'>[] =>
  subGoals.slice(0, -1).map((each) => ({
    ...each,
    arguments: Object.fromEntries(each.arguments.map(({ name, value }) => [name, value])),
  }));

/** Folds the arm and looks at what the step is about, as Nav2's behaviour trees recover. */
export async function recover(task: TaskContext, subGoal: SubGoal): Promise<void> {
  const { runner, environment, signal } = task;
  const target = mainArgument(subGoal);
  const moves: readonly [string, Readonly<Record<string, string>>][] = [
    ['stow', {}],
    ['look', { target }],
  ];
  for (const [skill, given] of moves) {
    if (!environment.skills.some((each) => each.name === skill)) continue;
    await runner.send({ robot: subGoal.robot, skill, arguments: given }, () => undefined, signal);
  }
  await runner.waitForPictures(environment.nowS(), signal);
}

/**
 * Finds the steps that take away what lies in the container that a step cannot use: it may be in the way.
 *
 * @param kept - things that the task is about, which stay where they are
 * @returns undefined when nothing else is known to be there, or no sequence of skills takes it away
 */
export function uncoverSteps(
  environment: TaskEnvironment,
  subGoal: SubGoal,
  kept: ReadonlySet<string>,
  revision: number,
): readonly SubGoal[] | undefined {
  const { container } = subGoal.arguments;
  const view = viewBelief(environment.belief, environment.nowS());
  const start = symbolicState(view, environment.robots, []);
  const { asideSurface } = start.world;
  const covers = view.objects.filter(
    (other) => other.support === container && !kept.has(other.id) && !other.missing,
  );
  if (container === undefined || asideSurface === undefined || covers.length === 0) return undefined;
  const steps = [
    ...covers.flatMap(({ id }, index) => [
      proposedStep(`u${2 * index}`, subGoal, 'pick', { object: id }),
      proposedStep(`u${2 * index + 1}`, subGoal, 'place-on', { object: id, surface: asideSurface }),
    ]),
    proposedStep('last', subGoal, subGoal.skill, subGoal.arguments),
  ];
  const filled = completeSteps({ goals: [], subGoals: steps, complete: true }, start, environment.skills);
  return filled === undefined ? undefined : chainOf(callsBefore(filled), view, revision);
}

/** Steps of a repair, each after the one before. */
function chainOf(
  steps: readonly Pick<SubGoal, 'robot' | 'skill' | 'arguments'>[],
  view: BeliefView,
  revision: number,
): readonly SubGoal[] {
  return steps.map((step, index) =>
    newSubGoal({
      id: `r${revision}.${index + 1}`,
      description: describeStep(view, step.skill, step.arguments),
      skill: step.skill,
      arguments: step.arguments,
      dependsOn: index === 0 ? [] : [`r${revision}.${index}`],
      robot: step.robot,
    }),
  );
}
