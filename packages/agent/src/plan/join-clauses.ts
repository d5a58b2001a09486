import { type Atom, formatAtom, parseAtom } from '../belief/atom.ts';
import type { PlanProposal, ProposedSubGoal } from '../model/proposal.ts';
import { findSkill } from '../reasoner/operators.ts';

/** Predicates of which only one can hold of a thing. */
const exclusive = [
  ['open', 'closed'],
  ['in', 'on', 'holding'],
];

/**
 * Joins the plans for the clauses of one instruction into one, each clause after the one before.
 *
 * @returns the first answer that is no plan, when there is one
 */
export function joinClauses(parts: readonly PlanProposal[]): PlanProposal {
  const other = parts.find((part) => part.status !== 'plan');
  if (other !== undefined) return other;
  const goals: Atom[] = [];
  const subGoals: ProposedSubGoal[] = [];
  for (const [index, part] of parts.entries()) {
    for (const goal of part.goals.map(parseAtom).filter((each) => each !== undefined)) {
      const undone = goals.findIndex((earlier) => excludes(goal, earlier));
      if (undone >= 0) goals.splice(undone, 1);
      goals.push(goal);
    }
    const isFound = (step: ProposedSubGoal) =>
      step.skill === findSkill &&
      subGoals.some((earlier) => earlier.skill === findSkill && sameArguments(earlier, step));
    const found = new Set(part.subGoals.filter(isFound).map((step) => step.id));
    const before = leavesOf(subGoals);
    for (const step of part.subGoals.filter((each) => !found.has(each.id))) {
      const waits = step.dependsOn.filter((id) => !found.has(id)).map((id) => `c${index + 1}.${id}`);
      subGoals.push({
        ...step,
        id: `c${index + 1}.${step.id}`.slice(0, 80),
        dependsOn: waits.length > 0 ? waits : before,
      });
    }
  }
  return {
    status: 'plan',
    message: '',
    goals: [...new Set(goals.map(formatAtom))],
    subGoals,
    references: [
      ...new Map(parts.flatMap((part) => part.references).map((each) => [each.name, each])).values(),
    ],
    complete: parts.every((part) => part.complete),
    question: null,
  };
}

const leavesOf = (steps: readonly ProposedSubGoal[]): string[] =>
  steps.filter(({ id }) => !steps.some((step) => step.dependsOn.includes(id))).map(({ id }) => id);

const sameArguments = (a: ProposedSubGoal, b: ProposedSubGoal): boolean =>
  JSON.stringify(a.arguments) === JSON.stringify(b.arguments);

const excludes = (goal: Atom, earlier: Atom): boolean =>
  goal.arguments[0] === earlier.arguments[0] &&
  formatAtom(goal) !== formatAtom(earlier) &&
  exclusive.some((group) => group.includes(goal.predicate) && group.includes(earlier.predicate));
