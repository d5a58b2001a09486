import type { Actuator } from './actuator.ts';

/** How much harder than `maxAcceleration` an actuator may brake when it must stop. */
export const stopDecelerationFactor = 5;

/** Why the last step differs from what was asked; bits of {@link SetPointLimiter.limited}. */
export const limitBit = { position: 1, velocity: 2, acceleration: 4, lead: 8 } as const;

/**
 * Turns wished positions of one actuator into set-points that respect its limits, whatever is wished.
 *
 * Position, velocity and acceleration stay within the actuator's limits; only braking may use
 * {@link stopDecelerationFactor} times the acceleration. Runs in the control loop and does not allocate.
 */
export class SetPointLimiter {
  readonly #actuator: Actuator;
  /** How far the set-point may run ahead of the measured position, m or rad. */
  readonly #maxLead: number;
  position = 0;
  velocity = 0;
  /** Bits of {@link limitBit} for the last step. */
  limited = 0;

  /** @param maxLead - m or rad; infinite for a gripper, which presses by leading */
  constructor(actuator: Actuator, maxLead: number) {
    this.#actuator = actuator;
    this.#maxLead = maxLead;
  }

  /** Puts the set-point at rest at `position`. */
  reset(position: number): void {
    this.position = clip(position, this.#actuator.lower, this.#actuator.upper);
    this.velocity = 0;
    this.limited = 0;
  }

  /**
   * Moves along a trajectory, so that its end can still be met.
   *
   * @param target - where the trajectory is now, m or rad
   * @param targetVelocity - its velocity now, m/s or rad/s
   * @param end - where it ends, m or rad
   * @param endVelocity - its velocity there
   * @param measured - where the actuator is, m or rad
   */
  follow(
    target: number,
    targetVelocity: number,
    end: number,
    endVelocity: number,
    measured: number,
    dtS: number,
  ): void {
    const { lower, upper, maxVelocity, maxAcceleration } = this.#actuator;
    const reachable = clip(target, lower, upper);
    const reachableEnd = clip(end, lower, upper);
    const outside = reachable !== target || reachableEnd !== end;
    this.limited = outside ? limitBit.position : 0;
    const drift = outside ? 0 : clip(targetVelocity, -maxVelocity, maxVelocity);
    const passing = outside ? 0 : endVelocity;
    const closing = brakingSpeed(Math.abs(reachable - this.position), maxAcceleration, dtS);
    const wished = clip((reachable - this.position) / dtS, drift - closing, drift + closing);
    const up = Math.hypot(
      Math.max(0, passing),
      brakingSpeed(reachableEnd - this.position, maxAcceleration, dtS),
    );
    const down = Math.hypot(
      Math.min(0, passing),
      brakingSpeed(this.position - reachableEnd, maxAcceleration, dtS),
    );
    this.#advance(clip(wished, -down, up), measured, dtS);
  }

  /** Moves at a wished velocity, m/s or rad/s. */
  jog(velocity: number, measured: number, dtS: number): void {
    this.limited = 0;
    this.#advance(velocity, measured, dtS);
  }

  /** Brakes to rest. */
  stop(dtS: number): void {
    const change = this.#actuator.maxAcceleration * stopDecelerationFactor * dtS;
    this.velocity = Math.abs(this.velocity) <= change ? 0 : this.velocity - Math.sign(this.velocity) * change;
    this.#integrate(dtS);
  }

  /** Takes back a step that was too fast: as much of its speed as `share`, or as braking from `velocityBefore` leaves. */
  slow(share: number, positionBefore: number, velocityBefore: number, dtS: number): void {
    const brake = this.#actuator.maxAcceleration * stopDecelerationFactor * dtS;
    this.position = positionBefore;
    this.velocity = slowed(this.velocity, share, velocityBefore, brake);
    this.#integrate(dtS);
  }

  #advance(wished: number, measured: number, dtS: number): void {
    const { lower, upper, maxVelocity, maxAcceleration } = this.#actuator;
    let velocity = clip(wished, -maxVelocity, maxVelocity);
    if (velocity !== wished) this.limited |= limitBit.velocity;
    const reachable = clip(
      velocity,
      this.velocity - maxAcceleration * dtS,
      this.velocity + maxAcceleration * dtS,
    );
    if (Math.abs(reachable - velocity) > 1e-9) this.limited |= limitBit.acceleration;
    velocity = clip(
      reachable,
      -brakingSpeed(this.position - lower, maxAcceleration, dtS),
      brakingSpeed(upper - this.position, maxAcceleration, dtS),
    );
    if (velocity !== reachable) this.limited |= limitBit.position;
    const brake = maxAcceleration * stopDecelerationFactor * dtS;
    this.velocity = clip(velocity, this.velocity - brake, this.velocity + brake);
    this.#integrate(dtS);
    const lead = this.position - measured;
    if (Math.abs(lead) > this.#maxLead && lead * this.velocity > 0) {
      this.position -= this.velocity * dtS;
      this.velocity = 0;
      this.limited |= limitBit.lead;
    }
  }

  #integrate(dtS: number): void {
    const { lower, upper } = this.#actuator;
    const next = this.position + this.velocity * dtS;
    this.position = clip(next, lower, upper);
    if (this.position !== next) this.velocity = 0;
  }
}

/** Limits planar velocity of the base; like {@link SetPointLimiter} without positions. A wish of 0 means stop. */
export class VelocityLimiter {
  readonly #maxSpeed: number;
  readonly #maxAcceleration: number;
  readonly #maxDeceleration: number;
  velocity = 0;
  limited = 0;

  constructor(maxSpeed: number, maxAcceleration: number, maxDeceleration: number) {
    this.#maxSpeed = maxSpeed;
    this.#maxAcceleration = maxAcceleration;
    this.#maxDeceleration = maxDeceleration;
  }

  follow(wished: number, dtS: number): void {
    if (wished === 0) {
      this.limited = 0;
      this.stop(dtS);
      return;
    }
    const velocity = clip(wished, -this.#maxSpeed, this.#maxSpeed);
    this.limited = velocity === wished ? 0 : limitBit.velocity;
    const change = this.#maxAcceleration * dtS;
    const next = clip(velocity, this.velocity - change, this.velocity + change);
    if (Math.abs(next - velocity) > 1e-9) this.limited |= limitBit.acceleration;
    this.velocity = next;
  }

  /** Like {@link SetPointLimiter.slow}. */
  slow(share: number, velocityBefore: number, dtS: number): void {
    this.velocity = slowed(this.velocity, share, velocityBefore, this.#maxDeceleration * dtS);
  }

  stop(dtS: number): void {
    const change = this.#maxDeceleration * dtS;
    this.velocity = Math.abs(this.velocity) <= change ? 0 : this.velocity - Math.sign(this.velocity) * change;
  }
}

/** Highest speed from which steps of `dtS` at `deceleration` still stop within `distance`; 0 when there is none left. */
function brakingSpeed(distance: number, deceleration: number, dtS: number): number {
  if (distance <= 0) return 0;
  const step = deceleration * dtS;
  return step * (Math.sqrt(0.25 + (2 * distance) / (step * dtS)) - 0.5);
}

/** A share of a velocity, but no less than what braking leaves of the velocity before. */
function slowed(velocity: number, share: number, before: number, brake: number): number {
  const wanted = velocity * share;
  return before * velocity <= 0 || Math.abs(wanted) >= Math.abs(before) - brake
    ? wanted
    : before - Math.sign(before) * brake;
}

const clip = (value: number, low: number, high: number): number => Math.max(low, Math.min(high, value));
