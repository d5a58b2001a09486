import { rotateVector, scale3, type Transform, type Vector3 } from '@efferent/core';
import { articulationTransform, furnitureTransform } from '@efferent/robot';
import type { PlanningBody } from './skill-body.ts';

/** Seen flatter than this (sine of the angle), a front does not show how far it is open. */
const flattest = 0.25;

/**
 * Tells how steeply a robot's eye looks at the front of a drawer or door from a base pose; `isEnough` when its opening is
 * to be seen then.
 *
 * @param id - of an articulation
 * @returns undefined for what is no drawer or door
 */
export function frontView(
  body: PlanningBody,
  id: string,
): ((mapFromBase: Transform) => { readonly sine: number; readonly isEnough: boolean }) | undefined {
  const part = body.map.articulations.find((entry) => entry.id === id);
  const front = part?.boxes[0];
  if (part === undefined || front === undefined) return undefined;
  const mapFromPart = furnitureTransform(body.map, part.furnitureId).multiply(
    articulationTransform(part, body.openings.get(id) ?? part.range[0]),
  );
  const [px, py, pz] = mapFromPart.apply(front.centerM);
  const [nx, ny]: Vector3 = rotateVector(mapFromPart.rotation, scale3(part.handle.approach, -1));
  const baseFromEye = eyeOf(body);
  return (mapFromBase) => {
    const [x, y, z] = mapFromBase.apply(baseFromEye);
    const sine =
      Math.abs((x - px) * nx + (y - py) * ny) / Math.max(Math.hypot(x - px, y - py, z - pz), Number.EPSILON);
    return { sine, isEnough: sine >= flattest };
  };
}

/** The camera in the base's frame, as the head is now. */
function eyeOf(body: PlanningBody): Vector3 {
  const { model } = body;
  const q = model.jointPositionsFromActuators(body.actuatorPositions(), model.zeroJointPositions());
  return model.linkPoses(q).get(model.manifest.frames.camera)?.translation ?? [0, 0, 0];
}
