import { clamp, type Transform, type Vector3 } from '@efferent/core';
import type { RobotModel } from '@efferent/robot';
import type { ActuatorTargets } from './skill-body.ts';

const panJoint = 'joint_head_pan';
const tiltJoint = 'joint_head_tilt';

/**
 * Returns pan and tilt that point the camera at a point, within the joints' limits. Assumes a pan-tilt head whose pan
 * axis is upright: tilt is the elevation of the point seen from the camera.
 */
export function aimHead(
  model: RobotModel,
  q: Float64Array,
  mapFromBase: Transform,
  pointM: Vector3,
): ActuatorTargets {
  const poses = model.linkPoses(q);
  const baseFromCamera = poses.get(model.manifest.frames.camera);
  const point = mapFromBase.inverse().apply(pointM);
  const axis = poses.get('link_head_pan')?.translation ?? baseFromCamera?.translation ?? [0, 0, 1.3];
  const height = baseFromCamera?.translation[2] ?? axis[2];
  const pan = Math.atan2(point[1] - axis[1], point[0] - axis[0]);
  const tilt = Math.atan2(point[2] - height, Math.hypot(point[0] - axis[0], point[1] - axis[1]));
  return { [panJoint]: within(model, panJoint, pan), [tiltJoint]: within(model, tiltJoint, tilt) };
}

/** Brings an angle into an actuator's range, by full turns first. */
function within(model: RobotModel, name: string, angle: number): number {
  const { lower, upper } = model.actuators[model.actuatorIndex(name)]!;
  for (const turned of [angle, angle - 2 * Math.PI, angle + 2 * Math.PI]) {
    if (turned >= lower && turned <= upper) return turned;
  }
  return clamp(angle, lower, upper);
}
