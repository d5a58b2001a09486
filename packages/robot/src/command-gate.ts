import { GateArbiter, type GateSource } from './gate-arbiter.ts';
import type { GateGuard, GuardedMotion } from './gate-guard.ts';
import type { SourceInputs, TrajectoryPointInput } from './gate-inputs.ts';
import { JointSetPoints } from './joint-set-points.ts';
import type { PersonGuard } from './person-guard.ts';
import type { RobotModel } from './robot-model.ts';
import { limitBit, VelocityLimiter } from './set-point-limiter.ts';

export type { GateSource };

/** Joint states older than this stop the robot: on the ROS clock, which stands still with a simulator, and on the steady one. */
const measurementLifetimeS = 0.25;
const measurementSilenceS = 2;
/** Commands live on the ROS clock: when that stands for so long on the steady one, nothing says that they are still wanted, s. */
const clockStallS = 0.25;
/** Zero twists sent when the base has come to rest, so that a lost one does not leave it to the driver's deadman. */
const closingTwists = 3;
/** Longest step that one tick integrates, s; a longer gap is a dropped tick, not motion to catch up. */
const maxStepS = 0.03;

/** Name among {@link CommandGate.limitNames} while a person is near: trajectories then wait for the robot. */
export const peopleLimit = 'people';

/** A robot counts as slowed for this long after it was, s: who waits for it must not see every tick. */
const slowedHoldS = 0.5;

/** A fixed base: whatever it is told, it stands. */
const standing = {
  max_linear_speed_mps: 0,
  max_linear_acceleration_mps2: 1,
  max_linear_deceleration_mps2: 1,
  max_angular_speed_rad_s: 0,
  max_angular_acceleration_rad_s2: 1,
  max_angular_deceleration_rad_s2: 1,
};

/** What one tick sends to the driver. Reused: read it before the next tick. */
export interface GateOutput {
  sendTwist: boolean;
  linearMps: number;
  angularRadS: number;
  sendJoints: boolean;
  /** Set-points, order of `model.actuators`, m or rad. */
  readonly positions: Float64Array;
}

/**
 * Decides what the driver gets: the only place where commands of agent and human meet the robot.
 *
 * Runstop outranks human, human outranks agent. While the agent moves the robot, the first human command pauses it and
 * moves nothing; {@link CommandGate.setTakeOver} hands the robot over or back. Commands live 200 ms. Every output stays
 * within the model's limits and passes the guard; no input can widen either. Times are seconds: `nowS` of the ROS clock,
 * `steadyS` of the steady clock. Nothing here throws once constructed.
 */
export class CommandGate {
  readonly model: RobotModel;
  readonly output: GateOutput;
  forwarded = 0;
  /** Why the guard stopped motion in the last tick. */
  guardReason: string | undefined;
  /** True while the robot is slowed because of a person, and for a moment after. */
  isSlowed = false;
  readonly #arbiter: GateArbiter;
  readonly #guard: GateGuard | undefined;
  readonly #people: PersonGuard | undefined;
  readonly #joints: JointSetPoints;
  readonly #linear: VelocityLimiter;
  readonly #angular: VelocityLimiter;
  readonly #guarded;
  #measuredAtS = Number.NEGATIVE_INFINITY;
  #measuredAtSteadyS = Number.NEGATIVE_INFINITY;
  #lastTickS = Number.NEGATIVE_INFINITY;
  #clockS = Number.NEGATIVE_INFINITY;
  #clockMovedAtS = Number.NEGATIVE_INFINITY;
  #slowedUntilS = Number.NEGATIVE_INFINITY;
  #closingTwists = 0;
  #jointsMoved = false;

  /** @param people - what keeps the robot slow near people and away from them */
  constructor(model: RobotModel, guard?: GateGuard, people?: PersonGuard) {
    this.model = model;
    this.#guard = guard;
    this.#people = people;
    this.#arbiter = new GateArbiter(model);
    this.#joints = new JointSetPoints(model);
    const { positions } = this.#joints;
    this.output = { sendTwist: false, linearMps: 0, angularRadS: 0, sendJoints: false, positions };
    const base = model.isFixed ? standing : model.mobile.base;
    this.#linear = new VelocityLimiter(
      base.max_linear_speed_mps,
      base.max_linear_acceleration_mps2,
      base.max_linear_deceleration_mps2,
    );
    this.#angular = new VelocityLimiter(
      base.max_angular_speed_rad_s,
      base.max_angular_acceleration_rad_s2,
      base.max_angular_deceleration_rad_s2,
    );
    const velocities = new Float64Array(positions.length);
    this.#guarded = { positions, velocities, linearMps: 0, angularRadS: 0 };
  }

  /** Who moves the robot. */
  get source(): GateSource | 'none' {
    return this.#arbiter.source;
  }

  get agentPaused(): boolean {
    return this.#arbiter.agentPaused;
  }

  get humanHasControl(): boolean {
    return this.#arbiter.humanHasControl;
  }

  /** Commands refused so far. */
  get rejected(): number {
    return this.#arbiter.rejected;
  }

  get lastRejection(): GateArbiter['lastRejection'] {
    return this.#arbiter.lastRejection;
  }

  /** Takes the measured actuator positions (m or rad); values that are not finite keep the last good one. */
  updateMeasurement(positions: Float64Array, nowS: number, steadyS = nowS): void {
    this.#joints.measure(positions);
    this.#measuredAtS = nowS;
    this.#measuredAtSteadyS = steadyS;
  }

  /** Takes the measured positions as set-points, e.g. after the driver moved the robot on its own. */
  forgetSetPoints(): void {
    this.#joints.forget();
  }

  /** See {@link GateArbiter.setStop}. */
  setStop(name: string, reason: string | undefined): void {
    this.#arbiter.setStop(name, reason);
  }

  /** Why the robot stands still, or undefined. */
  get stopReason(): string | undefined {
    return this.#arbiter.stopReason;
  }

  /** See {@link GateArbiter.setTakeOver}. */
  setTakeOver(taken: boolean): void {
    this.#arbiter.setTakeOver(taken);
  }

  acceptTwist(...command: Parameters<GateArbiter['acceptTwist']>): boolean {
    return this.#arbiter.acceptTwist(...command);
  }

  acceptJog(...command: Parameters<GateArbiter['acceptJog']>): boolean {
    return this.#arbiter.acceptJog(...command);
  }

  acceptTrajectory(
    source: GateSource,
    stampS: number,
    names: readonly string[],
    points: readonly TrajectoryPointInput[],
    nowS: number,
  ): boolean {
    return this.#arbiter.acceptTrajectory(source, stampS, names, points, nowS, this.output.positions);
  }

  /** Distance between the robot and the nearest face, m; see {@link PersonGuard.faceDistanceM}. */
  faceDistanceM(): number {
    return this.#people?.faceDistanceM(this.output.positions) ?? Number.POSITIVE_INFINITY;
  }

  /** Names of limits that shaped the last set-points, e.g. `joint_lift:velocity`. Allocates: for the status message only. */
  limitNames(): string[] {
    const names: string[] = [];
    const collect = (name: string, bits: number) => {
      for (const [limit, bit] of Object.entries(limitBit))
        if ((bits & bit) !== 0) names.push(`${name}:${limit}`);
    };
    if (this.output.sendTwist) {
      collect('base_linear', this.#linear.limited);
      collect('base_angular', this.#angular.limited);
    }
    if (this.output.sendJoints)
      this.#joints.limiters.forEach(
        (limiter, i) => void collect(this.model.actuators[i]?.name ?? '', limiter.limited),
      );
    if (this.guardReason !== undefined) names.push('collision');
    if (this.isSlowed) names.push(peopleLimit);
    return names;
  }

  /** Computes what the driver gets now, into {@link CommandGate.output}. Runs at 100 Hz and does not allocate. */
  tick(nowS: number, steadyS: number): GateOutput {
    const dtS = Math.min(maxStepS, Math.max(1e-3, steadyS - this.#lastTickS));
    this.#lastTickS = steadyS;
    const { output } = this;
    const linearBefore = this.#linear.velocity;
    const angularBefore = this.#angular.velocity;
    const isSilent =
      nowS - this.#measuredAtS > measurementLifetimeS ||
      steadyS - this.#measuredAtSteadyS > measurementSilenceS;
    this.setStop('measurement', isSilent ? 'no joint states' : undefined);
    if (nowS !== this.#clockS) {
      this.#clockS = nowS;
      this.#clockMovedAtS = steadyS;
    }
    const isStalled = steadyS - this.#clockMovedAtS > clockStallS;
    const active = this.#arbiter.isStopped || isStalled ? undefined : this.#arbiter.choose(nowS);
    const jointsAsked = this.#joints.follow(active, nowS, dtS);
    const twistAsked = this.#moveBase(active, nowS, dtS);
    this.#slowNearPeople(nowS, dtS, linearBefore, angularBefore);
    this.#applyGuard(dtS);
    const moving = this.#joints.finish();
    output.linearMps = this.#linear.velocity;
    output.angularRadS = this.#angular.velocity;
    const driving = twistAsked || output.linearMps !== 0 || output.angularRadS !== 0;
    if (driving) this.#closingTwists = closingTwists;
    output.sendTwist = driving || this.#closingTwists-- > 0;
    output.sendJoints = this.#joints.isMeasured && (jointsAsked || moving || this.#jointsMoved);
    this.#jointsMoved = moving;
    if (output.sendTwist) this.forwarded++;
    if (output.sendJoints) this.forwarded++;
    return output;
  }

  #moveBase(active: SourceInputs | undefined, nowS: number, dtS: number): boolean {
    if (active === undefined || !active.hasFreshTwist(nowS)) {
      this.#linear.stop(dtS);
      this.#angular.stop(dtS);
      return false;
    }
    this.#linear.follow(active.linearMps, dtS);
    this.#angular.follow(active.angularRadS, dtS);
    return active.linearMps !== 0 || active.angularRadS !== 0;
  }

  /** Takes back what is too fast near a person; directions stay as they are. */
  #slowNearPeople(nowS: number, dtS: number, linearBefore: number, angularBefore: number): void {
    this.isSlowed = nowS < this.#slowedUntilS;
    const share = this.#people?.speedShare(this.#motion(), nowS) ?? 1;
    if (share === 1) return;
    this.isSlowed = true;
    this.#slowedUntilS = nowS + slowedHoldS;
    this.#joints.slow(share, dtS);
    this.#linear.slow(share, linearBefore, dtS);
    this.#angular.slow(share, angularBefore, dtS);
  }

  #motion(): GuardedMotion {
    const motion = this.#guarded;
    const { limiters } = this.#joints;
    for (let i = 0; i < limiters.length; i++) motion.velocities[i] = limiters[i]?.velocity ?? 0;
    motion.linearMps = this.#linear.velocity;
    motion.angularRadS = this.#angular.velocity;
    return motion;
  }

  /** Brakes everything when a guard objects; the set-points of this tick are taken back. */
  #applyGuard(dtS: number): void {
    const motion = this.#motion();
    this.guardReason = this.#guard?.check(motion) ?? this.#people?.check(motion);
    if (this.guardReason === undefined) return;
    this.#joints.brake(dtS);
    this.#linear.stop(dtS);
    this.#angular.stop(dtS);
  }
}
