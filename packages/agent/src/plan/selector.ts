import type { SkillContract } from '@efferent/skills';
import type { BeliefView } from '../belief/belief-view.ts';
import type { SubGoal } from './plan-graph.ts';
import type { SkillStatistics } from './skill-statistics.ts';

/** Speed that a path's length is divided by, m/s: a mobile manipulator among furniture. */
const travelMps = 0.2;

/**
 * Takes, among the ready sub-goals, the one with the smallest predicted cost to complete.
 *
 * Cost is the way there plus the skill's expected duration, divided by its chance of success: a step that often has
 * to be repeated costs more. Steps that need an empty hand wait while it is full, and claims keep two from one body part.
 */
export function selectSubGoal(
  ready: readonly SubGoal[],
  view: BeliefView,
  skills: readonly SkillContract[],
  statistics: SkillStatistics,
  running: readonly SubGoal[] = [],
): SubGoal | undefined {
  let best: SubGoal | undefined;
  let bestCost = Number.POSITIVE_INFINITY;
  for (const subGoal of ready) {
    if (running.some((other) => claimsOverlap(subGoal, other, skills))) continue;
    const cost = predictedCostS(subGoal, view, skills, statistics);
    if (cost < bestCost) {
      best = subGoal;
      bestCost = cost;
    }
  }
  return best;
}

/** Expected seconds until the sub-goal is complete, retries included. */
export function predictedCostS(
  subGoal: SubGoal,
  view: BeliefView,
  skills: readonly SkillContract[],
  statistics: SkillStatistics,
): number {
  const robot = view.robots.find((candidate) => candidate.name === subGoal.robot);
  const target = targetPosition(subGoal, view);
  const travelS =
    robot === undefined || target === undefined
      ? 0
      : Math.hypot(target[0]! - robot.positionM[0], target[1]! - robot.positionM[1]) / travelMps;
  const chance = statistics.successProbability(subGoal.skill, contextOf(subGoal, view));
  const blocked = needsEmptyHand(subGoal, skills) && (robot?.held ?? '') !== '' ? 1e6 : 0;
  return (travelS + statistics.durationS(subGoal.skill)) / chance + blocked;
}

/** Class of the thing that a skill acts on; what its success rate depends on. */
export function contextOf(subGoal: Pick<SubGoal, 'arguments'>, view: BeliefView): string {
  const id = mainArgument(subGoal);
  return (
    view.objects.find((object) => object.id === id)?.className ??
    view.fixtures.find((fixture) => fixture.id === id)?.kind ??
    id
  );
}

/** The thing to go to: where something is put down rather than what is put down. */
function mainArgument({ arguments: given }: Pick<SubGoal, 'arguments'>): string {
  return given.container ?? given.surface ?? given.fixture ?? given.target ?? given.object ?? '';
}

function targetPosition(subGoal: SubGoal, view: BeliefView): readonly number[] | undefined {
  const id = mainArgument(subGoal);
  return (
    view.objects.find((object) => object.id === id && !object.missing)?.positionM ??
    view.fixtures.find((fixture) => fixture.id === id)?.positionM ??
    view.places.find((place) => place.id === id)?.positionM
  );
}

const needsEmptyHand = (subGoal: SubGoal, skills: readonly SkillContract[]): boolean =>
  skills
    .find((skill) => skill.name === subGoal.skill)
    ?.preconditions.some((term) => term.predicate === 'hand-empty' && !term.negated) ?? false;

function claimsOverlap(a: SubGoal, b: SubGoal, skills: readonly SkillContract[]): boolean {
  if (a.robot !== b.robot) return false;
  const claims = (subGoal: SubGoal) =>
    skills.find((skill) => skill.name === subGoal.skill)?.resources ?? ['base', 'arm', 'head'];
  return claims(a).some((resource) => claims(b).includes(resource));
}
