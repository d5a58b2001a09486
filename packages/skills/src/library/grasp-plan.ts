import { Transform, type Vector3 } from '@efferent/core';
import { type BaseFilter, basePosesFor, solveHere, standingRoom } from '../arm-motion.ts';
import { openAboveM, type SupportArea, standpoints, supportAt } from '../geometry.ts';
import {
  type GraspCandidate,
  graspCandidates,
  policySidewaysM,
  slantCandidates,
} from '../grasp-candidates.ts';
import { openingsAround } from '../openings.ts';
import { openPartRoomM, othersThan, sightOf } from '../sight-line.ts';
import type { SkillBody } from '../skill-body.ts';
import { SkillFailure } from '../skill-failure.ts';
import { WorkScene, type WorkSceneOptions } from '../work-scene.ts';
import type { Reacquired } from './observe.ts';

/** Free height that a hand from above needs, m. */
const topClearanceM = 0.4;
/** The pads must open this much wider than the thing on each side, m: a base that drives is never quite where it thinks. */
const openingMarginM = { mobile: 0.022, fixed: 0.006 } as const;
/** The pads of an open gripper stay this far from their stop, m. */
const openingReserveM = { mobile: 0.01, fixed: 0.004 } as const;

/** Ways to grasp a thing where it was seen, and what must not be touched meanwhile. */
export interface GraspPlan {
  readonly work: WorkScene;
  /** The same, where the fingers may touch what the thing stands on: for the grasp itself. */
  readonly reach: WorkScene;
  readonly support: SupportArea | undefined;
  readonly candidates: readonly GraspCandidate[];
}

/** Lists ways to grasp a thing, the preferred first. */
export function planGrasp(body: SkillBody, target: Reacquired): GraspPlan {
  const [x, y, z] = target.mapFromThing.translation;
  const openings = openingsAround(body, [x, y, z]);
  const support = supportAt(body.map, [x, y, z - target.sizeM[2] / 2], openings);
  const { mapFromThing, sizeM } = target;
  const options: WorkSceneOptions = {
    openings,
    ignore: [{ mapFromBox: mapFromThing, sizeM: [sizeM[0] + 0.03, sizeM[1] + 0.03, sizeM[2] + 0.03] }],
  };
  const work = new WorkScene(body, options);
  work.scene.addBox({ id: 'target', mapFromBox: mapFromThing, sizeM });
  const reach = new WorkScene(body, options);
  for (const id of support?.boxIds ?? []) reach.allowFingers(id);
  const stands = support === undefined ? [] : standpoints(body.map, support.furnitureId, [x, y]);
  const here = body.mapFromBase().translation;
  const inward =
    stands[0] === undefined
      ? Math.atan2(y - here[1], x - here[0])
      : Math.atan2(-stands[0].outward[1], -stands[0].outward[0]);
  const headings =
    stands.length === 0
      ? [inward]
      : stands.slice(0, 2).map(({ outward }) => Math.atan2(-outward[1], -outward[0]));
  const limits = { maxWidthM: maxWidthM(body), topClearanceM };
  const listed = [graspCandidates, slantCandidates].flatMap((list) =>
    headings.flatMap((heading) => list(mapFromThing, sizeM, support, heading, limits)),
  );
  // An arm over its table comes from above.
  const candidates = body.model.isFixed ? listed.filter(({ kind }) => kind === 'top') : listed;
  return { work, reach, support, candidates };
}

/** In a shelf or a fridge the edge of the board hides the foot of a thing: what was seen is completed down to the board. */
export function downToSupport(body: SkillBody, target: Reacquired): Reacquired {
  const [x, y, z] = target.mapFromThing.translation;
  const bottom: Vector3 = [x, y, z - target.sizeM[2] / 2];
  const support = supportAt(body.map, bottom, openingsAround(body, [x, y, z]));
  if (support === undefined || support.clearanceM >= openAboveM) return target;
  const { mapFromThing, sizeM } = target;
  const topM = z + sizeM[2] / 2;
  const bottomM = Math.min(bottom[2], support.mapFromArea.translation[2]);
  return {
    ...target,
    mapFromThing: new Transform([x, y, (topM + bottomM) / 2], mapFromThing.rotation),
    sizeM: [sizeM[0], sizeM[1], topM - bottomM],
  };
}

export interface PlacedGrasp {
  readonly candidate: GraspCandidate;
  /** Where the base has to go; undefined when it can stay. */
  readonly base: Transform | undefined;
  /** Whether the thing is to be seen from there; into a drawer the arm may reach where its front hides it. */
  readonly isInSight: boolean;
}

/**
 * The grasp to go for, from here or from another place of the base; at a slant where there is no other.
 *
 * @param taken - places where the base was found not to get
 */
export function chooseGrasp(
  body: SkillBody,
  plan: GraspPlan,
  target: Reacquired,
  taken: readonly Transform[],
): PlacedGrasp | undefined {
  for (const isSlant of [false, true]) {
    const candidates = plan.candidates.filter(({ kind }) => (kind === 'slant') === isSlant);
    const wanted = { ...plan, candidates };
    const placed = chooseHere(body, wanted) ?? chooseBase(body, wanted, target, taken);
    if (placed !== undefined) return placed;
  }
  return undefined;
}

/** A grasp that the arm gets to from here, with room left for the policy's own motion. */
function chooseHere(body: SkillBody, plan: GraspPlan): PlacedGrasp | undefined {
  const candidate = plan.candidates.find(
    (option) =>
      isFreeHere(body, plan.work, option.mapFromPregrasp) &&
      solveHere(body, plan.work, option.mapFromGrasp, policySidewaysM).length > 0,
  );
  return candidate && { candidate, base: undefined, isInSight: true };
}

function isFreeHere(body: SkillBody, work: WorkScene, goal: Transform): boolean {
  const q = body.model.zeroJointPositions();
  work.checker.setBasePose(body.mapFromBase());
  return solveHere(body, work, goal, policySidewaysM).some(
    (positions) => !work.checker.isColliding(body.model.jointPositionsFromActuators(positions, q)),
  );
}

/** A grasp moves the base back and forth by about this much, m. */
const nudgesM = [-0.05, 0.05] as const;

/** A place of the base this near to one that is taken is taken, too, m. */
const takenWithinM = 0.08;

/** The front of an open drawer stands where it was last estimated within this, m. */
const frontErrorM = 0.01;

/** The first grasp that some base pose allows: best one with room for what the grasp itself drives, and from where it is seen. */
function chooseBase(
  body: SkillBody,
  plan: GraspPlan,
  target: Reacquired,
  taken: readonly Transform[],
): PlacedGrasp | undefined {
  const pointM = target.mapFromThing.translation;
  const isTaken = (x: number, y: number) =>
    taken.some(({ translation }) => Math.hypot(translation[0] - x, translation[1] - y) < takenWithinM);
  const free: BaseFilter = (x, y) => !isTaken(x, y);
  const inDrawer = plan.support?.topOnly === true;
  const others = othersThan(body.sightings().sightings, pointM);
  const base = (sees: (x: number, y: number) => boolean, isInSight = true) =>
    firstBase(body, plan, (x, y, yaw) => free(x, y, yaw) && sees(x, y), isInSight);
  const seen = base(sightOf(body, pointM, inDrawer ? frontErrorM : openPartRoomM, others));
  if (seen !== undefined) return seen;
  // Into a shelf or a fridge the robot must see: fingers may touch its walls, but not reach through them.
  const isEnclosed = plan.support !== undefined && plan.support.clearanceM < openAboveM;
  return isEnclosed ? base(sightOf(body, pointM)) : base(() => true, !inDrawer);
}

function firstBase(
  body: SkillBody,
  plan: GraspPlan,
  isWanted: BaseFilter,
  isInSight: boolean,
): PlacedGrasp | undefined {
  const isRoom = standingRoom(body, plan.reach);
  const isWide = (x: number, y: number, yaw: number): boolean =>
    nudgesM.every((alongM) => isRoom(x + alongM * Math.cos(yaw), y + alongM * Math.sin(yaw), yaw)) &&
    isWanted(x, y, yaw);
  for (const candidate of plan.candidates) {
    const poses = (isFree: BaseFilter) => basePosesFor(body, plan.reach, candidate.mapFromTools, 1, isFree);
    const base = poses(isWide)[0] ?? poses(isWanted)[0];
    if (base !== undefined)
      return { candidate, base: Transform.fromPlanar(base.x, base.y, base.yaw), isInSight };
  }
  return undefined;
}

/** Says why nothing of a plan can be reached. */
export function unreachable(
  body: SkillBody,
  className: string,
  target: Reacquired,
  plan: GraspPlan,
): SkillFailure {
  const narrow = Math.min(target.sizeM[0], target.sizeM[1]);
  const limit = maxWidthM(body);
  if (plan.candidates.length === 0 && narrow > limit) {
    return new SkillFailure(
      'too-wide',
      `the ${className} is ${(narrow * 100).toFixed(0)} cm wide, the gripper of ${body.model.id} takes ${(limit * 100).toFixed(0)} cm`,
    );
  }
  const [x, y, z] = target.mapFromThing.translation;
  return new SkillFailure(
    'unreachable',
    `no base pose reaches the ${className} at ${x.toFixed(2)}, ${y.toFixed(2)}, height ${z.toFixed(2)} m; tried ${plan.candidates.length} grasps`,
  );
}

/** How wide the pads open for a thing of this width, m. */
export const openingFor = (body: SkillBody, widthM: number): number =>
  Math.min(maxOpeningM(body), widthM + 2 * openingMarginM[kindOf(body)] + 0.02);

const maxOpeningM = (body: SkillBody): number =>
  body.model.manifest.gripper.stroke_m - openingReserveM[kindOf(body)];

/** The widest thing that goes between the pads, m. */
const maxWidthM = (body: SkillBody): number => maxOpeningM(body) - 2 * openingMarginM[kindOf(body)];

const kindOf = (body: SkillBody): 'mobile' | 'fixed' => (body.model.isFixed ? 'fixed' : 'mobile');
