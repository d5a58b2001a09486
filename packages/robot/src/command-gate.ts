import type { GateGuard, GuardedMotion } from './gate-guard.ts';
import {
  type JointCommand,
  type RejectReason,
  SourceInputs,
  type TrajectoryPointInput,
} from './gate-inputs.ts';
import type { PersonGuard } from './person-guard.ts';
import type { RobotModel } from './robot-model.ts';
import { limitBit, SetPointLimiter, VelocityLimiter } from './set-point-limiter.ts';

export type GateSource = 'agent' | 'human';

/** Set-points may lead the measured position by this much, so that a blocked arm does not store up motion. */
const maxLeadM = 0.06;
const maxLeadRad = 0.3;
/** At rest, a set-point that differs more than this from the measured position is replaced by it. */
const rebaseM = 0.02;
const rebaseRad = 0.08;
/** After a human command the agent waits this long, s. */
const humanHoldS = 1;
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
  rejected = 0;
  lastRejection: RejectReason | 'outranked' | 'stopped' | undefined;
  /** Why the guard stopped motion in the last tick. */
  guardReason: string | undefined;
  /** True while the robot is slowed because of a person, and for a moment after. */
  isSlowed = false;
  source: GateSource | 'none' = 'none';
  agentPaused = false;
  humanHasControl = false;
  readonly #inputs: Readonly<Record<GateSource, SourceInputs>>;
  readonly #guard: GateGuard | undefined;
  readonly #people: PersonGuard | undefined;
  readonly #limiters: readonly SetPointLimiter[];
  readonly #linear: VelocityLimiter;
  readonly #angular: VelocityLimiter;
  readonly #measured: Float64Array;
  readonly #guarded;
  /** Velocities of the tick before. */
  readonly #before: Float64Array;
  readonly #isGripper: readonly boolean[];
  /** 1 where the last tick followed a command. */
  readonly #following: Uint8Array;
  readonly #stops = new Map<string, string>();
  #measuredAtS = Number.NEGATIVE_INFINITY;
  #measuredAtSteadyS = Number.NEGATIVE_INFINITY;
  #lastTickS = Number.NEGATIVE_INFINITY;
  #clockS = Number.NEGATIVE_INFINITY;
  #clockMovedAtS = Number.NEGATIVE_INFINITY;
  #initialised = false;
  #slowedUntilS = Number.NEGATIVE_INFINITY;
  #closingTwists = 0;
  #jointsMoved = false;

  /** @param people - what keeps the robot slow near people and away from them */
  constructor(model: RobotModel, guard?: GateGuard, people?: PersonGuard) {
    this.model = model;
    this.#guard = guard;
    this.#people = people;
    const count = model.actuators.length;
    this.output = {
      sendTwist: false,
      linearMps: 0,
      angularRadS: 0,
      sendJoints: false,
      positions: new Float64Array(count),
    };
    this.#inputs = { agent: new SourceInputs(model), human: new SourceInputs(model) };
    this.#isGripper = model.actuators.map(({ name }) => name === model.manifest.gripper.actuator);
    this.#limiters = model.actuators.map((actuator, i) => {
      const lead =
        this.#isGripper[i] === true
          ? Number.POSITIVE_INFINITY
          : actuator.unit === 'm'
            ? maxLeadM
            : maxLeadRad;
      return new SetPointLimiter(actuator, lead);
    });
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
    this.#measured = new Float64Array(count);
    this.#guarded = {
      positions: this.output.positions,
      velocities: new Float64Array(count),
      linearMps: 0,
      angularRadS: 0,
    };
    this.#before = new Float64Array(count);
    this.#following = new Uint8Array(count);
  }

  /** Takes the measured actuator positions (m or rad); values that are not finite keep the last good one. */
  updateMeasurement(positions: Float64Array, nowS: number, steadyS = nowS): void {
    for (let i = 0; i < this.#measured.length; i++) {
      const position = positions[i] as number;
      if (Number.isFinite(position)) this.#measured[i] = position;
    }
    this.#measuredAtS = nowS;
    this.#measuredAtSteadyS = steadyS;
    if (!this.#initialised) this.forgetSetPoints();
    this.#initialised = true;
  }

  /** Takes the measured positions as set-points, e.g. after the driver moved the robot on its own. */
  forgetSetPoints(): void {
    for (let i = 0; i < this.#limiters.length; i++) {
      const limiter = this.#limiters[i] as SetPointLimiter;
      const measured = this.#measured[i] as number;
      const presses = this.#initialised && this.#isGripper[i] === true && measured > limiter.position;
      limiter.reset(presses ? limiter.position : measured);
      this.output.positions[i] = limiter.position;
    }
  }

  /** Sets or clears (undefined) one named reason to stand still. */
  setStop(name: string, reason: string | undefined): void {
    if (reason === undefined) this.#stops.delete(name);
    else this.#stops.set(name, reason);
  }

  /** Why the robot stands still, or undefined. */
  get stopReason(): string | undefined {
    for (const reason of this.#stops.values()) return reason;
    return undefined;
  }

  /** Hands the robot to the human (true) or back to the agent (false); either way a pause ends. */
  setTakeOver(taken: boolean): void {
    this.humanHasControl = taken;
    this.agentPaused = false;
    this.#inputs.agent.clear();
    this.#inputs.human.clear();
  }

  acceptTwist(
    source: GateSource,
    stampS: number,
    linearMps: number,
    angularRadS: number,
    nowS: number,
  ): boolean {
    return this.#count(source, this.#inputs[source].acceptTwist(stampS, linearMps, angularRadS, nowS), nowS);
  }

  acceptJog(
    source: GateSource,
    stampS: number,
    names: readonly string[],
    velocities: ArrayLike<number>,
    nowS: number,
  ): boolean {
    return this.#count(source, this.#inputs[source].acceptJog(stampS, names, velocities, nowS), nowS);
  }

  acceptTrajectory(
    source: GateSource,
    stampS: number,
    names: readonly string[],
    points: readonly TrajectoryPointInput[],
    nowS: number,
  ): boolean {
    return this.#count(
      source,
      this.#inputs[source].acceptTrajectory(stampS, names, points, nowS, this.output.positions),
      nowS,
    );
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
      this.#limiters.forEach(
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
    const active = this.#stops.size > 0 || isStalled ? undefined : this.#arbitrate(nowS);
    const jointsAsked = this.#moveJoints(active, nowS, dtS);
    const twistAsked = this.#moveBase(active, nowS, dtS);
    this.#slowNearPeople(nowS, dtS, linearBefore, angularBefore);
    this.#applyGuard(dtS);
    const moving = this.#finishJoints();
    output.linearMps = this.#linear.velocity;
    output.angularRadS = this.#angular.velocity;
    const driving = twistAsked || output.linearMps !== 0 || output.angularRadS !== 0;
    if (driving) this.#closingTwists = closingTwists;
    output.sendTwist = driving || this.#closingTwists-- > 0;
    output.sendJoints = this.#initialised && (jointsAsked || moving || this.#jointsMoved);
    this.#jointsMoved = moving;
    if (output.sendTwist) this.forwarded++;
    if (output.sendJoints) this.forwarded++;
    return output;
  }

  #count(source: GateSource, reason: RejectReason | undefined, nowS: number): boolean {
    const blocked =
      reason ??
      (this.#stops.size > 0
        ? 'stopped'
        : source === 'agent' && this.#agentBlocked(nowS)
          ? 'outranked'
          : undefined);
    if (reason === undefined && source === 'human') this.#noticeHuman(nowS);
    if (blocked !== undefined) {
      this.rejected++;
      this.lastRejection = blocked;
    }
    return blocked === undefined;
  }

  #agentBlocked(nowS: number): boolean {
    return this.agentPaused || this.humanHasControl || nowS - this.#inputs.human.lastAcceptedS < humanHoldS;
  }

  /** The first human command while the agent moves the robot pauses the agent and moves nothing itself. */
  #noticeHuman(nowS: number): void {
    if (this.humanHasControl || this.agentPaused) return;
    if (this.source === 'agent' && this.#inputs.agent.isFresh(nowS)) this.agentPaused = true;
  }

  #arbitrate(nowS: number): SourceInputs | undefined {
    this.source = 'none';
    if (this.agentPaused) return undefined;
    if (this.#inputs.human.isFresh(nowS)) this.source = 'human';
    else if (!this.#agentBlocked(nowS) && this.#inputs.agent.isFresh(nowS)) this.source = 'agent';
    return this.source === 'none' ? undefined : this.#inputs[this.source];
  }

  #moveJoints(active: SourceInputs | undefined, nowS: number, dtS: number): boolean {
    let asked = false;
    for (let i = 0; i < this.#limiters.length; i++) {
      const limiter = this.#limiters[i] as SetPointLimiter;
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

  /** Starts from where the joint is when something else moved it; a gripper keeps pressing. */
  #rebase(index: number, limiter: SetPointLimiter, measured: number): void {
    if (this.#isGripper[index] === true) return;
    const tolerance = this.model.actuators[index]?.unit === 'm' ? rebaseM : rebaseRad;
    if (Math.abs(measured - limiter.position) > tolerance) limiter.reset(measured);
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
    for (let i = 0; i < this.#limiters.length; i++)
      this.#limiters[i]?.slow(share, this.output.positions[i] as number, this.#before[i] as number, dtS);
    this.#linear.slow(share, linearBefore, dtS);
    this.#angular.slow(share, angularBefore, dtS);
  }

  #motion(): GuardedMotion {
    const motion = this.#guarded;
    for (let i = 0; i < this.#limiters.length; i++)
      motion.velocities[i] = (this.#limiters[i] as SetPointLimiter).velocity;
    motion.linearMps = this.#linear.velocity;
    motion.angularRadS = this.#angular.velocity;
    return motion;
  }

  /** Brakes everything when a guard objects; the set-points of this tick are taken back. */
  #applyGuard(dtS: number): void {
    const motion = this.#motion();
    this.guardReason = this.#guard?.check(motion) ?? this.#people?.check(motion);
    if (this.guardReason === undefined) return;
    for (let i = 0; i < this.#limiters.length; i++) {
      const limiter = this.#limiters[i] as SetPointLimiter;
      limiter.position = this.output.positions[i] as number;
      limiter.stop(dtS);
    }
    this.#linear.stop(dtS);
    this.#angular.stop(dtS);
  }

  #finishJoints(): boolean {
    let moving = false;
    for (let i = 0; i < this.#limiters.length; i++) {
      const limiter = this.#limiters[i] as SetPointLimiter;
      if (limiter.velocity !== 0) moving = true;
      this.#before[i] = limiter.velocity;
      this.output.positions[i] = limiter.position;
    }
    return moving;
  }
}
