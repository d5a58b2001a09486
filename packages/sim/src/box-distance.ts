import type { Vector3 } from '@efferent/core';
import type { BoxSet } from './obb.ts';

/** Doubles of one box in a {@link BoxSet}. */
const stride = 21;
/** Steps of the alternating projection, and the progress below which it ends, m. */
const maxSteps = 60;
const progressM = 1e-5;

const point = new Float64Array(3);
const other = new Float64Array(3);

/** Returns a lower bound of the distance of two boxes from their axis-aligned bounds, m. Does not allocate. */
export function boundsDistance(a: BoxSet, i: number, b: BoxSet, j: number): number {
  let sum = 0;
  for (let axis = 0; axis < 3; axis++) {
    const low = (a.data[i * stride + 15 + axis] as number) - (b.data[j * stride + 18 + axis] as number);
    const high = (b.data[j * stride + 15 + axis] as number) - (a.data[i * stride + 18 + axis] as number);
    const gap = Math.max(0, low, high);
    sum += gap * gap;
  }
  return Math.sqrt(sum);
}

/** Returns the way of the centre of box `i` from one placement to another, m. */
export function centreWay(from: BoxSet, to: BoxSet, i: number): Vector3 {
  const o = i * stride;
  return [
    (to.data[o] as number) - (from.data[o] as number),
    (to.data[o + 1] as number) - (from.data[o + 1] as number),
    (to.data[o + 2] as number) - (from.data[o + 2] as number),
  ];
}

/**
 * Returns the distance of two oriented boxes, m; 0 when they overlap. Projects a point onto one and the other in turn, which
 * converges to the closest points of two convex bodies (Cheney and Goldstein 1959). Does not allocate.
 */
export function boxDistance(a: BoxSet, i: number, b: BoxSet, j: number): number {
  if (a.depth(i, b, j) > 0) return 0;
  for (let axis = 0; axis < 3; axis++) point[axis] = b.data[j * stride + axis] as number;
  let last = Number.POSITIVE_INFINITY;
  for (let step = 0; step < maxSteps; step++) {
    project(a.data, i * stride, point, other);
    project(b.data, j * stride, other, point);
    const now = Math.hypot(
      (point[0] as number) - (other[0] as number),
      (point[1] as number) - (other[1] as number),
      (point[2] as number) - (other[2] as number),
    );
    if (last - now < progressM) return now;
    last = now;
  }
  return last;
}

/** Writes the point of a box that is nearest to `from`. */
function project(d: Float64Array, o: number, from: Float64Array, out: Float64Array): void {
  const x = (from[0] as number) - (d[o] as number);
  const y = (from[1] as number) - (d[o + 1] as number);
  const z = (from[2] as number) - (d[o + 2] as number);
  for (let axis = 0; axis < 3; axis++) out[axis] = d[o + axis] as number;
  for (let k = 0; k < 3; k++) {
    const ax = d[o + 3 + k] as number;
    const ay = d[o + 6 + k] as number;
    const az = d[o + 9 + k] as number;
    const half = d[o + 12 + k] as number;
    const along = Math.max(-half, Math.min(half, x * ax + y * ay + z * az));
    out[0] = (out[0] as number) + along * ax;
    out[1] = (out[1] as number) + along * ay;
    out[2] = (out[2] as number) + along * az;
  }
}
