import { Transform } from '@efferent/core';
import { type CollisionChecker, isJointPathFree } from '@efferent/robot';
import { basePosesFor, planToolStraight, solveHere } from './arm-motion.ts';
import { poseWhileHolding } from './half-roll.ts';
import { drivingPoses } from './library/tuck.ts';
import type { ReleasePose } from './release-pose.ts';
import type { PlanningBody, SkillBody } from './skill-body.ts';
import { SkillFailure } from './skill-failure.ts';
import type { WorkScene } from './work-scene.ts';

/** Places of the base from which ways into an enclosure are looked for: of one hand pose, and of all. */
const basesForWays = 30;
const maxWaysTried = 120;
/** Configurations of the arm before the opening from which a straight way leads over the place. */
export function startsBefore(
  body: PlanningBody,
  work: WorkScene,
  { mapFromBefore, mapFromAbove }: ReleasePose,
): readonly Float64Array[] {
  if (mapFromBefore === undefined) return [];
  return solveHere(body, work, mapFromBefore).filter((start) => {
    try {
      return planToolStraight(body, work, start, [mapFromAbove]).length > 0;
    } catch (error) {
      if (!SkillFailure.isInstance(error) || error.code !== 'unreachable') throw error;
      return false;
    }
  });
}

/** The same poses, first those at which neither the hand nor what it holds touches anything in the end. */
export function freeReleasesFirst(
  body: SkillBody,
  work: WorkScene,
  poses: readonly ReleasePose[],
): readonly ReleasePose[] {
  const isFree = freedomOf(body, work.checker);
  const free = new Set(poses.filter((pose) => solveHere(body, work, pose.mapFromRelease).some(isFree)));
  return [...free, ...poses.filter((pose) => !free.has(pose))];
}

/** Tells whether the arm may be in a configuration with the base where it is. */
function freedomOf(body: SkillBody, checker: CollisionChecker): (positions: Float64Array) => boolean {
  const q = body.model.zeroJointPositions();
  checker.setBasePose(body.mapFromBase());
  return (positions) => !checker.isColliding(body.model.jointPositionsFromActuators(positions, q));
}

/** The poses that the arm gets to with the base where it is. */
export function reachableHere(
  body: SkillBody,
  work: WorkScene,
  poses: readonly ReleasePose[],
  checker: CollisionChecker,
): readonly ReleasePose[] {
  const isFree = freedomOf(body, checker);
  return poses.filter(
    (pose) =>
      solveHere(body, work, pose.mapFromAbove).some(isFree) &&
      (pose.mapFromBefore === undefined || startsBefore(body, work, pose).some(isFree)) &&
      solveHere(body, work, pose.mapFromRelease).length > 0,
  );
}

/** Tool poses on the way to the release. */
const waysIn = ({ mapFromAbove, mapFromBefore }: ReleasePose): readonly Transform[] =>
  mapFromBefore === undefined ? [mapFromAbove] : [mapFromAbove, mapFromBefore];

/** The cheapest place of the base for the first pose that has one; an enclosure asks for a way of the whole arm, too. */
export function firstBase(
  body: SkillBody,
  work: WorkScene,
  poses: readonly ReleasePose[],
  checker: CollisionChecker,
): Transform | undefined {
  let waysLeft = maxWaysTried;
  for (const pose of poses) {
    const isStraight = pose.mapFromBefore !== undefined;
    if (isStraight && waysLeft <= 0) continue;
    const found = basePosesFor(body, work, waysIn(pose), isStraight ? basesForWays : 1, undefined, checker);
    for (const { x, y, yaw } of found) {
      const base = Transform.fromPlanar(x, y, yaw);
      if (!isStraight) return base;
      if (waysLeft-- > 0 && hasWayIn(body, work, pose, base)) return base;
    }
  }
  return undefined;
}

/** Tells whether the arm unfolds before the opening with room around it, and goes straight in, with the base elsewhere. */
function hasWayIn(body: SkillBody, work: WorkScene, pose: ReleasePose, base: Transform): boolean {
  const { model, map, openings } = body;
  const folded = poseWhileHolding(model, drivingPoses.holding, body.actuatorPositions());
  const there: PlanningBody = {
    model,
    map,
    openings,
    mapFromBase: () => base,
    actuatorPositions: () => folded,
    depthPoints: () => body.depthPoints(),
  };
  work.roomyChecker.setBasePose(base);
  return startsBefore(there, work, pose).some((start) => isJointPathFree(work.roomyChecker, [folded, start]));
}
