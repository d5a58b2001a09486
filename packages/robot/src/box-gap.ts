import { boxStride } from './box-overlap.ts';

const axesAt = 3;
const halfAt = 12;
const minAt = 15;
const maxAt = 18;

/** Returns the distance of the axis-aligned bounds of two boxes, m: never more than that of the boxes. Does not allocate. */
export function boundsGap(a: Float64Array, ao: number, b: Float64Array, bo: number): number {
  let sum = 0;
  for (let i = 0; i < 3; i++) {
    const below = (a[ao + minAt + i] as number) - (b[bo + maxAt + i] as number);
    const above = (b[bo + minAt + i] as number) - (a[ao + maxAt + i] as number);
    const gap = Math.max(0, below, above);
    sum += gap * gap;
  }
  return Math.sqrt(sum);
}

/**
 * Returns a distance that two oriented boxes are apart at least, m; negative by how deep they overlap at least.
 *
 * The widest gap along the 15 axes of the separating axis test, or between their bounds: exact between faces, never too much. Runs in
 * control loops and does not allocate.
 */
export function boxGap(a: Float64Array, ao: number, b: Float64Array, bo: number): number {
  let widest = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < 15; k++) {
    let x: number;
    let y: number;
    let z: number;
    if (k < 6) {
      const from = k < 3 ? a : b;
      const at = (k < 3 ? ao + 3 * k : bo + 3 * (k - 3)) + axesAt;
      x = from[at] as number;
      y = from[at + 1] as number;
      z = from[at + 2] as number;
    } else {
      const i = ao + axesAt + 3 * Math.floor((k - 6) / 3);
      const j = bo + axesAt + 3 * ((k - 6) % 3);
      x = (a[i + 1] as number) * (b[j + 2] as number) - (a[i + 2] as number) * (b[j + 1] as number);
      y = (a[i + 2] as number) * (b[j] as number) - (a[i] as number) * (b[j + 2] as number);
      z = (a[i] as number) * (b[j + 1] as number) - (a[i + 1] as number) * (b[j] as number);
      const length = Math.sqrt(x * x + y * y + z * z);
      if (length < 1e-6) continue;
      x /= length;
      y /= length;
      z /= length;
    }
    const between = Math.abs(
      ((b[bo] as number) - (a[ao] as number)) * x +
        ((b[bo + 1] as number) - (a[ao + 1] as number)) * y +
        ((b[bo + 2] as number) - (a[ao + 2] as number)) * z,
    );
    widest = Math.max(widest, between - reach(a, ao, x, y, z) - reach(b, bo, x, y, z));
  }
  return widest < 0 ? widest : Math.max(widest, boundsGap(a, ao, b, bo));
}

/** Returns how far the corner of box `i` that moved farthest moved between two placements, m. Does not allocate. */
export function greatestShift(from: Float64Array, to: Float64Array, i: number): number {
  const o = i * boxStride;
  let greatest = 0;
  for (let corner = 0; corner < 8; corner++) {
    let sum = 0;
    for (let axis = 0; axis < 3; axis++) {
      let moved = (to[o + axis] as number) - (from[o + axis] as number);
      for (let k = 0; k < 3; k++) {
        const at = o + axesAt + 3 * k + axis;
        const half = (corner >> k) & 1 ? (from[o + halfAt + k] as number) : -(from[o + halfAt + k] as number);
        moved += half * ((to[at] as number) - (from[at] as number));
      }
      sum += moved * moved;
    }
    greatest = Math.max(greatest, sum);
  }
  return Math.sqrt(greatest);
}

function reach(d: Float64Array, o: number, x: number, y: number, z: number): number {
  let sum = 0;
  for (let k = 0; k < 3; k++) {
    const at = o + axesAt + 3 * k;
    sum +=
      (d[o + halfAt + k] as number) *
      Math.abs((d[at] as number) * x + (d[at + 1] as number) * y + (d[at + 2] as number) * z);
  }
  return sum;
}
