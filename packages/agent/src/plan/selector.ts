import type { Rng } from '@efferent/core';
import type { SkillContract } from '@efferent/skills';
import type { BeliefView } from '../belief/belief-view.ts';
import type { SubGoal } from './plan-graph.ts';
import { contextOf, travelM } from './skill-context.ts';
import type { SkillStatistics } from './skill-statistics.ts';

/** Speed that a path's length is divided by, m/s: a mobile manipulator among furniture. */
const travelMps = 0.2;

/** A step with something lost still has a finite cost. */
const leastSure = 0.05;

/** How the next of several ready sub-goals is chosen; `path`, `fixed` and `random` are there to compare with. */
export type SelectorName = 'cost' | 'learned' | 'path' | 'fixed' | 'random';

export const selectorNames: readonly SelectorName[] = ['cost', 'learned', 'path', 'fixed', 'random'];

/** What choosing among sub-goals depends on. */
export interface SelectionContext {
  readonly view: BeliefView;
  readonly skills: readonly SkillContract[];
  readonly statistics: SkillStatistics;
  readonly selector: SelectorName;
  readonly random: Rng;
  /** What the network foresees for each, m; only the selector `learned` has it. */
  readonly horizonsM?: ReadonlyMap<SubGoal, number> | undefined;
}

/**
 * Takes, among the ready sub-goals, the one with the shortest horizon: the predicted cost to complete it.
 *
 * @param running - sub-goals under way; what claims a body part or a thing of theirs waits
 */
export function selectSubGoal(
  ready: readonly SubGoal[],
  context: SelectionContext,
  running: readonly SubGoal[] = [],
): SubGoal | undefined {
  let best: SubGoal | undefined;
  let bestHorizon = Number.POSITIVE_INFINITY;
  for (const [index, subGoal] of ready.entries()) {
    if (running.some((other) => claimsOverlap(subGoal, other, context.skills))) continue;
    const horizon = horizonOf(subGoal, index, context);
    if (horizon < bestHorizon) {
      best = subGoal;
      bestHorizon = horizon;
    }
  }
  return best;
}

/** Steps that need an empty hand come after all others while it is full, whoever chooses. */
function horizonOf(subGoal: SubGoal, index: number, context: SelectionContext): number {
  const { view, skills, statistics, random } = context;
  const robot = view.robots.find((candidate) => candidate.name === subGoal.robot);
  const blocked = needsEmptyHand(subGoal, skills) && (robot?.held ?? '') !== '' ? 1e6 : 0;
  switch (context.selector) {
    case 'cost':
      return predictedCostS(subGoal, view, statistics) + blocked;
    case 'learned':
      return (context.horizonsM?.get(subGoal) ?? travelM(subGoal, view)) + blocked;
    case 'path':
      return travelM(subGoal, view) + blocked;
    case 'fixed':
      return index + blocked;
    case 'random':
      return random.uniform() + blocked;
  }
}

/**
 * Expected seconds until the sub-goal is complete, retries included: the way there plus the skill's expected duration,
 * divided by its chance of success.
 */
export function predictedCostS(subGoal: SubGoal, view: BeliefView, statistics: SkillStatistics): number {
  const chance =
    statistics.successProbability(subGoal.skill, contextOf(subGoal, view, 0)) * sureness(subGoal, view);
  return (travelM(subGoal, view) / travelMps + statistics.durationS(subGoal.skill)) / chance;
}

/** How sure it is that what the sub-goal names is where it is believed to be. */
function sureness({ arguments: given }: SubGoal, view: BeliefView): number {
  let sure = 1;
  for (const id of Object.values(given))
    sure *= Math.max(leastSure, view.objects.find((object) => object.id === id)?.confidence ?? 1);
  return sure;
}

const needsEmptyHand = (subGoal: SubGoal, skills: readonly SkillContract[]): boolean =>
  skills
    .find((skill) => skill.name === subGoal.skill)
    ?.preconditions.some((term) => term.predicate === 'hand-empty' && !term.negated) ?? false;

/** Two robots may not work on one thing at a time; one robot has each of its parts once. */
function claimsOverlap(a: SubGoal, b: SubGoal, skills: readonly SkillContract[]): boolean {
  const things = Object.values(b.arguments);
  if (a.robot !== b.robot) return Object.values(a.arguments).some((id) => things.includes(id));
  const claims = (subGoal: SubGoal) =>
    skills.find((skill) => skill.name === subGoal.skill)?.resources ?? ['base', 'arm', 'head'];
  return claims(a).some((resource) => claims(b).includes(resource));
}
