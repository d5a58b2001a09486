import type { SkillContract } from '@efferent/skills';
import { type Atom, formatAtom, parseAtom } from '../belief/atom.ts';
import { truthOf, viewBelief } from '../belief/truth.ts';
import type { Explanation } from '../model/proposal.ts';
import { newSubGoal, type SubGoal } from '../plan/plan-graph.ts';
import { fillTerm } from '../reasoner/operators.ts';
import { searchPlan } from '../reasoner/search.ts';
import { symbolicState } from '../reasoner/symbolic-state.ts';
import { describeStep } from './describe.ts';
import type { TaskEnvironment } from './environment.ts';

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
  if (
    found === undefined ||
    last === undefined ||
    last.skill !== subGoal.skill ||
    last.robot !== subGoal.robot
  )
    return undefined;
  const isSame = Object.entries(last.arguments).every(([name, value]) => subGoal.arguments[name] === value);
  if (!isSame) return undefined;
  let previous: string | undefined;
  return found.steps.slice(0, -1).map((step, index) => {
    const id = `r${revision}.${index + 1}`;
    const inserted = newSubGoal({
      id,
      description: describeStep(view, step.skill, step.arguments),
      skill: step.skill,
      arguments: step.arguments,
      dependsOn: previous === undefined ? [] : [previous],
      robot: step.robot,
    });
    previous = id;
    return inserted;
  });
}
