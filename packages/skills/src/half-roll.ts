import { rotateVector } from '@efferent/core';
import type { RobotModel } from '@efferent/robot';

/** What is up now may point so far down afterwards, as a share of straight down: a hand that points down holds at the level. */
const downShare = 0.1;
/** A turn this far beyond half a turn of the wrist from its middle is still taken as upright, rad: turns are rounded. */
const roundingRad = 0.002;

/**
 * Tells whether what the hand holds in one configuration would be turned over in another. The gripper is symmetric by half a
 * roll, what it holds is not: the half-roll that it has stays.
 *
 * @param from - actuator positions, order of `model.actuators`
 */
export function turnsOver(model: RobotModel, from: Float64Array, to: Float64Array): boolean {
  const up = rotateVector(toolAt(model, from).inverse().rotation, [0, 0, 1]);
  return rotateVector(toolAt(model, to).rotation, up)[2] < -downShare;
}

/**
 * Those of several configurations that a hand may take: what it holds is not turned over; one that is empty keeps its wrist
 * within a quarter turn, for in the pose `carry` what it takes hold of would be turned over.
 *
 * @param current - configuration of now, order of `model.actuators`
 */
export function keepingUpright(
  model: RobotModel,
  found: readonly Float64Array[],
  current: Float64Array,
  isHolding: boolean,
): readonly Float64Array[] {
  const roll = model.manifest.arm?.roll;
  if (roll === undefined) return found;
  const index = model.actuatorIndex(roll);
  if (isHolding)
    // More than half a turn of the wrist would turn it over on the way.
    return found.filter(
      (positions) =>
        !turnsOver(model, current, positions) && Math.abs(positions[index]! - current[index]!) < Math.PI,
    );
  const upright = found.filter((positions) => Math.abs(positions[index]!) <= Math.PI / 2 + roundingRad);
  return upright.length > 0 ? upright : found;
}

/** A pose of the manifest for a hand that holds something: the half-roll that it has now stays. @param current - see {@link keepingUpright} */
export function poseWhileHolding(model: RobotModel, pose: string, current: Float64Array): Float64Array {
  const goal = model.namedPose(pose, current);
  const roll = model.manifest.arm?.roll;
  if (roll === undefined || !turnsOver(model, current, goal)) return goal;
  const index = model.actuatorIndex(roll);
  const { lower, upper } = model.actuators[index]!;
  const clamped = [Math.PI, -Math.PI].map((rad) => Math.max(lower, Math.min(upper, goal[index]! + rad)));
  const away = (rad: number) => Math.abs(rad - current[index]!);
  const turned = goal.slice();
  turned[index] = away(clamped[0]!) < away(clamped[1]!) ? clamped[0]! : clamped[1]!;
  return turned;
}

const toolAt = (model: RobotModel, positions: Float64Array) =>
  model.baseFromLink(
    model.jointPositionsFromActuators(positions, model.zeroJointPositions()),
    model.manifest.frames.tool,
  );
