/** A base's pose: m, m, rad. */
export interface BasePose {
  x: number;
  y: number;
  yaw: number;
}

/** Bounds a value to [-most, most]. */
export const bounded = (value: number, most: number): number => Math.min(most, Math.max(-most, value));

/** Moves a speed towards its target; slowing down may use the larger step. */
export function approachSpeed(value: number, target: number, fasterStep: number, slowerStep: number): number {
  const step = (target - value) * value < 0 ? slowerStep : fasterStep;
  return value + bounded(target - value, step);
}

/** Writes where a base is after `dtS` at a twist, m/s and rad/s. Does not allocate. */
export function moveBase(
  out: BasePose,
  from: Readonly<BasePose>,
  linear: number,
  angular: number,
  dtS: number,
): void {
  const middle = from.yaw + (angular * dtS) / 2;
  out.x = from.x + linear * dtS * Math.cos(middle);
  out.y = from.y + linear * dtS * Math.sin(middle);
  out.yaw = from.yaw + angular * dtS;
}
