import type { BeliefView, ObjectView } from '../belief/belief-view.ts';
import type { SubGoal } from './plan-graph.ts';

/** What the success of a skill may depend on, as believed when it is sent. */
export interface SkillContext {
  /** Class of the thing that it acts on, kind of a fixture, or the id of a place. */
  readonly className: string;
  /** Kind of what the thing stands on or lies in; empty for fixtures and while it is held. */
  readonly supportKind: string;
  /** Straight way from the robot's base to where it acts, m; 0 when either is not known. */
  readonly distanceM: number;
  /** Probability that the thing is where it is believed to be, [0, 1]; 1 for fixtures. */
  readonly confidence: number;
  /** Seconds since the thing was last seen; 0 for fixtures. */
  readonly ageS: number;
  /** Other things within {@link crowdM} of it. */
  readonly crowd: number;
  /** Failures in a row of this robot with this skill and these arguments in this task; not those that pass by themselves. */
  readonly tries: number;
}

/** Things nearer than this are in each other's way, m. */
const crowdM = 0.15;

/** Reads off the belief what the success of a call may depend on. @param tries - failures in a row of this call */
export function contextOf(
  call: Pick<SubGoal, 'robot' | 'arguments'>,
  view: BeliefView,
  tries: number,
): SkillContext {
  const id = mainArgument(call);
  const object = view.objects.find((candidate) => candidate.id === id);
  const fixture = view.fixtures.find((candidate) => candidate.id === id);
  return {
    className: object?.className ?? fixture?.kind ?? id,
    supportKind: object === undefined ? '' : kindOf(view, object.support),
    distanceM: travelM(call, view),
    confidence: object?.confidence ?? 1,
    ageS: object?.ageS ?? 0,
    crowd: object === undefined ? 0 : crowdOf(view, object),
    tries,
  };
}

/** Straight way from the robot to where a call acts, m; 0 when either is not known. */
export function travelM(call: Pick<SubGoal, 'robot' | 'arguments'>, view: BeliefView): number {
  const robot = view.robots.find((candidate) => candidate.name === call.robot);
  const target = targetPosition(call, view);
  return robot === undefined || target === undefined
    ? 0
    : Math.hypot(target[0]! - robot.positionM[0], target[1]! - robot.positionM[1]);
}

/** The thing to go to: where something is put down rather than what is put down. */
export function mainArgument({ arguments: given }: Pick<SubGoal, 'arguments'>): string {
  return given.container ?? given.surface ?? given.fixture ?? given.target ?? given.object ?? '';
}

/** Where a call acts, in `map`; undefined when that is not known. */
export function targetPosition(
  call: Pick<SubGoal, 'arguments'>,
  view: BeliefView,
): readonly number[] | undefined {
  const id = mainArgument(call);
  return (
    view.objects.find((object) => object.id === id && !object.missing)?.positionM ??
    view.fixtures.find((fixture) => fixture.id === id)?.positionM ??
    view.places.find((place) => place.id === id)?.positionM
  );
}

const kindOf = (view: BeliefView, support: string): string =>
  view.fixtures.find((fixture) => fixture.id === support)?.kind ??
  view.objects.find((object) => object.id === support)?.className ??
  '';

const crowdOf = (view: BeliefView, object: ObjectView): number =>
  view.objects.filter(
    (other) =>
      other !== object &&
      !other.missing &&
      Math.hypot(other.positionM[0] - object.positionM[0], other.positionM[1] - object.positionM[1]) < crowdM,
  ).length;
