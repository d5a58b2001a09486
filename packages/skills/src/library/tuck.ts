import { describeError } from '@efferent/core';
import { armActuators, moveArmTo } from '../arm-motion.ts';
import { poseWhileHolding } from '../half-roll.ts';
import type { SkillBody } from '../skill-body.ts';
import { SkillFailure } from '../skill-failure.ts';
import { WorkScene, type WorkSceneOptions } from '../work-scene.ts';
import { freshDepth } from './observe.ts';

/** Joints nearer than this to the pose count as there: m or rad. */
const closeEnough = 0.06;

/** Names of the manifest's poses in which the robot may drive. */
export const drivingPoses = { empty: 'stow', holding: 'carry' } as const;

/** Tells whether the gripper feels something between its pads; fingers that press outwards hold nothing. */
export function holdsSomething(body: SkillBody): boolean {
  const gripper = body.model.manifest.gripper.actuator;
  return -body.effort(gripper) >= minHoldEffortN && body.position(gripper) >= minHoldApertureM;
}

/** Efforts below this are noise, N; apertures below this are closed, m. */
export const minHoldEffortN = 2;
export const minHoldApertureM = 0.006;

/**
 * Folds the arm in for driving; what is held stays held, and is not turned over.
 * @param openings - believed positions of drawers and doors by id, m or rad
 * @throws {@link SkillFailure} code `blocked` when no free way in is found
 */
export async function tuckArm(
  body: SkillBody,
  openings: ReadonlyMap<string, number> = new Map(),
): Promise<void> {
  const current = body.actuatorPositions();
  const goal = holdsSomething(body)
    ? poseWhileHolding(body.model, drivingPoses.holding, current)
    : body.model.namedPose(drivingPoses.empty, current);
  const names = armActuators(body);
  const isThere = names.every((name) => {
    const index = body.model.actuatorIndex(name);
    // Any height is fine for driving; the rest of the arm must be in.
    return name === body.model.manifest.arm?.lift || Math.abs(goal[index]! - current[index]!) < closeEnough;
  });
  if (isThere) return;
  body.report('tuck', 0);
  // Folding at the present height is the shortest; the pose's own height comes second.
  const level = goal.slice();
  const { arm } = body.model.manifest;
  if (arm !== undefined) level[body.model.actuatorIndex(arm.lift)] = body.position(arm.lift);
  const { carried } = body;
  const options = { openings, ...(carried !== undefined && holdsSomething(body) ? { carried } : {}) };
  try {
    await moveArmTo(body, new WorkScene(body, options), [level, goal]);
  } catch (error) {
    const isWedged = SkillFailure.isInstance(error) && error.code === 'blocked' && !holdsSomething(body);
    if (!isWedged && !isStuck(error)) throw error;
    if (isWedged) await comeLoose(body);
    await tuckWithFreshPicture(body, options, [level, goal]);
  }
}

/** Empty fingers that touch a wall are closed to this, and the arm drawn in by that, m. */
const narrowM = 0.02;
const drawnInM = 0.06;

/** Frees an empty hand that touches something where it should have had room: closes it, and draws it back the way it points. */
async function comeLoose(body: SkillBody): Promise<void> {
  const { arm, gripper } = body.model.manifest;
  await body.moveGripper(Math.min(narrowM, body.position(gripper.actuator)));
  if (arm === undefined) return;
  try {
    await body.moveActuators({ [arm.extension]: Math.max(0, body.position(arm.extension) - drawnInM) });
  } catch (error) {
    if (!SkillFailure.isInstance(error) || error.code !== 'blocked') throw error;
  }
}

/** A picture from before the arm moved shows obstacles that are not there. */
async function tuckWithFreshPicture(
  body: SkillBody,
  options: WorkSceneOptions,
  goals: readonly Float64Array[],
): Promise<void> {
  await freshDepth(body);
  try {
    await moveArmTo(body, new WorkScene(body, options), goals);
  } catch (error) {
    if (!isStuck(error)) throw error;
    throw new SkillFailure('blocked', `no free way to fold the arm in: ${describeError(error)}`, error);
  }
}

const isStuck = (error: unknown): boolean => !SkillFailure.isInstance(error) || error.code === 'unreachable';
