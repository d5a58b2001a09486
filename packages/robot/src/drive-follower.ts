import { wrapAngle } from '@efferent/core';
import type { DriveStretch } from './drive-planner.ts';
import type { PlanarPose } from './planar-pose.ts';
import type { MobileManifest } from './robot-manifest.ts';

/** Ends of a stretch: m and rad. */
const reachedM = 0.006;
const reachedRad = 0.012;
/** Brakes with this share of the acceleration limit, so that the gate's own limit is never met. */
const brakingShare = 0.7;
/** Slowest motion that still ends, m/s and rad/s. */
const creepMps = 0.015;
const creepRadS = 0.04;
/** Gains of heading and of sideways error while driving. */
const headingGain = 2.2;
const sidewaysGain = 6;
/** With a larger heading error the robot turns before it drives on, rad. */
const turnFirstRad = 0.25;

/** A base velocity, m/s and rad/s. */
export interface BaseVelocity {
  linearMps: number;
  angularRadS: number;
}

/** Follows turns and straight drives. Runs in the control loop and does not allocate. */
export class DriveFollower {
  /** Velocity of the last step; read it before the next. */
  readonly velocity: BaseVelocity = { linearMps: 0, angularRadS: 0 };
  readonly #limits: MobileManifest['base'];
  #stretches: readonly DriveStretch[] = [];
  #index = 0;

  constructor(limits: MobileManifest['base']) {
    this.#limits = limits;
  }

  start(stretches: readonly DriveStretch[]): void {
    this.#stretches = stretches;
    this.#index = 0;
  }

  get current(): DriveStretch | undefined {
    return this.#stretches[this.#index];
  }

  /** What is left, from the present stretch on. */
  get remaining(): readonly DriveStretch[] {
    return this.#stretches.slice(this.#index);
  }

  /** Metres left to drive. */
  distanceLeft(pose: PlanarPose): number {
    let sum = 0;
    for (let i = this.#index; i < this.#stretches.length; i++) {
      const stretch = this.#stretches[i] as DriveStretch;
      if (stretch.kind === 'turn') continue;
      sum +=
        i === this.#index ? Math.hypot(stretch.x - pose.x, stretch.y - pose.y) : Math.abs(stretch.distanceM);
    }
    return sum;
  }

  /** Computes the next velocity; returns false when nothing is left to do. @param speedShare - (0, 1], e.g. near obstacles */
  step(pose: PlanarPose, speedShare: number): boolean {
    for (;;) {
      const stretch = this.current;
      this.velocity.linearMps = 0;
      this.velocity.angularRadS = 0;
      if (stretch === undefined) return false;
      const isGoing =
        stretch.kind === 'turn'
          ? this.#turn(pose, stretch.yaw, speedShare)
          : this.#drive(pose, stretch, speedShare);
      if (isGoing) return true;
      this.#index++;
    }
  }

  #turn(pose: PlanarPose, yaw: number, speedShare: number): boolean {
    const error = wrapAngle(yaw - pose.yaw);
    if (Math.abs(error) < reachedRad) return false;
    const braking = Math.sqrt(
      2 * this.#limits.max_angular_acceleration_rad_s2 * brakingShare * Math.abs(error),
    );
    const speed = Math.min(this.#limits.max_angular_speed_rad_s * speedShare, braking, 3 * Math.abs(error));
    this.velocity.angularRadS = Math.sign(error) * Math.max(creepRadS, speed);
    return true;
  }

  #drive(pose: PlanarPose, stretch: DriveStretch & { kind: 'drive' }, speedShare: number): boolean {
    const direction = stretch.distanceM < 0 ? -1 : 1;
    const c = Math.cos(stretch.yaw);
    const s = Math.sin(stretch.yaw);
    const left = direction * (c * (stretch.x - pose.x) + s * (stretch.y - pose.y));
    if (left < reachedM) return false;
    const sideways = c * (pose.y - stretch.y) - s * (pose.x - stretch.x);
    const headingError = wrapAngle(stretch.yaw - pose.yaw);
    if (Math.abs(headingError) > turnFirstRad) return this.#turn(pose, stretch.yaw, speedShare);
    const braking = Math.sqrt(2 * this.#limits.max_linear_acceleration_mps2 * brakingShare * left);
    const speed = Math.max(
      creepMps,
      Math.min(this.#limits.max_linear_speed_mps * speedShare, braking, 3 * left),
    );
    this.velocity.linearMps = direction * speed;
    // Steering back onto the line fades out over the last centimetres, where it would only turn the robot away.
    const fade = Math.min(1, left / 0.08);
    const steering = headingGain * headingError - direction * sidewaysGain * speed * sideways * fade;
    const limit = this.#limits.max_angular_speed_rad_s * 0.8;
    this.velocity.angularRadS = Math.max(-limit, Math.min(limit, steering));
    return true;
  }
}
