import { type QuaternionXyzw, rotateVector, type Transform, type Vector3 } from '@efferent/core';
import type { MessageTypes } from '@efferent/interfaces';
import type { Sighting } from './target-tracker.ts';

type Detection3DArray = MessageTypes['vision_msgs/msg/Detection3DArray'];

/**
 * Turns a detections message into sightings.
 *
 * @param odometryFromCamera - at the message's stamp
 * @param baseFromCamera - at the message's stamp
 */
export function sightingsFromDetections(
  message: Detection3DArray,
  odometryFromCamera: Transform,
  baseFromCamera: Transform,
): readonly Sighting[] {
  return message.detections.flatMap((detection) => {
    const className = detection.results[0]?.hypothesis.class_id;
    if (className === undefined) return [];
    const { position, orientation } = detection.bbox.center;
    const { size } = detection.bbox;
    const point: Vector3 = [position.x, position.y, position.z];
    const cameraFromBox: QuaternionXyzw = [orientation.x, orientation.y, orientation.z, orientation.w];
    return [
      {
        className,
        positionM: odometryFromCamera.apply(point),
        sizeM: extentAlongAxes([size.x, size.y, size.z], cameraFromBox, baseFromCamera.rotation),
        rangeM: Math.hypot(...point),
      },
    ];
  });
}

/** Extent of a turned box along the axes of another frame, m. */
export function extentAlongAxes(
  size: Vector3,
  middleFromBox: QuaternionXyzw,
  outerFromMiddle: QuaternionXyzw,
): Vector3 {
  const extent: [number, number, number] = [0, 0, 0];
  for (let axis = 0; axis < 3; axis++) {
    const edge: [number, number, number] = [0, 0, 0];
    edge[axis] = size[axis]!;
    const turned = rotateVector(outerFromMiddle, rotateVector(middleFromBox, edge));
    for (let i = 0; i < 3; i++) extent[i]! += Math.abs(turned[i]!);
  }
  return extent;
}
