/** Doubles of one oriented box in a buffer: centre (3), axes as rows of a 3x3 matrix by column (9), half sizes (3), bounds (6). */
export const boxStride = 21;
const axesAt = 3;
const halfAt = 12;
const minAt = 15;
const maxAt = 18;

/**
 * Writes an oriented box from a pose. Does not allocate.
 *
 * @param poses - row-major 3x4 matrix `[R | t]` at `pose`, frame of the scene
 * @param halfX,halfY,halfZ - half sizes, m
 */
export function writeBox(
  poses: Float64Array,
  pose: number,
  halfX: number,
  halfY: number,
  halfZ: number,
  boxes: Float64Array,
  at: number,
): void {
  for (let row = 0; row < 3; row++) {
    const m = pose + 4 * row;
    const x = poses[m] as number;
    const y = poses[m + 1] as number;
    const z = poses[m + 2] as number;
    const center = poses[m + 3] as number;
    const reach = Math.abs(x) * halfX + Math.abs(y) * halfY + Math.abs(z) * halfZ;
    boxes[at + row] = center;
    boxes[at + axesAt + row] = x;
    boxes[at + axesAt + 3 + row] = y;
    boxes[at + axesAt + 6 + row] = z;
    boxes[at + minAt + row] = center - reach;
    boxes[at + maxAt + row] = center + reach;
  }
  boxes[at + halfAt] = halfX;
  boxes[at + halfAt + 1] = halfY;
  boxes[at + halfAt + 2] = halfZ;
}

/** Tells whether the axis-aligned bounds of two boxes overlap. Does not allocate. */
export function boundsOverlap(a: Float64Array, ao: number, b: Float64Array, bo: number): boolean {
  return (
    (a[ao + minAt] as number) <= (b[bo + maxAt] as number) &&
    (b[bo + minAt] as number) <= (a[ao + maxAt] as number) &&
    (a[ao + minAt + 1] as number) <= (b[bo + maxAt + 1] as number) &&
    (b[bo + minAt + 1] as number) <= (a[ao + maxAt + 1] as number) &&
    (a[ao + minAt + 2] as number) <= (b[bo + maxAt + 2] as number) &&
    (b[bo + minAt + 2] as number) <= (a[ao + maxAt + 2] as number)
  );
}

/** Returns the lowest z of a box's bounds. */
export const boxBottom = (boxes: Float64Array, at: number): number => boxes[at + minAt + 2] as number;

/** Copies the bounds of box `at` into `out` = [min x, y, z, max x, y, z], or widens `out` by it. */
export function widenBounds(boxes: Float64Array, at: number, out: Float64Array, first: boolean): void {
  for (let i = 0; i < 3; i++) {
    const low = boxes[at + minAt + i] as number;
    const high = boxes[at + maxAt + i] as number;
    out[i] = first ? low : Math.min(out[i] as number, low);
    out[i + 3] = first ? high : Math.max(out[i + 3] as number, high);
  }
}

/** Tells whether a box's bounds touch `bounds` = [min x, y, z, max x, y, z]. */
export function touchesBounds(boxes: Float64Array, at: number, bounds: Float64Array): boolean {
  for (let i = 0; i < 3; i++) {
    if ((boxes[at + minAt + i] as number) > (bounds[i + 3] as number)) return false;
    if ((boxes[at + maxAt + i] as number) < (bounds[i] as number)) return false;
  }
  return true;
}

const rotation = new Float64Array(9);
const absolute = new Float64Array(9);

/**
 * Tells whether two oriented boxes overlap, by the separating axis test. Runs in control loops and does not allocate.
 *
 * @see Ericson, Real-Time Collision Detection (2005), section 4.4.1
 */
export function boxesOverlap(a: Float64Array, ao: number, b: Float64Array, bo: number): boolean {
  if (!boundsOverlap(a, ao, b, bo)) return false;
  const dx = (b[bo] as number) - (a[ao] as number);
  const dy = (b[bo + 1] as number) - (a[ao + 1] as number);
  const dz = (b[bo + 2] as number) - (a[ao + 2] as number);
  for (let i = 0; i < 3; i++) {
    const ai = ao + axesAt + 3 * i;
    for (let j = 0; j < 3; j++) {
      const bj = bo + axesAt + 3 * j;
      const dot =
        (a[ai] as number) * (b[bj] as number) +
        (a[ai + 1] as number) * (b[bj + 1] as number) +
        (a[ai + 2] as number) * (b[bj + 2] as number);
      rotation[3 * i + j] = dot;
      absolute[3 * i + j] = Math.abs(dot) + 1e-9;
    }
  }
  const t0 = along(a, ao + axesAt, dx, dy, dz);
  const t1 = along(a, ao + axesAt + 3, dx, dy, dz);
  const t2 = along(a, ao + axesAt + 6, dx, dy, dz);
  const a0 = a[ao + halfAt] as number;
  const a1 = a[ao + halfAt + 1] as number;
  const a2 = a[ao + halfAt + 2] as number;
  const b0 = b[bo + halfAt] as number;
  const b1 = b[bo + halfAt + 1] as number;
  const b2 = b[bo + halfAt + 2] as number;
  for (let i = 0; i < 3; i++) {
    const t = i === 0 ? t0 : i === 1 ? t1 : t2;
    const reach = b0 * absolute[3 * i]! + b1 * absolute[3 * i + 1]! + b2 * absolute[3 * i + 2]!;
    if (Math.abs(t) > (a[ao + halfAt + i] as number) + reach) return false;
  }
  for (let j = 0; j < 3; j++) {
    const t = t0 * rotation[j]! + t1 * rotation[3 + j]! + t2 * rotation[6 + j]!;
    const reach = a0 * absolute[j]! + a1 * absolute[3 + j]! + a2 * absolute[6 + j]!;
    if (Math.abs(t) > (b[bo + halfAt + j] as number) + reach) return false;
  }
  for (let j = 0; j < 3; j++) {
    const k = (j + 1) % 3;
    const l = (j + 2) % 3;
    const bk = b[bo + halfAt + k] as number;
    const bl = b[bo + halfAt + l] as number;
    const r0 = rotation[j]!;
    const r1 = rotation[3 + j]!;
    const r2 = rotation[6 + j]!;
    const c0 = absolute[j]!;
    const c1 = absolute[3 + j]!;
    const c2 = absolute[6 + j]!;
    if (Math.abs(t2 * r1 - t1 * r2) > a1 * c2 + a2 * c1 + bk * absolute[l]! + bl * absolute[k]!) return false;
    if (Math.abs(t0 * r2 - t2 * r0) > a0 * c2 + a2 * c0 + bk * absolute[3 + l]! + bl * absolute[3 + k]!)
      return false;
    if (Math.abs(t1 * r0 - t0 * r1) > a0 * c1 + a1 * c0 + bk * absolute[6 + l]! + bl * absolute[6 + k]!)
      return false;
  }
  return true;
}

function along(boxes: Float64Array, axis: number, x: number, y: number, z: number): number {
  return (boxes[axis] as number) * x + (boxes[axis + 1] as number) * y + (boxes[axis + 2] as number) * z;
}
