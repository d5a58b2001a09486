import type { Transform } from '@efferent/core';
import type { Object3D } from 'three';

/** A geometry_msgs/msg/Pose. */
export interface PoseMessage {
  readonly position: { readonly x: number; readonly y: number; readonly z: number };
  readonly orientation: { readonly x: number; readonly y: number; readonly z: number; readonly w: number };
}

export function placeAtPose(object: Object3D, pose: PoseMessage): void {
  const { position, orientation } = pose;
  object.position.set(position.x, position.y, position.z);
  const { x, y, z, w } = orientation;
  // A message that leaves the orientation at zero means no rotation.
  if (x === 0 && y === 0 && z === 0 && w === 0) object.quaternion.identity();
  else object.quaternion.set(x, y, z, w);
}

export function placeAtTransform(object: Object3D, transform: Transform): void {
  object.position.set(...transform.translation);
  object.quaternion.set(...transform.rotation);
}
