import {
  conjugateQuaternion,
  multiplyQuaternions,
  type QuaternionXyzw,
  rotateVector,
  type Transform,
  type Vector3,
} from '@efferent/core';
import type { MessageTypes } from '@efferent/interfaces';
import type { Sighting } from './target-tracker.ts';

type Detection3DArray = MessageTypes['vision_msgs/msg/Detection3DArray'];

/**
 * Turns a detections message into sightings.
 *
 * @param odometryFromCamera - at the message's stamp
 * @param toolFromCamera - at the message's stamp
 */
export function sightingsFromDetections(
  message: Detection3DArray,
  odometryFromCamera: Transform,
  toolFromCamera: Transform,
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
        sizeM: extentAlongAxes([size.x, size.y, size.z], cameraFromBox, toolFromCamera.rotation),
        rangeM: Math.hypot(...point),
      },
    ];
  });
}

/** Things whose level sides differ less than this share are taken as round: their box's heading means nothing. */
const roundShare = 0.2;

/**
 * Extent of an upright thing (z up in its own axes) along the axes of another frame, m: of its box, or of the cylinder
 * in it when it is about round.
 */
export function extentAlongAxes(
  size: Vector3,
  middleFromBox: QuaternionXyzw,
  outerFromMiddle: QuaternionXyzw,
): Vector3 {
  const boxFromOuter = conjugateQuaternion(multiplyQuaternions(outerFromMiddle, middleFromBox));
  const widest = Math.max(size[0], size[1]);
  const isRound = Math.abs(size[0] - size[1]) < roundShare * widest;
  const along = (axis: Vector3): number => {
    const [x, y, z] = rotateVector(boxFromOuter, axis);
    const level = isRound ? widest * Math.hypot(x, y) : Math.abs(x) * size[0] + Math.abs(y) * size[1];
    return level + Math.abs(z) * size[2];
  };
  return [along([1, 0, 0]), along([0, 1, 0]), along([0, 0, 1])];
}
