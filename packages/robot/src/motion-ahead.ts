import type { GuardedMotion } from './gate-guard.ts';
import type { RobotModel } from './robot-model.ts';
import { stopDecelerationFactor } from './set-point-limiter.ts';

/** Looks this far ahead of the braking distance, s: one tick of the gate plus the driver's reaction. */
const reactionS = 0.05;

/** Where a motion leads: joint configuration and base pose. Reused by every prediction; does not allocate. */
export class MotionAhead {
  /** m or rad, order of `model.actuators`. */
  readonly positions: Float64Array;
  x = 0;
  y = 0;
  yaw = 0;
  readonly #model: RobotModel;
  readonly #braking: Float64Array;

  constructor(model: RobotModel) {
    this.#model = model;
    this.positions = new Float64Array(model.actuators.length);
    this.#braking = Float64Array.from(
      model.actuators,
      ({ maxAcceleration }) => 2 * maxAcceleration * stopDecelerationFactor,
    );
  }

  /** Predicts where everything comes to rest when it must stop; tells whether any joint moves. */
  predictStop(motion: GuardedMotion, x: number, y: number, yaw: number): boolean {
    let moves = false;
    for (let i = 0; i < this.positions.length; i++) {
      const velocity = motion.velocities[i] as number;
      if (velocity !== 0) moves = true;
      const stopping = (velocity * Math.abs(velocity)) / (this.#braking[i] as number);
      this.positions[i] = (motion.positions[i] as number) + velocity * reactionS + stopping;
    }
    this.#moveBase(motion, x, y, yaw, true);
    return moves;
  }

  /** Predicts where everything is after the reaction time when it goes on as it does. @returns that time, s */
  predictMotion(motion: GuardedMotion, x: number, y: number, yaw: number): number {
    for (let i = 0; i < this.positions.length; i++)
      this.positions[i] = (motion.positions[i] as number) + (motion.velocities[i] as number) * reactionS;
    this.#moveBase(motion, x, y, yaw, false);
    return reactionS;
  }

  #moveBase(
    { linearMps, angularRadS }: GuardedMotion,
    x: number,
    y: number,
    yaw: number,
    brakes: boolean,
  ): void {
    this.x = x;
    this.y = y;
    this.yaw = yaw;
    if (this.#model.isFixed) return;
    const { base } = this.#model.mobile;
    const brakeS = brakes ? Math.abs(linearMps) / (2 * base.max_linear_deceleration_mps2) : 0;
    const turnS = brakes ? Math.abs(angularRadS) / (2 * base.max_angular_deceleration_rad_s2) : 0;
    const travel = linearMps * (reactionS + brakeS);
    this.x += travel * Math.cos(yaw);
    this.y += travel * Math.sin(yaw);
    this.yaw += angularRadS * (reactionS + turnS);
  }
}
