import type { BeliefView } from './belief-view.ts';

/** What of a robot decides where it can work. */
export interface Reacher {
  /** Its base, in `map`. */
  readonly positionM: readonly number[];
  /** How far its tool gets from its base, m; undefined for a robot that drives to where it works. */
  readonly fixedReachM: number | undefined;
}

/** What of a thing or of a part of furniture decides who gets at it. */
export interface ReachTarget {
  /** In `map`. */
  readonly positionM: readonly number[];
  /** Extents of a part of furniture, m; undefined for a thing. */
  readonly sizeM?: readonly number[] | undefined;
  /** Whether a robot can stand before the furniture that it is or is on. */
  readonly hasAccess: boolean;
}

/** Tells whether a robot gets there: a fixed one at things and near parts within its reach, one that drives where it can stand. */
export function isWithinReach(robot: Reacher, { positionM, sizeM, hasAccess }: ReachTarget): boolean {
  if (robot.fixedReachM === undefined) return hasAccess;
  const [x = 0, y = 0] = robot.positionM;
  const [atX = 0, atY = 0] = positionM;
  const halfM = sizeM === undefined ? 0 : Math.min(sizeM[0] ?? 0, sizeM[1] ?? 0) / 2;
  return Math.hypot(atX - x, atY - y) - halfM <= robot.fixedReachM;
}

/** Finds what decides who gets at a thing or a part of furniture; undefined for what has no place in the belief. */
export function reachTarget(view: BeliefView, id: string): ReachTarget | undefined {
  const fixture = view.fixtures.find((candidate) => candidate.id === id);
  if (fixture !== undefined) return fixture;
  const object = view.objects.find((candidate) => candidate.id === id);
  if (object === undefined) return undefined;
  const support = view.fixtures.find((candidate) => candidate.id === object.support);
  return { positionM: object.positionM, hasAccess: support?.hasAccess ?? true };
}
