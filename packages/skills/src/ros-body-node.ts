import { describeError, EfferentError, secondsToNs, type Transform } from '@efferent/core';
import type { ActionTypes } from '@efferent/interfaces';
import { timeJointPath } from '@efferent/robot';
import {
  type ActionClient,
  type ActionTypeName,
  goalStatus,
  type Partially,
  type ServerGoalHandle,
  stampFromNs,
  whyNotServing,
} from '@efferent/ros';
import type { RobotLink } from './robot-link-node.ts';
import type {
  ActuatorPath,
  ActuatorTargets,
  CarriedThing,
  DepthPoints,
  MoveOptions,
  PolicyOutcome,
  PolicyRequest,
  SightingSet,
  SkillBody,
} from './skill-body.ts';
import { SkillFailure } from './skill-failure.ts';

type ExecuteSkill = 'efferent_interfaces/action/ExecuteSkill';
type Trajectory = ActionTypes['control_msgs/action/FollowJointTrajectory']['Goal']['trajectory'];

/** Servers must answer within this, ms. */
const answerMs = 2000;
/** A motion may take this much longer than planned, s. */
const slackS = 4;
const driveLimitS = 80;
const pollS = 0.05;
/** The gripper counts as standing below this speed, m/s, for this long, s. */
const gripperRestMps = 0.004;
const gripperRestS = 0.2;
const gripperLimitS = 3;
/** The gripper has begun to move after this way, m, or will not any more after this time, s: it may wait for the driver's mode. */
const gripperMovedM = 0.003;
const gripperStartS = 1.2;

/** The body of one goal: everything that waits ends when `signal` aborts, and the robot then stands still. */
export class RosSkillBody implements SkillBody {
  readonly #link: RobotLink;
  readonly #signal: AbortSignal;
  readonly #goal: ServerGoalHandle<ExecuteSkill>;

  /** @param signal - aborts with a {@link SkillFailure} as its reason */
  constructor(link: RobotLink, goal: ServerGoalHandle<ExecuteSkill>, signal: AbortSignal) {
    this.#link = link;
    this.#goal = goal;
    this.#signal = signal;
  }

  get model() {
    return this.#link.model;
  }

  get map() {
    return this.#link.map;
  }

  get carried(): CarriedThing | undefined {
    return this.#link.carried;
  }

  set carried(thing: CarriedThing | undefined) {
    this.#link.carried = thing;
  }

  get openings(): ReadonlyMap<string, number> {
    return this.#link.openings;
  }

  rememberOpening(articulationId: string, position: number): void {
    this.#link.rememberOpening(articulationId, position);
  }

  nowS(): number {
    return this.#link.nowS();
  }

  actuatorPositions(): Float64Array {
    return this.#link.actuatorPositions();
  }

  position(actuator: string): number {
    return this.#link.position(actuator);
  }

  effort(actuator: string): number {
    return this.#link.effort(actuator);
  }

  sightings(): SightingSet {
    return this.#link.sightings();
  }

  depthPoints(): DepthPoints {
    return this.#link.depthPoints();
  }

  mapFromBase(): Transform {
    const mapFromBase = this.#link.mapFromFrame(this.#link.options.baseFrame);
    if (mapFromBase === undefined)
      throw new SkillFailure(
        'unavailable',
        'the robot does not know where it is: no transform from map to its base',
      );
    return mapFromBase;
  }

  async sleep(durationS: number): Promise<void> {
    await this.#waiting(this.#link.node.sleep(durationS * 1000, this.#signal));
  }

  async followPath(path: ActuatorPath, options: MoveOptions = {}): Promise<void> {
    await this.#follow(this.model.manifest.groups.arm ?? [], 'arm', path, options);
  }

  async moveActuators(targets: ActuatorTargets, options: MoveOptions = {}): Promise<void> {
    const start = this.actuatorPositions();
    const goal = start.slice();
    for (const [name, target] of Object.entries(targets)) {
      const index = this.model.actuatorIndex(name);
      const { lower, upper } = this.model.actuators[index]!;
      goal[index] = Math.max(lower, Math.min(upper, target));
    }
    const motions = Object.entries(this.model.manifest.groups).flatMap(([group, names]) => {
      const moved = names.filter((name) => name in targets);
      return moved.length === 0 ? [] : [this.#follow(moved, group, [start, goal], options)];
    });
    await Promise.all(motions);
  }

  async moveGripper(apertureM: number): Promise<void> {
    const { actuator } = this.model.manifest.gripper;
    const start = this.position(actuator);
    const { maxVelocity } = this.model.actuators[this.model.actuatorIndex(actuator)]!;
    // What is gripped blocks the way, so the controller's own verdict says nothing here.
    const motion = this.moveActuators({ [actuator]: apertureM }, { until: this.#gripperRests() });
    try {
      await motion;
    } catch (error) {
      if (!SkillFailure.isInstance(error) || error.code !== 'blocked') throw error;
    }
    await this.sleep(Math.min(gripperLimitS, Math.abs(start - apertureM) / maxVelocity < 0.1 ? 0.2 : 0.3));
  }

  /** Tells when the gripper has moved and then stood still for a while. */
  #gripperRests(): () => boolean {
    const { actuator } = this.model.manifest.gripper;
    let last = this.position(actuator);
    let lastS = this.nowS();
    let restS = 0;
    const startS = lastS;
    const start = last;
    let hasMoved = false;
    return () => {
      const nowS = this.nowS();
      const position = this.position(actuator);
      const speed = nowS > lastS ? Math.abs(position - last) / (nowS - lastS) : 0;
      hasMoved ||= Math.abs(position - start) > gripperMovedM || nowS - startS > gripperStartS;
      restS = hasMoved && speed < gripperRestMps ? restS + nowS - lastS : 0;
      last = position;
      lastS = nowS;
      return restS > gripperRestS;
    };
  }

  async driveTo(mapFromBaseGoal: Transform): Promise<void> {
    const [x, y, z] = mapFromBaseGoal.translation;
    const [qx, qy, qz, qw] = mapFromBaseGoal.rotation;
    const stamp = stampFromNs(this.#link.node.clock.nowNs());
    const { status, result } = await this.#call(
      this.#link.navigate,
      {
        pose: {
          header: { stamp, frame_id: this.#link.options.mapFrame },
          pose: { position: { x, y, z }, orientation: { x: qx, y: qy, z: qz, w: qw } },
        },
      },
      driveLimitS,
    );
    if (status === goalStatus.succeeded) return;
    const reason = result.error_msg === '' ? `error ${result.error_code}` : result.error_msg;
    const where = `${x.toFixed(2)}, ${y.toFixed(2)}`;
    throw new SkillFailure('blocked', `did not get to ${where}: ${reason}`);
  }

  sendBaseVelocity(linearMps: number, angularRadS: number): void {
    const stamp = stampFromNs(this.#link.node.clock.nowNs());
    this.#link.baseVelocity.publish({
      header: { stamp, frame_id: this.#link.options.baseFrame },
      twist: { linear: { x: linearMps }, angular: { z: angularRadS } },
    });
  }

  sendJog(velocities: ActuatorTargets): void {
    const stamp = stampFromNs(this.#link.node.clock.nowNs());
    this.#link.jog.publish({
      header: { stamp, frame_id: this.#link.options.baseFrame },
      joint_names: Object.keys(velocities),
      velocities: Float64Array.from(Object.values(velocities)),
      duration: pollS,
    });
  }

  async runPolicy(request: PolicyRequest): Promise<PolicyOutcome> {
    const [x, y, z] = request.mapFromThing.translation;
    const [qx, qy, qz, qw] = request.mapFromThing.rotation;
    const [sx, sy, sz] = request.sizeM;
    const stamp = stampFromNs(this.#link.node.clock.nowNs());
    const { result } = await this.#call(
      this.#link.runPolicy,
      {
        policy: request.policy,
        object_class: request.className,
        object_pose: {
          header: { stamp, frame_id: this.#link.options.mapFrame },
          pose: { position: { x, y, z }, orientation: { x: qx, y: qy, z: qz, w: qw } },
        },
        object_size: { x: sx, y: sy, z: sz },
        time_limit_s: request.timeLimitS,
      },
      request.timeLimitS + slackS,
      { onFeedback: ({ phase, step }) => this.report(phase, 0.6, `step ${step}`) },
    );
    return { success: result.success, failureCode: result.failure_code, message: result.message };
  }

  showPath(mapFromTool: readonly Transform[]): void {
    const header = {
      stamp: stampFromNs(this.#link.node.clock.nowNs()),
      frame_id: this.#link.options.mapFrame,
    };
    this.#link.plannedPath.publish({
      header,
      poses: mapFromTool.map(({ translation: [x, y, z], rotation: [qx, qy, qz, qw] }) => ({
        header,
        pose: { position: { x, y, z }, orientation: { x: qx, y: qy, z: qz, w: qw } },
      })),
    });
  }

  report(phase: string, progress: number, message = ''): void {
    this.#goal.publishFeedback({ phase, progress, message });
  }

  async #follow(
    names: readonly string[],
    group: string,
    path: ActuatorPath,
    options: MoveOptions,
  ): Promise<void> {
    const scale = this.#link.node.getParameter('arm_speed_scale') as number;
    const timed = timeJointPath(this.model, path, { speed: (options.speed ?? 1) * scale });
    if (timed.durationS < 1e-3) return;
    const indices = names.map((name) => this.model.actuatorIndex(name));
    const trajectory: Partially<Trajectory> = {
      joint_names: names,
      points: timed.positions.map((positions, i) => ({
        positions: Float64Array.from(indices, (index) => positions[index]!),
        velocities: Float64Array.from(indices, (index) => timed.velocities[i]![index]!),
        time_from_start: stampFromNs(secondsToNs(timed.timesS[i]!)),
      })),
    };
    const client = this.#link.groups.get(group)!;
    let endedEarly = false;
    const until = options.until && (() => (endedEarly ||= options.until?.() === true));
    const { status, result } = await this.#call(client, { trajectory }, timed.durationS + slackS, { until });
    if (status === goalStatus.succeeded || (status === goalStatus.canceled && endedEarly)) return;
    const reason = result.error_string === '' ? `error ${result.error_code}` : result.error_string;
    throw new SkillFailure('blocked', `the ${group} did not get to the end of its way: ${reason}`);
  }

  /** Sends a goal and waits for its end; cancels it when this goal ends first, `until` says so, or time is over. */
  async #call<A extends ActionTypeName>(
    client: ActionClient<A>,
    goal: Partially<ActionTypes[A]['Goal']>,
    limitS: number,
    more: {
      readonly until?: (() => boolean) | undefined;
      readonly onFeedback?: (feedback: ActionTypes[A]['Feedback']) => void;
    } = {},
  ): Promise<{ readonly status: number; readonly result: ActionTypes[A]['Result'] }> {
    this.#signal.throwIfAborted();
    const { node } = this.#link;
    let handle: Awaited<ReturnType<ActionClient<A>['sendGoal']>>;
    try {
      handle = await client.sendGoal(goal, {
        timeoutMs: answerMs,
        ...(more.onFeedback === undefined ? {} : { onFeedback: more.onFeedback }),
      });
    } catch (error) {
      throw new SkillFailure(
        'unavailable',
        `${client.actionName} does not answer: ${describeError(error)}`,
        error,
      );
    }
    if (!handle.accepted) {
      const reason = await whyNotServing(node, client.actionName);
      throw new SkillFailure(
        'unavailable',
        `${client.actionName} refused the goal; ${reason ?? 'it is busy or the goal is out of its limits'}`,
      );
    }
    const cancel = () => {
      handle.cancelGoal({ timeoutMs: answerMs }).catch((error: unknown) => {
        node.logger.warn('cancel-failed', { action: client.actionName, error: describeError(error) });
      });
    };
    this.#signal.addEventListener('abort', cancel, { once: true });
    const watch =
      more.until === undefined
        ? undefined
        : node.createTimer(
            secondsToNs(pollS),
            () => {
              if (more.until?.() !== true) return;
              watch?.cancel();
              cancel();
            },
            node.clock,
          );
    try {
      const ended = await handle.getResult({ timeoutMs: limitS * 1000 });
      this.#signal.throwIfAborted();
      return ended;
    } catch (error) {
      if (SkillFailure.isInstance(error)) throw error;
      cancel();
      throw new SkillFailure(
        'blocked',
        `${client.actionName} did not end within ${limitS.toFixed(0)} s: ${describeError(error)}`,
        error,
      );
    } finally {
      watch?.cancel();
      this.#signal.removeEventListener('abort', cancel);
    }
  }

  /** Turns the middleware's abort error into the reason of the abort. */
  async #waiting<T>(promise: Promise<T>): Promise<T> {
    try {
      return await promise;
    } catch (error) {
      if (this.#signal.aborted && EfferentError.isInstance(error)) this.#signal.throwIfAborted();
      throw error;
    }
  }
}
