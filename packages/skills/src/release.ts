import { rotateVector, Transform, type Vector3 } from '@efferent/core';
import { type CollisionChecker, isJointPathFree } from '@efferent/robot';
import {
  basePosesFor,
  mapFromTool,
  moveArmTo,
  moveToolStraight,
  planToolStraight,
  raiseHand,
  solveHere,
} from './arm-motion.ts';
import { sideGraspRotation, topGraspRotation } from './geometry.ts';
import { driveWithTuckedArm } from './library/navigate.ts';
import { drivingPoses, holdsSomething, tuckArm } from './library/tuck.ts';
import type { CarriedThing, PlanningBody, SkillBody } from './skill-body.ts';
import { SkillFailure } from './skill-failure.ts';
import type { WorkScene } from './work-scene.ts';

/** Where to let go: tool poses above and at the release, `map`. */
export interface ReleasePose {
  readonly mapFromAbove: Transform;
  readonly mapFromRelease: Transform;
  /** Before the opening of what encloses the place: the hand goes straight in and out from there. */
  readonly mapFromBefore?: Transform;
}

/** The hand opens this much wider than what it held, m: wide fingers would push what stands beside, or a bowl's wall. */
const releaseOpeningM = 0.025;
const backOffM = 0.1;
/** Share of the arm's speed at which a thing is let down: it may meet what lies below before it was expected to. */
const lowerSpeed = 0.3;
/** Share of the arm's speed at which the hand goes in and out of an enclosure. */
const insertSpeed = 0.5;
/** Places of the base from which ways into an enclosure are looked for: of one hand pose, and of all. */
const basesForWays = 30;
const maxWaysTried = 120;
/** Places to stand at that are tried. */
const maxDrives = 2;
/** What is held may meet what it is put on this far above the planned height, m. */
const touchEarlyM = 0.06;
/** Wider than this cannot be taken as held, m. */
const fallbackSizeM = 0.08;

/** What is held; a plain box of the gripper's opening when no skill of this process has grasped it. */
export function carriedThing(body: SkillBody, className: string): CarriedThing {
  if (body.carried !== undefined) return body.carried;
  const width = Math.max(0.02, body.position(body.model.manifest.gripper.actuator));
  return {
    className,
    kind: 'side',
    toolFromBox: Transform.identity,
    sizeM: [fallbackSizeM, width, fallbackSizeM],
    belowToolM: fallbackSizeM / 2,
  };
}

/** Things whose longest side is less than this times their shortest have no side to stand on. */
const roundRatio = 1.4;

/**
 * What was grasped from above, held by a level hand instead: where there is no room for a hand from above. Undefined for what
 * would not stand upright then.
 */
export function turnedLevel(carried: CarriedThing): CarriedThing | undefined {
  const { kind, sizeM, toolFromBox } = carried;
  if (kind !== 'top' || Math.max(...sizeM) > roundRatio * Math.min(...sizeM)) return undefined;
  const axes: readonly Vector3[] = [
    [sizeM[0], 0, 0],
    [0, sizeM[1], 0],
    [0, 0, sizeM[2]],
  ];
  const heightM = axes.reduce((sum, axis) => sum + Math.abs(rotateVector(toolFromBox.rotation, axis)[2]), 0);
  return { ...carried, kind: 'side', belowToolM: heightM / 2 - toolFromBox.translation[2] };
}

/** @throws {@link SkillFailure} code `hand-empty` */
export function requireHolding(body: SkillBody): void {
  if (holdsSomething(body)) return;
  body.carried = undefined;
  const gripper = body.model.manifest.gripper.actuator;
  throw new SkillFailure(
    'hand-empty',
    `the gripper holds nothing: ${(body.position(gripper) * 100).toFixed(1)} cm open with ${Math.abs(body.effort(gripper)).toFixed(1)} N`,
  );
}

/**
 * Tool poses that release at a point, in the orientation in which the thing was grasped.
 *
 * @param toolHeightM - of the tool at the release
 * @param aboveM - how much higher the hand comes in
 * @param headingsRad - headings into the furniture
 */
export function releasePoses(
  carried: CarriedThing,
  pointM: readonly [number, number],
  toolHeightM: number,
  aboveM: number,
  headingsRad: readonly number[],
): readonly ReleasePose[] {
  const turns = carried.kind === 'side' ? [0, 0.4, -0.4, 0.8, -0.8] : [0, Math.PI / 4, -Math.PI / 4];
  return headingsRad.flatMap((heading) =>
    turns.map((turn) => {
      const rotation =
        carried.kind === 'side'
          ? sideGraspRotation(heading + turn)
          : topGraspRotation(heading + turn + Math.PI / 2);
      return {
        mapFromRelease: new Transform([pointM[0], pointM[1], toolHeightM], rotation),
        mapFromAbove: new Transform([pointM[0], pointM[1], toolHeightM + aboveM], rotation),
      };
    }),
  );
}

/**
 * Goes to the first release pose that works, lets go there, backs off and folds the arm in.
 *
 * @param look - called after the base has moved, to see the place anew; may give other poses
 * @returns how the gripper let go, in words
 * @throws {@link SkillFailure} codes `unreachable`, `blocked`, `dropped`, `release-failed`
 */
export async function releaseAt(
  body: SkillBody,
  makeWork: () => WorkScene,
  poses: readonly ReleasePose[],
  look: () => Promise<readonly ReleasePose[]>,
  what: string,
): Promise<string> {
  let work = makeWork();
  let options = poses;
  for (let drive = 0; drive < maxDrives; drive++) {
    if (reachableHere(body, work, options, work.roomyChecker).length > 0) break;
    const isNear = reachableHere(body, work, options, work.checker).length > 0;
    if (isNear && drive > 0) break;
    const base =
      firstBase(body, work, options, work.roomyChecker) ??
      (isNear ? undefined : firstBase(body, work, options, work.checker));
    if (base === undefined && isNear) break;
    if (base === undefined)
      throw new SkillFailure(
        'unreachable',
        `no base pose reaches ${what}; tried ${options.length} hand poses`,
      );
    await driveWithTuckedArm(body, base);
    requireStillHeld(body, 'on the way');
    options = await look();
    work = makeWork();
  }
  const roomy = new Set(reachableHere(body, work, options, work.roomyChecker));
  options = [...roomy, ...options.filter((pose) => !roomy.has(pose))];
  let reason: SkillFailure | undefined;
  for (const pose of options) {
    const goals = solveHere(body, work, pose.mapFromAbove);
    if (goals.length === 0) continue;
    try {
      body.report('reach', 0.6);
      await reachAbove(body, work, pose, goals);
    } catch (error) {
      if (!SkillFailure.isInstance(error) || error.code !== 'unreachable') throw error;
      reason = error as SkillFailure;
      continue;
    }
    await lower(body, work, pose);
    return await letGo(body, work, pose);
  }
  throw reason ?? new SkillFailure('unreachable', `the arm does not reach ${what} from here`);
}

/** Brings the hand over the place: straight in from before its opening where it has one and there is room, else freely. */
async function reachAbove(
  body: SkillBody,
  work: WorkScene,
  pose: ReleasePose,
  goals: readonly Float64Array[],
): Promise<void> {
  const before = startsBefore(body, work, pose);
  if (before.length > 0) {
    try {
      await moveArmTo(body, work, before);
      await moveToolStraight(body, work, [pose.mapFromAbove], { speed: insertSpeed });
      return;
    } catch (error) {
      if (!SkillFailure.isInstance(error) || error.code !== 'unreachable') throw error;
    }
  }
  await moveArmTo(body, work, goals);
}

/** Configurations of the arm before the opening from which a straight way leads over the place. */
function startsBefore(
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
function reachableHere(
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
function firstBase(
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
  const folded = model.namedPose(drivingPoses.holding, body.actuatorPositions());
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

function requireStillHeld(body: SkillBody, when: string): void {
  if (holdsSomething(body)) return;
  body.carried = undefined;
  throw new SkillFailure('dropped', `the gripper lost what it held ${when}`);
}

/** Goes straight down, until the thing touches. */
async function lower(body: SkillBody, work: WorkScene, pose: ReleasePose): Promise<void> {
  const handM = () => mapFromTool(body, work).translation[2];
  const downM = pose.mapFromAbove.translation[2] - pose.mapFromRelease.translation[2];
  const goalM = handM() - downM;
  try {
    await raiseHand(body, -downM, { speed: lowerSpeed });
  } catch (error) {
    // What is held may hang lower than it was thought to: touching a little early is arriving.
    const isDown = handM() - goalM < touchEarlyM;
    if (!SkillFailure.isInstance(error) || error.code !== 'blocked' || !isDown) throw error;
  }
}

/** Opens the hand, checks that it is free, and leaves. */
async function letGo(body: SkillBody, work: WorkScene, pose: ReleasePose): Promise<string> {
  requireStillHeld(body, 'before it was released');
  body.report('release', 0.8);
  const gripper = body.model.manifest.gripper.actuator;
  const heldM = body.position(gripper);
  await body.moveGripper(Math.min(heldM + releaseOpeningM, body.model.manifest.gripper.stroke_m));
  await body.sleep(0.2);
  const openM = body.position(gripper);
  const effortN = Math.abs(body.effort(gripper));
  if (openM < heldM + 0.01) {
    throw new SkillFailure(
      'release-failed',
      `the gripper opened from ${(heldM * 100).toFixed(1)} to only ${(openM * 100).toFixed(1)} cm, ${effortN.toFixed(1)} N`,
    );
  }
  body.carried = undefined;
  await backOff(body, work, pose.mapFromBefore);
  await tuckArm(body);
  return `released ${(heldM * 100).toFixed(1)} cm wide, gripper now ${(openM * 100).toFixed(1)} cm open`;
}

/** Draws the hand back the way it came in or else the way it points, straight up when it points down. */
export async function backOff(body: SkillBody, work: WorkScene, mapFromBefore?: Transform): Promise<void> {
  const tool = mapFromTool(body, work);
  if (mapFromBefore !== undefined) {
    const [x, y] = mapFromBefore.translation;
    const out = new Transform([x, y, tool.translation[2]], tool.rotation);
    try {
      await moveToolStraight(body, work, [out], { checkCollisions: false, speed: insertSpeed });
      return;
    } catch (error) {
      if (!SkillFailure.isInstance(error) || error.code !== 'unreachable') throw error;
    }
  }
  const ahead = tool.apply([1, 0, 0]);
  const isDown = ahead[2] - tool.translation[2] < -0.5;
  if (isDown) {
    await raiseHand(body, backOffM);
    return;
  }
  const goal = new Transform(tool.apply([-backOffM, 0, 0.01]), tool.rotation);
  try {
    await moveToolStraight(body, work, [goal], { checkCollisions: false });
  } catch (error) {
    if (!SkillFailure.isInstance(error) || error.code !== 'unreachable') throw error;
    const { arm } = body.model.manifest;
    if (arm === undefined) return;
    await body.moveActuators({ [arm.extension]: Math.max(0, body.position(arm.extension) - backOffM) });
  }
}
