import type { SkillContract } from '@efferent/skills';
import { type Atom, formatAtom, parseAtom } from '../belief/atom.ts';
import { fillTerm, findSkill } from '../reasoner/operators.ts';
import type { PlanGraph, SubGoal } from './plan-graph.ts';

/** What of a thing a skill uses: the lowest level of a plan, below its primitive sub-goals. */
export type Affordance =
  | 'graspable'
  | 'supporting'
  | 'containing'
  | 'openable'
  | 'approachable'
  | 'visible'
  | 'pressable'
  | 'wipeable';

/** The highest level of a plan: goals that belong together, reached by some of its sub-goals. */
export interface ComplexTask {
  readonly id: string;
  readonly goals: readonly string[];
  readonly subGoalIds: readonly string[];
  /** Tasks of which some step must be done before one of this. */
  readonly dependsOn: readonly string[];
}

/** What an effect says about the thing that is worked at: its affordance and its place among the arguments. */
const affordanceOfEffect: Readonly<Record<string, readonly [Affordance, number]>> = {
  holding: ['graspable', 0],
  on: ['supporting', 1],
  in: ['containing', 1],
  open: ['openable', 0],
  closed: ['openable', 0],
  pressed: ['pressable', 0],
  wiped: ['wipeable', 0],
  offered: ['approachable', 1],
  at: ['approachable', 0],
  inspected: ['visible', 0],
};

/** Writes what a sub-goal uses of which thing, e.g. `containing(bowl-1)`; empty for what needs nothing outside the robot. */
export function affordanceOf(subGoal: SubGoal, skills: readonly SkillContract[]): string {
  if (subGoal.skill === findSkill) return `visible(${subGoal.arguments.object ?? ''})`;
  for (const effect of effectsOf(subGoal, skills)) {
    const [affordance, position] = affordanceOfEffect[effect.predicate] ?? [];
    if (affordance !== undefined) return `${affordance}(${effect.arguments[position ?? 0] ?? ''})`;
  }
  return '';
}

/**
 * Groups the goals of a plan into complex tasks - what goes to the same place is one - and gives each the sub-goals that
 * lead to it and to no task before it.
 */
export function complexTasks(plan: PlanGraph, skills: readonly SkillContract[]): readonly ComplexTask[] {
  const groups = new Map<string, string[]>();
  for (const goal of plan.goals) {
    const statement = parseAtom(goal);
    const isPlaced = statement?.predicate === 'in' || statement?.predicate === 'on';
    const key = isPlaced ? `${statement.predicate} ${statement.arguments[1]}` : goal;
    groups.set(key, [...(groups.get(key) ?? []), goal]);
  }
  const taken = new Set<string>();
  const tasks = [...groups.values()].map((goals, index) => {
    const ends = plan.subGoals.filter((subGoal) => leadsTo(subGoal, goals, skills));
    const ids = before(plan, ends).filter((id) => !taken.has(id));
    for (const id of ids) taken.add(id);
    return { id: `t${index + 1}`, goals, subGoalIds: ids };
  });
  const taskOf = new Map(tasks.flatMap((task) => task.subGoalIds.map((id) => [id, task.id] as const)));
  return tasks.map((task) => {
    const waits = plan.subGoals
      .filter((subGoal) => task.subGoalIds.includes(subGoal.id))
      .flatMap((subGoal) => subGoal.dependsOn.map((id) => taskOf.get(id)));
    return {
      ...task,
      dependsOn: [...new Set(waits)].filter((id) => id !== undefined && id !== task.id) as string[],
    };
  });
}

function leadsTo(subGoal: SubGoal, goals: readonly string[], skills: readonly SkillContract[]): boolean {
  if (subGoal.skill === findSkill) return goals.includes(`known(${subGoal.arguments.object ?? ''})`);
  return effectsOf(subGoal, skills).some((effect) => goals.includes(formatAtom(effect)));
}

/** Ids of sub-goals and of all that they wait for, in the order of the plan. */
function before(plan: PlanGraph, ends: readonly SubGoal[]): readonly string[] {
  const ids = new Set(ends.map((subGoal) => subGoal.id));
  for (const id of ids)
    for (const needed of plan.subGoals.find((subGoal) => subGoal.id === id)?.dependsOn ?? []) ids.add(needed);
  return plan.subGoals.map((subGoal) => subGoal.id).filter((id) => ids.has(id));
}

function effectsOf(subGoal: SubGoal, skills: readonly SkillContract[]): readonly Atom[] {
  const contract = skills.find((skill) => skill.name === subGoal.skill);
  return (contract?.effects ?? [])
    .filter((term) => !term.negated)
    .map((term) => fillTerm(term, subGoal.arguments))
    .filter((statement) => statement !== undefined);
}
