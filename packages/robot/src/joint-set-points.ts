import type { JointCommand, SourceInputs } from './gate-inputs.ts';
import type { RobotModel } from './robot-model.ts';
import { SetPointLimiter } from './set-point-limiter.ts';

/** Set-points may lead the measured position by this much, so that a blocked arm does not store up motion. */
const maxLeadM = 0.06;
const maxLeadRad = 0.3;
/** At rest, a set-point that differs more than this from the measured position is replaced by it. */
const rebaseM = 0.02;
const rebaseRad = 0.08;

/**
 * Set-points of a robot's actuators within their limits: they follow commands, start from where the joints are, and brake.
 *
 * Arrays are in the order of `model.actuators`, m or rad. Everything but the constructor runs at 100 Hz and does not allocate.
 */
export class JointSetPoints {
  /** Set-points of the last tick; those of this tick are taken over by {@link finish}. */
  readonly positions: Float64Array;
  readonly limiters: readonly SetPointLimiter[];
  /** Whether positions were ever measured. */
  isMeasured = false;
  readonly #model: RobotModel;
  readonly #measured: Float64Array;
  /** Velocities of the tick before. */
  readonly #before: Float64Array;
  readonly #isGripper: readonly boolean[];
  /** 1 where the last tick followed a command. */
  readonly #following: Uint8Array;

  constructor(model: RobotModel) {
    const count = model.actuators.length;
    this.#model = model;
    this.positions = new Float64Array(count);
    this.#isGripper = model.actuators.map(({ name }) => name === model.manifest.gripper.actuator);
    this.limiters = model.actuators.map((actuator, i) => {
      const lead =
        this.#isGripper[i] === true
          ? Number.POSITIVE_INFINITY
          : actuator.unit === 'm'
            ? maxLeadM
            : maxLeadRad;
      return new SetPointLimiter(actuator, lead);
    });
    this.#measured = new Float64Array(count);
    this.#before = new Float64Array(count);
    this.#following = new Uint8Array(count);
  }

  /** Takes the measured positions; values that are not finite keep the last good one. */
  measure(positions: Float64Array): void {
    for (let i = 0; i < this.#measured.length; i++) {
      const position = positions[i] as number;
      if (Number.isFinite(position)) this.#measured[i] = position;
    }
    if (!this.isMeasured) this.forget();
    this.isMeasured = true;
  }

  /** Takes the measured positions as set-points. */
  forget(): void {
    for (let i = 0; i < this.limiters.length; i++) {
      const limiter = this.limiters[i] as SetPointLimiter;
      const measured = this.#measured[i] as number;
      const presses = this.isMeasured && this.#isGripper[i] === true && measured > limiter.position;
      limiter.reset(presses ? limiter.position : measured);
      this.positions[i] = limiter.position;
    }
  }

  /** Follows the commands that are fresh, and brakes the other joints. @returns whether any joint was asked to move */
  follow(active: SourceInputs | undefined, nowS: number, dtS: number): boolean {
    let asked = false;
    for (let i = 0; i < this.limiters.length; i++) {
      const limiter = this.limiters[i] as SetPointLimiter;
      const measured = this.#measured[i] as number;
      const command = active?.joints[i] as JointCommand | undefined;
      if (command === undefined || !command.isFresh(nowS)) {
        limiter.limited = 0;
        limiter.stop(dtS);
        this.#following[i] = 0;
        continue;
      }
      asked = true;
      if (this.#following[i] === 0) this.#rebase(i, limiter, measured);
      this.#following[i] = 1;
      if (command.mode === 'jog') {
        limiter.jog(command.velocity, measured, dtS);
      } else {
        command.sample(nowS);
        limiter.follow(
          command.targetPosition,
          command.targetVelocity,
          command.endPosition,
          command.endVelocity,
          measured,
          dtS,
        );
      }
    }
    return asked;
  }

  /** Takes back what is faster than a share of the velocities; see {@link SetPointLimiter.slow}. */
  slow(share: number, dtS: number): void {
    for (let i = 0; i < this.limiters.length; i++)
      this.limiters[i]?.slow(share, this.positions[i] as number, this.#before[i] as number, dtS);
  }

  /** Takes back the set-points of this tick, and brakes. */
  brake(dtS: number): void {
    for (let i = 0; i < this.limiters.length; i++) {
      const limiter = this.limiters[i] as SetPointLimiter;
      limiter.position = this.positions[i] as number;
      limiter.stop(dtS);
    }
  }

  /** Ends the tick: writes {@link positions}. @returns whether anything moves */
  finish(): boolean {
    let moving = false;
    for (let i = 0; i < this.limiters.length; i++) {
      const limiter = this.limiters[i] as SetPointLimiter;
      if (limiter.velocity !== 0) moving = true;
      this.#before[i] = limiter.velocity;
      this.positions[i] = limiter.position;
    }
    return moving;
  }

  /** Starts from where the joint is when something else moved it; a gripper keeps pressing. */
  #rebase(index: number, limiter: SetPointLimiter, measured: number): void {
    if (this.#isGripper[index] === true) return;
    const tolerance = this.#model.actuators[index]?.unit === 'm' ? rebaseM : rebaseRad;
    if (Math.abs(measured - limiter.position) > tolerance) limiter.reset(measured);
  }
}
