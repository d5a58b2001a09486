import type { Vector3 } from '@efferent/core';

/** Fingers closer than this share of the thing's thinnest side hold something else; in 46 good grasps it was never below 0.75. */
const thinShare = 0.5;

/**
 * Tells that the fingers hold something too thin to be the thing, such as the rim of the bowl that it lies in.
 *
 * @param heldM - opening of the gripper around what it holds, m
 * @param sizeM - believed extents of the thing, m; what is hidden makes them smaller
 * @returns why it cannot be the thing, or undefined
 */
export function mistakenGrip(className: string, heldM: number, sizeM: Vector3): string | undefined {
  const thinnestM = Math.min(...sizeM);
  if (heldM >= thinShare * thinnestM) return undefined;
  return `the gripper closed on something ${centimetres(heldM)} wide, the ${className} is ${centimetres(thinnestM)} at its thinnest`;
}

const centimetres = (lengthM: number): string => `${(lengthM * 100).toFixed(1)} cm`;
