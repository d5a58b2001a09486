import { Transform } from '@efferent/core';
import {
  basePosesFor,
  mapFromTool,
  moveArmTo,
  moveToolStraight,
  raiseHand,
  solveHere,
} from './arm-motion.ts';
import { sideGraspRotation, topGraspRotation } from './geometry.ts';
import { driveWithTuckedArm } from './library/navigate.ts';
import { holdsSomething, tuckArm } from './library/tuck.ts';
import type { CarriedThing, SkillBody } from './skill-body.ts';
import { SkillFailure } from './skill-failure.ts';
import type { WorkScene } from './work-scene.ts';

/** Where to let go: tool poses above and at the release, `map`. */
export interface ReleasePose {
  readonly mapFromAbove: Transform;
  readonly mapFromRelease: Transform;
}

/** The hand opens this much wider than what it held, m: wide fingers would push what stands beside, or a bowl's wall. */
const releaseOpeningM = 0.025;
const backOffM = 0.1;
/** Share of the arm's speed at which a thing is let down: it may meet what lies below before it was expected to. */
const lowerSpeed = 0.3;
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
  for (let drive = 0; !options.some((pose) => canReleaseHere(body, work, pose)); drive++) {
    if (drive === maxDrives) break;
    const base = firstBase(body, work, options);
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
  let reason: SkillFailure | undefined;
  for (const pose of options) {
    const goals = solveHere(body, work, pose.mapFromAbove);
    if (goals.length === 0) continue;
    try {
      body.report('reach', 0.6);
      await moveArmTo(body, work, goals);
    } catch (error) {
      if (!SkillFailure.isInstance(error) || error.code !== 'unreachable') throw error;
      reason = error as SkillFailure;
      continue;
    }
    await lower(body, work, pose);
    return await letGo(body, work);
  }
  throw reason ?? new SkillFailure('unreachable', `the arm does not reach ${what} from here`);
}

/** The same poses, first those at which neither the hand nor what it holds touches anything in the end. */
export function freeReleasesFirst(
  body: SkillBody,
  work: WorkScene,
  poses: readonly ReleasePose[],
): readonly ReleasePose[] {
  const isFree = freedomOf(body, work);
  const free = new Set(poses.filter((pose) => solveHere(body, work, pose.mapFromRelease).some(isFree)));
  return [...free, ...poses.filter((pose) => !free.has(pose))];
}

/** Tells whether the arm may be in a configuration with the base where it is. */
function freedomOf(body: SkillBody, work: WorkScene): (positions: Float64Array) => boolean {
  const q = body.model.zeroJointPositions();
  work.checker.setBasePose(body.mapFromBase());
  return (positions) => !work.checker.isColliding(body.model.jointPositionsFromActuators(positions, q));
}

function canReleaseHere(body: SkillBody, work: WorkScene, pose: ReleasePose): boolean {
  return (
    solveHere(body, work, pose.mapFromAbove).some(freedomOf(body, work)) &&
    solveHere(body, work, pose.mapFromRelease).length > 0
  );
}

function firstBase(body: SkillBody, work: WorkScene, poses: readonly ReleasePose[]): Transform | undefined {
  for (const pose of poses) {
    const base = basePosesFor(body, work, [pose.mapFromAbove], 1)[0];
    if (base !== undefined) return Transform.fromPlanar(base.x, base.y, base.yaw);
  }
  return undefined;
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
async function letGo(body: SkillBody, work: WorkScene): Promise<string> {
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
  await backOff(body, work);
  await tuckArm(body);
  return `released ${(heldM * 100).toFixed(1)} cm wide, gripper now ${(openM * 100).toFixed(1)} cm open`;
}

/** Draws the hand back the way it points, straight up when it points down. */
export async function backOff(body: SkillBody, work: WorkScene): Promise<void> {
  const tool = mapFromTool(body, work);
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
