import { cross3, dot3, norm3, type QuaternionXyzw, scale3, subtract3, type Vector3 } from '@efferent/core';

/** Box around a partly visible surface. */
export interface BoxEstimate {
  /** Centre in the camera's optical frame, m. */
  readonly positionM: Vector3;
  /** Rotation that maps box axes (z up) into the optical frame. */
  readonly orientation: QuaternionXyzw;
  /** Extent along the box's axes, m. */
  readonly sizeM: Vector3;
}

const maxPoints = 160;
/** From this many points on, one is cut off at either end before an extent is taken: mixed pixels at silhouettes. */
const pointsToTrim = 143;
const yawSteps = 9;
/** From this sine of the angle on, a camera looks steeply down: it sees the whole top of a box, and most of a ball. */
const steepSine = 0.7;

/**
 * Estimates upright boxes from the points of one mask. Keeps its scratch arrays, so one instance serves one camera.
 *
 * A camera sees only the near side of a thing. The box is the smallest upright one around the visible points,
 * extended away from the camera: where the visible depth is not clearly that of a flat box, the far side is assumed
 * as deep as the thing is wide (true for round things). Seen steeply from above, no more is hidden than of a ball.
 */
export class BoxEstimator {
  readonly #x = new Float64Array(maxPoints);
  readonly #y = new Float64Array(maxPoints);
  readonly #z = new Float64Array(maxPoints);
  readonly #range = new Float64Array(2);
  #count = 0;
  /** Sine of the angle by which the camera looks down on the object. */
  #sine = 0;
  #right: Vector3 = [1, 0, 0];
  #away: Vector3 = [0, 0, 1];
  #up: Vector3 = [0, -1, 0];

  /** Number of points that {@link add} accepts between two calls of {@link begin}. */
  static readonly capacity = maxPoints;

  /**
   * Starts a new object.
   * @param towards - any point of the object, optical frame, m
   * @param up - unit vector against gravity, optical frame
   */
  begin(towards: Vector3, up: Vector3): void {
    const level = subtract3(towards, scale3(up, dot3(towards, up)));
    const length = norm3(level);
    this.#up = up;
    this.#sine = -dot3(towards, up) / norm3(towards);
    this.#away = length > 1e-6 ? scale3(level, 1 / length) : anyPerpendicular(up);
    this.#right = cross3(this.#away, up);
    this.#count = 0;
  }

  /** Adds a surface point, optical frame, m. Does not allocate. */
  add(x: number, y: number, z: number): void {
    if (this.#count >= maxPoints) return;
    const i = this.#count++;
    const { 0: ax, 1: ay, 2: az } = this.#away;
    const { 0: rx, 1: ry, 2: rz } = this.#right;
    const { 0: ux, 1: uy, 2: uz } = this.#up;
    this.#x[i] = x * ax + y * ay + z * az;
    this.#y[i] = -(x * rx + y * ry + z * rz);
    this.#z[i] = x * ux + y * uy + z * uz;
  }

  /**
   * Returns the box around the points added since {@link begin}; at least one is needed.
   *
   * @param isFlat - nothing of it is hidden from a camera that sees it
   */
  finish(isFlat = false): BoxEstimate {
    const range = this.#range;
    this.#measureExtent(this.#z, 1, this.#z, 0);
    const bottom = range[0]!;
    const top = range[1]!;
    let best = { area: Number.POSITIVE_INFINITY, yaw: 0, x0: 0, x1: 0, y0: 0, y1: 0 };
    for (let step = 0; step < yawSteps; step++) {
      // Straight on first, and turned boxes only when they are clearly smaller: round things have no direction.
      const yaw = (step * Math.PI) / 2 / yawSteps;
      const cosine = Math.cos(yaw);
      const sine = Math.sin(yaw);
      this.#measureExtent(this.#x, cosine, this.#y, sine);
      const x0 = range[0]!;
      const x1 = range[1]!;
      this.#measureExtent(this.#x, -sine, this.#y, cosine);
      const y0 = range[0]!;
      const y1 = range[1]!;
      const area = (x1 - x0 + 0.005) * (y1 - y0 + 0.005);
      if (area < best.area * (best.yaw === 0 ? 0.85 : 1)) best = { area, yaw, x0, x1, y0, y1 };
    }
    let { yaw, x0, x1, y0, y1 } = best;
    // The side that the camera cannot see is the far one along the axis nearer to the line of sight.
    if (isFlat) {
      // What is seen is all there is.
    } else if (yaw <= Math.PI / 4) {
      const depth = this.#unseenDepth(x1 - x0, y1 - y0);
      x1 = x0 + depth;
    } else {
      // Box x has turned towards the left of the view and box -y looks away from the camera.
      const depth = this.#unseenDepth(y1 - y0, x1 - x0);
      y0 = y1 - depth;
    }
    const cosine = Math.cos(yaw);
    const sine = Math.sin(yaw);
    const boxX = (x0 + x1) / 2;
    const boxY = (y0 + y1) / 2;
    const level: Vector3 = [cosine * boxX - sine * boxY, sine * boxX + cosine * boxY, (bottom + top) / 2];
    return {
      positionM: this.#toOptical(level),
      orientation: this.#orientation(yaw),
      sizeM: [x1 - x0, y1 - y0, top - bottom],
    };
  }

  /** Depth of a thing whose visible depth and width are given, m. */
  #unseenDepth(visible: number, width: number): number {
    if (visible < 0.55 * width && visible > 0.02) return visible;
    const asRound = Math.max(visible, Math.min(width, 0.25));
    return this.#sine > steepSine ? Math.min(asRound, (2 * visible) / (1 + this.#sine)) : asRound;
  }

  /** Writes the robust range of `a * scaleA + b * scaleB` over the points into `#range`. */
  #measureExtent(a: Float64Array, scaleA: number, b: Float64Array, scaleB: number): void {
    const count = this.#count;
    let least = Number.POSITIVE_INFINITY;
    let second = least;
    let most = Number.NEGATIVE_INFINITY;
    let secondMost = most;
    for (let i = 0; i < count; i++) {
      const value = a[i]! * scaleA + b[i]! * scaleB;
      if (value < second) {
        if (value < least) {
          second = least;
          least = value;
        } else second = value;
      }
      if (value > secondMost) {
        if (value > most) {
          secondMost = most;
          most = value;
        } else secondMost = value;
      }
    }
    const isTrimmed = count >= pointsToTrim;
    this.#range[0] = isTrimmed ? second : least;
    this.#range[1] = isTrimmed ? secondMost : most;
  }

  #toOptical(level: Vector3): Vector3 {
    const [a, r, u] = [this.#away, this.#right, this.#up];
    return [
      a[0] * level[0] - r[0] * level[1] + u[0] * level[2],
      a[1] * level[0] - r[1] * level[1] + u[1] * level[2],
      a[2] * level[0] - r[2] * level[1] + u[2] * level[2],
    ];
  }

  #orientation(yaw: number): QuaternionXyzw {
    const x = this.#toOptical([Math.cos(yaw), Math.sin(yaw), 0]);
    const y = this.#toOptical([-Math.sin(yaw), Math.cos(yaw), 0]);
    return quaternionFromColumns(x, y, this.#up);
  }
}

function anyPerpendicular(v: Vector3): Vector3 {
  const side = cross3(v, Math.abs(v[0]) < 0.9 ? [1, 0, 0] : [0, 1, 0]);
  return scale3(side, 1 / norm3(side));
}

/** Rotation matrix with the given columns as a unit quaternion. */
function quaternionFromColumns(x: Vector3, y: Vector3, z: Vector3): QuaternionXyzw {
  const trace = x[0] + y[1] + z[2];
  let q: [number, number, number, number];
  if (trace > 0) q = [y[2] - z[1], z[0] - x[2], x[1] - y[0], 1 + trace];
  else if (x[0] > y[1] && x[0] > z[2]) q = [1 + x[0] - y[1] - z[2], x[1] + y[0], x[2] + z[0], y[2] - z[1]];
  else if (y[1] > z[2]) q = [x[1] + y[0], 1 - x[0] + y[1] - z[2], y[2] + z[1], z[0] - x[2]];
  else q = [x[2] + z[0], y[2] + z[1], 1 - x[0] - y[1] + z[2], x[1] - y[0]];
  const length = Math.hypot(...q);
  return [q[0] / length, q[1] / length, q[2] / length, q[3] / length];
}
