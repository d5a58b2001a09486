import { type RejectReason, SourceInputs, type TrajectoryPointInput } from './gate-inputs.ts';
import type { RobotModel } from './robot-model.ts';

export type GateSource = 'agent' | 'human';

/** After a human command the agent waits this long, s. */
const humanHoldS = 1;

/**
 * Decides whose commands move the robot: a stop outranks the human, and the human the agent.
 *
 * While the agent moves the robot, the first human command pauses it and moves nothing; {@link GateArbiter.setTakeOver} hands the
 * robot over or back. Times are those of the ROS clock, s. Nothing here throws, and {@link GateArbiter.choose} does not allocate.
 */
export class GateArbiter {
  /** Who moves the robot, since the last {@link choose}. */
  source: GateSource | 'none' = 'none';
  agentPaused = false;
  humanHasControl = false;
  /** Commands refused so far. */
  rejected = 0;
  lastRejection: RejectReason | 'outranked' | 'stopped' | undefined;
  readonly #inputs: Readonly<Record<GateSource, SourceInputs>>;
  readonly #stops = new Map<string, string>();

  constructor(model: RobotModel) {
    this.#inputs = { agent: new SourceInputs(model), human: new SourceInputs(model) };
  }

  /** Sets or clears (undefined) one named reason to stand still. */
  setStop(name: string, reason: string | undefined): void {
    if (reason === undefined) this.#stops.delete(name);
    else this.#stops.set(name, reason);
  }

  get isStopped(): boolean {
    return this.#stops.size > 0;
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

  /** Takes a command of the base. @returns whether it counts */
  acceptTwist(
    source: GateSource,
    stampS: number,
    linearMps: number,
    angularRadS: number,
    nowS: number,
  ): boolean {
    return this.#count(source, this.#inputs[source].acceptTwist(stampS, linearMps, angularRadS, nowS), nowS);
  }

  /** Takes velocities of joints. @returns whether they count */
  acceptJog(
    source: GateSource,
    stampS: number,
    names: readonly string[],
    velocities: ArrayLike<number>,
    nowS: number,
  ): boolean {
    return this.#count(source, this.#inputs[source].acceptJog(stampS, names, velocities, nowS), nowS);
  }

  /** Takes a trajectory. @param positions - set-points that it starts from, order of `model.actuators`; @returns whether it counts */
  acceptTrajectory(
    source: GateSource,
    stampS: number,
    names: readonly string[],
    points: readonly TrajectoryPointInput[],
    nowS: number,
    positions: Float64Array,
  ): boolean {
    const inputs = this.#inputs[source];
    return this.#count(source, inputs.acceptTrajectory(stampS, names, points, nowS, positions), nowS);
  }

  /** Chooses whose commands count now; undefined while nobody's do, which is not asked of it while stopped. */
  choose(nowS: number): SourceInputs | undefined {
    this.source = 'none';
    if (this.agentPaused) return undefined;
    if (this.#inputs.human.isFresh(nowS)) this.source = 'human';
    else if (!this.#agentBlocked(nowS) && this.#inputs.agent.isFresh(nowS)) this.source = 'agent';
    return this.source === 'none' ? undefined : this.#inputs[this.source];
  }

  #count(source: GateSource, reason: RejectReason | undefined, nowS: number): boolean {
    const blocked =
      reason ??
      (this.isStopped ? 'stopped' : source === 'agent' && this.#agentBlocked(nowS) ? 'outranked' : undefined);
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
}
