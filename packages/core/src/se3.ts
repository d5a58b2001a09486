/** Vector [x, y, z]; the caller's name gives unit and frame. */
export type Vector3 = readonly [number, number, number];

/** Unit quaternion in the order x, y, z, w. */
export type QuaternionXyzw = readonly [number, number, number, number];

export const identityQuaternion: QuaternionXyzw = [0, 0, 0, 1];

export const add3 = (a: Vector3, b: Vector3): Vector3 => [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
export const subtract3 = (a: Vector3, b: Vector3): Vector3 => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
export const scale3 = (a: Vector3, factor: number): Vector3 => [a[0] * factor, a[1] * factor, a[2] * factor];
export const dot3 = (a: Vector3, b: Vector3): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
export const norm3 = (a: Vector3): number => Math.hypot(a[0], a[1], a[2]);
export const distance3 = (a: Vector3, b: Vector3): number =>
  Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
export const cross3 = (a: Vector3, b: Vector3): Vector3 => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];

/** Multiplies two rotations: the result applies `b` first. */
export function multiplyQuaternions(a: QuaternionXyzw, b: QuaternionXyzw): QuaternionXyzw {
  return [
    a[3] * b[0] + a[0] * b[3] + a[1] * b[2] - a[2] * b[1],
    a[3] * b[1] - a[0] * b[2] + a[1] * b[3] + a[2] * b[0],
    a[3] * b[2] + a[0] * b[1] - a[1] * b[0] + a[2] * b[3],
    a[3] * b[3] - a[0] * b[0] - a[1] * b[1] - a[2] * b[2],
  ];
}

export const conjugateQuaternion = (q: QuaternionXyzw): QuaternionXyzw => [-q[0], -q[1], -q[2], q[3]];

/** Rotates a vector by a unit quaternion. */
export function rotateVector(q: QuaternionXyzw, v: Vector3): Vector3 {
  const tx = 2 * (q[1] * v[2] - q[2] * v[1]);
  const ty = 2 * (q[2] * v[0] - q[0] * v[2]);
  const tz = 2 * (q[0] * v[1] - q[1] * v[0]);
  return [
    v[0] + q[3] * tx + q[1] * tz - q[2] * ty,
    v[1] + q[3] * ty + q[2] * tx - q[0] * tz,
    v[2] + q[3] * tz + q[0] * ty - q[1] * tx,
  ];
}

/** Returns the rotation of `angleRad` about the unit vector `axis`. */
export function quaternionFromAxisAngle(axis: Vector3, angleRad: number): QuaternionXyzw {
  const s = Math.sin(angleRad / 2);
  return [axis[0] * s, axis[1] * s, axis[2] * s, Math.cos(angleRad / 2)];
}

/** Returns the rotation for fixed-axis roll, pitch, yaw (URDF `rpy`), radians. */
export function quaternionFromRpy(roll: number, pitch: number, yaw: number): QuaternionXyzw {
  const cr = Math.cos(roll / 2);
  const sr = Math.sin(roll / 2);
  const cp = Math.cos(pitch / 2);
  const sp = Math.sin(pitch / 2);
  const cy = Math.cos(yaw / 2);
  const sy = Math.sin(yaw / 2);
  return [
    sr * cp * cy - cr * sp * sy,
    cr * sp * cy + sr * cp * sy,
    cr * cp * sy - sr * sp * cy,
    cr * cp * cy + sr * sp * sy,
  ];
}

/** Returns [roll, pitch, yaw] (fixed axes, radians) of a unit quaternion; pitch is in [-pi/2, pi/2]. */
export function rpyFromQuaternion(q: QuaternionXyzw): Vector3 {
  const [x, y, z, w] = q;
  const sinPitch = Math.max(-1, Math.min(1, 2 * (w * y - z * x)));
  return [
    Math.atan2(2 * (w * x + y * z), 1 - 2 * (x * x + y * y)),
    Math.asin(sinPitch),
    Math.atan2(2 * (w * z + x * y), 1 - 2 * (y * y + z * z)),
  ];
}

/** Returns the heading about z of a unit quaternion, radians in (-pi, pi]. */
export const yawFromQuaternion = (q: QuaternionXyzw): number =>
  Math.atan2(2 * (q[3] * q[2] + q[0] * q[1]), 1 - 2 * (q[1] * q[1] + q[2] * q[2]));

/** Interpolates two rotations along the shorter arc; `t` in [0, 1]. */
export function slerp(a: QuaternionXyzw, b: QuaternionXyzw, t: number): QuaternionXyzw {
  let cosine = a[0] * b[0] + a[1] * b[1] + a[2] * b[2] + a[3] * b[3];
  const sign = cosine < 0 ? -1 : 1;
  cosine *= sign;
  const angle = Math.acos(Math.min(1, cosine));
  const sine = Math.sin(angle);
  const wa = sine < 1e-9 ? 1 - t : Math.sin((1 - t) * angle) / sine;
  const wb = (sine < 1e-9 ? t : Math.sin(t * angle) / sine) * sign;
  const q: [number, number, number, number] = [
    wa * a[0] + wb * b[0],
    wa * a[1] + wb * b[1],
    wa * a[2] + wb * b[2],
    wa * a[3] + wb * b[3],
  ];
  const length = Math.hypot(...q);
  return [q[0] / length, q[1] / length, q[2] / length, q[3] / length];
}

/**
 * A rigid transform. Name instances so that neighbours cancel: `worldFromTool = worldFromBase.multiply(baseFromTool)`.
 */
export class Transform {
  static readonly identity = new Transform([0, 0, 0], identityQuaternion);

  /** Metres, expressed in the target (left) frame. */
  readonly translation: Vector3;
  readonly rotation: QuaternionXyzw;

  constructor(translation: Vector3, rotation: QuaternionXyzw) {
    this.translation = translation;
    this.rotation = rotation;
  }

  /** Builds the transform of URDF `xyz` (m) and `rpy` (rad). */
  static fromXyzRpy(xyz: Vector3, rpy: Vector3): Transform {
    return new Transform(xyz, quaternionFromRpy(...rpy));
  }

  /** Builds a planar transform: `x`, `y` in metres, `yaw` in radians, z = 0. */
  static fromPlanar(x: number, y: number, yaw: number): Transform {
    return new Transform([x, y, 0], [0, 0, Math.sin(yaw / 2), Math.cos(yaw / 2)]);
  }

  multiply(other: Transform): Transform {
    return new Transform(this.apply(other.translation), multiplyQuaternions(this.rotation, other.rotation));
  }

  /** Maps a point from the source (right) frame into the target (left) frame. */
  apply(point: Vector3): Vector3 {
    return add3(this.translation, rotateVector(this.rotation, point));
  }

  inverse(): Transform {
    const rotation = conjugateQuaternion(this.rotation);
    return new Transform(scale3(rotateVector(rotation, this.translation), -1), rotation);
  }

  /** Interpolates translation linearly and rotation along the shorter arc; `t` in [0, 1]. */
  interpolate(other: Transform, t: number): Transform {
    const a = this.translation;
    const b = other.translation;
    return new Transform(
      [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t, a[2] + (b[2] - a[2]) * t],
      slerp(this.rotation, other.rotation, t),
    );
  }

  get yaw(): number {
    return yawFromQuaternion(this.rotation);
  }
}

/** Wraps an angle to (-pi, pi]. */
export function wrapAngle(angleRad: number): number {
  const wrapped = angleRad - 2 * Math.PI * Math.floor((angleRad + Math.PI) / (2 * Math.PI));
  return wrapped <= -Math.PI ? wrapped + 2 * Math.PI : wrapped;
}

export const clamp = (value: number, low: number, high: number): number =>
  Math.min(high, Math.max(low, value));
