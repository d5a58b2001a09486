import { Transform } from '@efferent/core';
import { mapFromTool, moveArmTo, moveToolStraight, raiseHand, solveHere } from './arm-motion.ts';
import { driveWithTuckedArm } from './library/navigate.ts';
import { holdsSomething, tuckArm } from './library/tuck.ts';
import type { ReleasePose } from './release-pose.ts';
import { firstBase, reachableHere, startsBefore } from './release-reach.ts';
import type { SkillBody } from './skill-body.ts';
import { SkillFailure } from './skill-failure.ts';
import type { WorkScene } from './work-scene.ts';

/** The hand opens this much wider than what it held, m: wide fingers would push what stands beside, or a bowl's wall. */
const releaseOpeningM = 0.025;
const backOffM = 0.1;
/** Share of the arm's speed at which a thing is let down: it may meet what lies below before it was expected to. */
const lowerSpeed = 0.3;
/** Share of the arm's speed at which the hand goes in and out of an enclosure. */
const insertSpeed = 0.5;
/** Places to stand at that are tried. */
const maxDrives = 2;
/** What is held may meet what it is put on this far above the planned height, m. */
const touchEarlyM = 0.06;
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
