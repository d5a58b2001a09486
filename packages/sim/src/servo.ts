import type { Actuator } from '@efferent/robot';

/** Proportional rate of the position loop near the target, 1/s. */
const gain = 20;

/**
 * How much faster than `max_acceleration` a joint can really accelerate: the manifest limits what is commanded, and a loop that
 * had no reserve would trail a moving set-point by its whole braking distance.
 */
const reserve = 4;

/**
 * Returns the next velocity of a position-controlled joint: as fast as its limits allow without overshoot.
 * Runs in the control loop; does not allocate.
 *
 * @param error - target minus position, m or rad
 * @param velocity - now, m/s or rad/s
 */
export function servoVelocity(actuator: Actuator, error: number, velocity: number, dtS: number): number {
  const distance = Math.abs(error);
  // 0.9: braking leaves a margin for the step's length.
  const speed = Math.min(
    actuator.maxVelocity,
    gain * distance,
    Math.sqrt(1.8 * reserve * actuator.maxAcceleration * distance),
  );
  const wanted = error < 0 ? -speed : speed;
  // Braking may use twice the acceleration limit, as a stiff position loop does.
  const limit =
    reserve *
    actuator.maxAcceleration *
    dtS *
    (wanted * velocity >= 0 && Math.abs(wanted) < Math.abs(velocity) ? 2 : 1);
  return velocity + Math.min(limit, Math.max(-limit, wanted - velocity));
}

/** Stiffness with which a joint leans against what blocks it, N/m or N m/rad: full force at this error. */
export const fullForceError = { m: 0.02, rad: 0.15 } as const;

/** Effort of a blocked joint, N or N m. */
export function blockedEffort(actuator: Actuator, error: number): number {
  const effort = (actuator.maxForce * error) / fullForceError[actuator.unit];
  return Math.min(actuator.maxForce, Math.max(-actuator.maxForce, effort));
}
