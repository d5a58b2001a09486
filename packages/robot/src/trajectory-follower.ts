import { type GoalRefusal, TrajectoryGoal, trajectoryErrorCode } from './trajectory-goal.ts';

/** A gripper whose pads move slower than this for that long is held by something. */
const stallSpeedMps = 0.002;
const stallTimeS = 0.25;
/** Pads that have not moved yet may only wait for the driver to change its mode: they get this long, s. */
const startTimeS = 1;
const hasMovedM = 0.002;
/** Pads this close to the wished aperture are not stalled but there, m. */
const stallErrorM = 0.004;

/** A trajectory waits for a slowed robot from this share of its path tolerances on, for so long in all, s. */
const waitShare = 0.3;
const maxWaitS = 60;

export type FollowerOutcome = { readonly errorCode: number; readonly errorString: string };

/** Follows one goal over time: what to wish for next, and when it has ended. Runs in the control loop. */
export class TrajectoryFollower {
  readonly goal: TrajectoryGoal;
  /** Positions and velocities wished now, order of `goal.indices`. */
  readonly desired: Float64Array;
  readonly desiredVelocities: Float64Array;
  readonly #mayStall: boolean;
  readonly #start: Float64Array;
  #stalledSinceS: number | undefined;
  #hasMoved = false;
  #heldS = 0;
  #waitedS = 0;
  readonly #waitTolerances: readonly number[];
  #lastS: number | undefined;

  /** @param mayStall - a gripper: standing still against something ends the goal well */
  constructor(goal: TrajectoryGoal, mayStall: boolean) {
    this.goal = goal;
    this.desired = new Float64Array(goal.indices.length);
    this.desiredVelocities = new Float64Array(goal.indices.length);
    this.#start = new Float64Array(goal.indices.length).fill(Number.NaN);
    this.#mayStall = mayStall;
    this.#waitTolerances = goal.pathTolerances.map((each) => each * waitShare);
  }

  /** Seconds of the trajectory that have passed; it stands still while the robot is held. */
  elapsedS(nowS: number): number {
    return nowS - this.goal.startS - this.#heldS;
  }

  /** Lets the trajectory wait: the robot may not move now. Call instead of {@link TrajectoryFollower.update}. */
  hold(nowS: number): number {
    if (nowS > this.goal.startS) this.#heldS += nowS - (this.#lastS ?? nowS);
    this.#lastS = nowS;
    return this.#heldS;
  }

  /**
   * Lets the trajectory wait for a robot that is slowed down, while it lags behind; tells whether it waits. Bounded: a robot that
   * does not come along at all fails its tolerances in the end.
   *
   * @param positions - measured, order of `model.actuators`
   */
  waitsFor(nowS: number, positions: Float64Array): boolean {
    const { goal } = this;
    const stepS = nowS - (this.#lastS ?? nowS);
    if (this.#mayStall || this.elapsedS(nowS) < 0 || this.#waitedS > maxWaitS) return false;
    goal.sample(this.elapsedS(this.#lastS ?? nowS), this.desired, this.desiredVelocities);
    if (this.#farthest(positions, this.#waitTolerances) < 0) return false;
    this.#waitedS += stepS;
    this.#heldS += stepS;
    this.#lastS = nowS;
    return true;
  }

  /**
   * Compares wish and measurement; returns how the goal ended, or undefined while it runs.
   *
   * @param positions,velocities - measured, order of `model.actuators`
   */
  update(nowS: number, positions: Float64Array, velocities: Float64Array): FollowerOutcome | undefined {
    const { goal } = this;
    const elapsedS = this.elapsedS(nowS);
    this.#lastS = nowS;
    goal.sample(elapsedS, this.desired, this.desiredVelocities);
    if (elapsedS < 0) return undefined;
    if (this.#mayStall && this.#isStalled(nowS, positions, velocities)) {
      const apertureM = positions[goal.indices[0] as number] as number;
      return {
        errorCode: trajectoryErrorCode.successful,
        errorString: `stalled on contact at ${apertureM.toFixed(3)} m`,
      };
    }
    if (elapsedS < goal.durationS) return this.#checkPath(positions);
    const late = this.#farthest(positions, goal.goalTolerances);
    if (late < 0) return { errorCode: trajectoryErrorCode.successful, errorString: '' };
    if (elapsedS - goal.durationS < goal.goalTimeToleranceS) return undefined;
    return {
      errorCode: trajectoryErrorCode.goalToleranceViolated,
      errorString: this.#describe(late, positions, 'from the end'),
    };
  }

  #checkPath(positions: Float64Array): FollowerOutcome | undefined {
    if (this.#mayStall) return undefined;
    const off = this.#farthest(positions, this.goal.pathTolerances);
    if (off < 0) return undefined;
    return {
      errorCode: trajectoryErrorCode.pathToleranceViolated,
      errorString: this.#describe(off, positions, 'off its path'),
    };
  }

  /** Index of the joint that is farthest outside of its tolerance, or -1. */
  #farthest(positions: Float64Array, tolerances: readonly number[]): number {
    let worst = -1;
    let excess = 1;
    for (let j = 0; j < tolerances.length; j++) {
      const error = Math.abs(
        (positions[this.goal.indices[j] as number] as number) - (this.desired[j] as number),
      );
      const ratio = error / (tolerances[j] as number);
      if (ratio > excess) {
        excess = ratio;
        worst = j;
      }
    }
    return worst;
  }

  #isStalled(nowS: number, positions: Float64Array, velocities: Float64Array): boolean {
    let isHeld = false;
    for (let j = 0; j < this.goal.indices.length; j++) {
      const index = this.goal.indices[j] as number;
      const position = positions[index] as number;
      if (Number.isNaN(this.#start[j])) this.#start[j] = position;
      if (Math.abs(position - (this.#start[j] as number)) > hasMovedM) this.#hasMoved = true;
      const error = Math.abs(position - (this.desired[j] as number));
      if (error > stallErrorM && Math.abs(velocities[index] as number) < stallSpeedMps) isHeld = true;
    }
    if (!isHeld) this.#stalledSinceS = undefined;
    else this.#stalledSinceS ??= nowS;
    const patienceS = this.#hasMoved ? stallTimeS : startTimeS;
    return this.#stalledSinceS !== undefined && nowS - this.#stalledSinceS >= patienceS;
  }

  #describe(joint: number, positions: Float64Array, where: string): string {
    const { jointNames, indices, actuators } = this.goal;
    const at = positions[indices[joint] as number] as number;
    const error = Math.abs(at - (this.desired[joint] as number));
    return `${jointNames[joint]} is ${error.toFixed(3)} ${actuators[joint]?.unit} ${where}`;
  }
}

/** Tells a refusal from a checked goal. */
export const isRefusal = (checked: TrajectoryGoal | GoalRefusal): checked is GoalRefusal =>
  !(checked instanceof TrajectoryGoal);
