import { clamp, type Transform, type Vector3 } from '@efferent/core';
import type { RobotModel } from '@efferent/robot';
import type { ActuatorTargets } from './skill-body.ts';

/**
 * Returns pan and tilt that point the camera at a point, within the joints' limits; nothing for a fixed camera. Assumes
 * that the pan axis is upright: tilt is the elevation of the point seen from the camera.
 */
export function aimHead(
  model: RobotModel,
  q: Float64Array,
  mapFromBase: Transform,
  pointM: Vector3,
): ActuatorTargets {
  const { head, frames } = model.manifest;
  if (head === undefined) return {};
  const poses = model.linkPoses(q);
  const baseFromCamera = poses.get(frames.camera);
  const point = mapFromBase.inverse().apply(pointM);
  const axis = poses.get(panLink(model, head.pan))?.translation ?? baseFromCamera?.translation ?? [0, 0, 1.3];
  const height = baseFromCamera?.translation[2] ?? axis[2];
  const pan = Math.atan2(point[1] - axis[1], point[0] - axis[0]);
  const tilt = Math.atan2(point[2] - height, Math.hypot(point[0] - axis[0], point[1] - axis[1]));
  return { [head.pan]: within(model, head.pan, pan), [head.tilt]: within(model, head.tilt, tilt) };
}

/** The link that the pan joint turns. */
function panLink(model: RobotModel, actuator: string): string {
  const joint = model.jointNames[model.actuators[model.actuatorIndex(actuator)]?.jointIndices[0] ?? -1];
  return model.links.find((link) => link.joint?.name === joint)?.name ?? '';
}

/** Brings an angle into an actuator's range, by full turns first. */
function within(model: RobotModel, name: string, angle: number): number {
  const { lower, upper } = model.actuators[model.actuatorIndex(name)]!;
  for (const turned of [angle, angle - 2 * Math.PI, angle + 2 * Math.PI]) {
    if (turned >= lower && turned <= upper) return turned;
  }
  return clamp(angle, lower, upper);
}
