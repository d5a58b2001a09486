import type { Transform, Vector3 } from '@efferent/core';

/** Doubles of one oriented box in a {@link BoxSet}. */
const stride = 21;

/**
 * Oriented boxes in flat storage: centre 0..2, axes as columns of a row-major rotation 3..11, half sizes 12..14,
 * axis-aligned bounds 15..20 (min x, y, z, max x, y, z). Metres, one common frame.
 */
export class BoxSet {
  readonly count: number;
  readonly data: Float64Array;

  constructor(count: number) {
    this.count = count;
    this.data = new Float64Array(count * stride);
  }

  /** Sets half sizes, m. */
  setHalfSize(index: number, x: number, y: number, z: number): void {
    const o = index * stride;
    this.data[o + 12] = x;
    this.data[o + 13] = y;
    this.data[o + 14] = z;
  }

  /** Places box `index` by a row-major 3x4 pose at `poses[at]` and refreshes its bounds. Does not allocate. */
  place(index: number, poses: Float64Array, at: number): void {
    const d = this.data;
    const o = index * stride;
    for (let row = 0; row < 3; row++) {
      const r0 = poses[at + row * 4] as number;
      const r1 = poses[at + row * 4 + 1] as number;
      const r2 = poses[at + row * 4 + 2] as number;
      const center = poses[at + row * 4 + 3] as number;
      d[o + row] = center;
      d[o + 3 + row * 3] = r0;
      d[o + 4 + row * 3] = r1;
      d[o + 5 + row * 3] = r2;
      const extent =
        Math.abs(r0) * (d[o + 12] as number) +
        Math.abs(r1) * (d[o + 13] as number) +
        Math.abs(r2) * (d[o + 14] as number);
      d[o + 15 + row] = center - extent;
      d[o + 18 + row] = center + extent;
    }
  }

  /** Tells whether the axis-aligned bounds of two boxes come within `marginM`. Does not allocate. */
  boundsOverlap(index: number, other: BoxSet, otherIndex: number, marginM: number): boolean {
    const a = this.data;
    const b = other.data;
    const i = index * stride + 15;
    const j = otherIndex * stride + 15;
    return (
      (a[i] as number) - marginM <= (b[j + 3] as number) &&
      (a[i + 3] as number) + marginM >= (b[j] as number) &&
      (a[i + 1] as number) - marginM <= (b[j + 4] as number) &&
      (a[i + 4] as number) + marginM >= (b[j + 1] as number) &&
      (a[i + 2] as number) - marginM <= (b[j + 5] as number) &&
      (a[i + 5] as number) + marginM >= (b[j + 2] as number)
    );
  }

  /** Tells whether the bounds of a box reach into [minX, minY, minZ, maxX, maxY, maxZ]. Does not allocate. */
  boundsTouch(index: number, bounds: Float64Array, marginM: number): boolean {
    const a = this.data;
    const i = index * stride + 15;
    return (
      (a[i] as number) - marginM <= (bounds[3] as number) &&
      (a[i + 3] as number) + marginM >= (bounds[0] as number) &&
      (a[i + 1] as number) - marginM <= (bounds[4] as number) &&
      (a[i + 4] as number) + marginM >= (bounds[1] as number) &&
      (a[i + 2] as number) - marginM <= (bounds[5] as number) &&
      (a[i + 5] as number) + marginM >= (bounds[2] as number)
    );
  }

  /** Writes the union of the bounds of boxes `from`..`to` (exclusive) into `out`. Does not allocate. */
  unionBounds(from: number, to: number, out: Float64Array): void {
    out[0] = out[1] = out[2] = Number.POSITIVE_INFINITY;
    out[3] = out[4] = out[5] = Number.NEGATIVE_INFINITY;
    for (let index = from; index < to; index++) {
      const i = index * stride + 15;
      for (let axis = 0; axis < 3; axis++) {
        out[axis] = Math.min(out[axis] as number, this.data[i + axis] as number);
        out[axis + 3] = Math.max(out[axis + 3] as number, this.data[i + 3 + axis] as number);
      }
    }
  }

  /**
   * Returns how deep two boxes overlap, m: the least translation that separates them; 0 when they do not.
   * Separating-axis test over the 15 axes (Gottschalk, Lin, Manocha 1996). Does not allocate.
   *
   * @param normal - when given and they overlap, receives the unit axis of least overlap, from this box to the other
   */
  depth(index: number, other: BoxSet, otherIndex: number, normal?: Float64Array): number {
    const a = this.data;
    const b = other.data;
    const o = index * stride;
    const p = otherIndex * stride;
    const tx = (b[p] as number) - (a[o] as number);
    const ty = (b[p + 1] as number) - (a[o + 1] as number);
    const tz = (b[p + 2] as number) - (a[o + 2] as number);
    let best = Number.POSITIVE_INFINITY;
    for (let k = 0; k < 15; k++) {
      let x: number;
      let y: number;
      let z: number;
      if (k < 3) {
        x = a[o + 3 + k] as number;
        y = a[o + 6 + k] as number;
        z = a[o + 9 + k] as number;
      } else if (k < 6) {
        x = b[p + k] as number;
        y = b[p + 3 + k] as number;
        z = b[p + 6 + k] as number;
      } else {
        const i = ((k - 6) / 3) | 0;
        const j = (k - 6) % 3;
        const ax = a[o + 3 + i] as number;
        const ay = a[o + 6 + i] as number;
        const az = a[o + 9 + i] as number;
        const bx = b[p + 3 + j] as number;
        const by = b[p + 6 + j] as number;
        const bz = b[p + 9 + j] as number;
        x = ay * bz - az * by;
        y = az * bx - ax * bz;
        z = ax * by - ay * bx;
        const length = Math.sqrt(x * x + y * y + z * z);
        if (length < 1e-6) continue;
        x /= length;
        y /= length;
        z /= length;
      }
      const distance = tx * x + ty * y + tz * z;
      const overlap = projection(a, o, x, y, z) + projection(b, p, x, y, z) - Math.abs(distance);
      if (overlap <= 0) return 0;
      if (overlap < best - 1e-9) {
        best = overlap;
        if (normal !== undefined) {
          const sign = distance < 0 ? -1 : 1;
          normal[0] = x * sign;
          normal[1] = y * sign;
          normal[2] = z * sign;
        }
      }
    }
    return best;
  }
}

function projection(d: Float64Array, o: number, x: number, y: number, z: number): number {
  return (
    (d[o + 12] as number) *
      Math.abs((d[o + 3] as number) * x + (d[o + 6] as number) * y + (d[o + 9] as number) * z) +
    (d[o + 13] as number) *
      Math.abs((d[o + 4] as number) * x + (d[o + 7] as number) * y + (d[o + 10] as number) * z) +
    (d[o + 14] as number) *
      Math.abs((d[o + 5] as number) * x + (d[o + 8] as number) * y + (d[o + 11] as number) * z)
  );
}

/** Writes a transform as a row-major 3x4 pose. */
export function writeTransform(transform: Transform, out: Float64Array, at: number): void {
  const { translation, rotation } = transform;
  writePositionRotation(translation, rotation[0], rotation[1], rotation[2], rotation[3], out, at);
}

/** Writes a position and a unit quaternion as a row-major 3x4 pose. Does not allocate. */
export function writePositionRotation(
  position: Vector3,
  x: number,
  y: number,
  z: number,
  w: number,
  out: Float64Array,
  at: number,
): void {
  out[at] = 1 - 2 * (y * y + z * z);
  out[at + 1] = 2 * (x * y - w * z);
  out[at + 2] = 2 * (x * z + w * y);
  out[at + 3] = position[0];
  out[at + 4] = 2 * (x * y + w * z);
  out[at + 5] = 1 - 2 * (x * x + z * z);
  out[at + 6] = 2 * (y * z - w * x);
  out[at + 7] = position[1];
  out[at + 8] = 2 * (x * z - w * y);
  out[at + 9] = 2 * (y * z + w * x);
  out[at + 10] = 1 - 2 * (x * x + y * y);
  out[at + 11] = position[2];
}
