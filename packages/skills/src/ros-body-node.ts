import { EfferentError, secondsToNs, type Transform } from '@efferent/core';
import type { ActionTypes } from '@efferent/interfaces';
import { timeJointPath } from '@efferent/robot';
import {
  type ActionClient,
  type ActionTypeName,
  goalStatus,
  type Partially,
  type ServerGoalHandle,
  stampFromNs,
} from '@efferent/ros';
import { type ActionCallOptions, callAction, type EndedGoal } from './action-call-node.ts';
import { gripperRests } from './gripper-rest.ts';
import { poseOf } from './mapping/goal-template.ts';
import { feedbackReader } from './mapping/result-rule.ts';
import { nav2Codes } from './mapping/server-codes.ts';
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
import { DriveFailure, SkillFailure } from './skill-failure.ts';
import type { UserServers } from './user-servers.ts';

type ExecuteSkill = 'efferent_interfaces/action/ExecuteSkill';
type NavigationResult = ActionTypes['nav2_msgs/action/NavigateToPose']['Result'];
type Trajectory = ActionTypes['control_msgs/action/FollowJointTrajectory']['Goal']['trajectory'];

/** A motion may take this much longer than planned, s. */
const slackS = 4;
const driveLimitS = 80;
/** Feedback of a drive is passed on this often at most, s. */
const feedbackPeriodS = 0.5;
const pollS = 0.05;
/** The gripper is waited for no longer than this, s. */
const gripperLimitS = 3;

/** The body of one goal: everything that waits ends when `signal` aborts, and the robot then stands still. */
export class RosSkillBody implements SkillBody {
  readonly #link: RobotLink;
  readonly #signal: AbortSignal;
  readonly #goal: ServerGoalHandle<ExecuteSkill>;
  readonly servers: UserServers;

  /** @param signal - aborts with a {@link SkillFailure} as its reason */
  constructor(link: RobotLink, goal: ServerGoalHandle<ExecuteSkill>, signal: AbortSignal) {
    this.#link = link;
    this.#goal = goal;
    this.#signal = signal;
    this.servers = link.servers.forGoal(signal);
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
    const motion = this.moveActuators({ [actuator]: apertureM }, { until: gripperRests(this) });
    try {
      await motion;
    } catch (error) {
      if (!SkillFailure.isInstance(error) || error.code !== 'blocked') throw error;
    }
    await this.sleep(Math.min(gripperLimitS, Math.abs(start - apertureM) / maxVelocity < 0.1 ? 0.2 : 0.3));
  }

  get armPlanner() {
    return this.#link.mapping.motions;
  }

  async driveTo(mapFromBaseGoal: Transform): Promise<void> {
    const [x, y] = mapFromBaseGoal.translation;
    const stamp = stampFromNs(this.#link.node.clock.nowNs());
    const drive = this.#link.drive;
    const read = feedbackReader({ remaining: 'distance_remaining' });
    let reportedS = this.nowS();
    const { status, result } = await this.#call(
      this.#link.navigate,
      {
        pose: {
          header: { stamp, frame_id: this.#link.options.mapFrame },
          pose: poseOf(mapFromBaseGoal),
        },
        behavior_tree: drive.behavior_tree ?? '',
      },
      drive.timeout_s ?? driveLimitS,
      {
        lateCode: 'time-out',
        serverWaitS: drive.server_wait_s,
        cancelWaitS: drive.cancel_wait_s,
        goalIdPrefix: this.#link.servers.goals.idPrefix,
        whenInDoubt: () => this.#link.servers.halt(drive.halt ?? [besideAction(drive.action, 'follow_path')]),
        onFeedback: (feedback) => {
          const { progress } = read(feedback);
          if (this.nowS() - reportedS < feedbackPeriodS) return;
          reportedS = this.nowS();
          this.report('drive', progress, `${feedback.distance_remaining.toFixed(1)} m left`);
        },
      },
    );
    if (status === goalStatus.succeeded) return;
    // Humble's result has no fields.
    const { error_code: number = 0, error_msg: said = '' }: Partial<NavigationResult> = result ?? {};
    const ending = status === goalStatus.canceled ? 'cancelled by somebody else' : 'aborted';
    const reason = said !== '' ? said : number !== 0 ? `error ${number}` : ending;
    const where = `${x.toFixed(2)}, ${y.toFixed(2)}`;
    throw new DriveFailure(
      drive.codes?.[number] ?? nav2Codes[number] ?? 'blocked',
      `did not get to ${where}: ${reason}`,
    );
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
    const [sx, sy, sz] = request.sizeM;
    const stamp = stampFromNs(this.#link.node.clock.nowNs());
    const { result } = await this.#call(
      this.#link.runPolicy,
      {
        policy: request.policy,
        object_class: request.className,
        object_pose: {
          header: { stamp, frame_id: this.#link.options.mapFrame },
          pose: poseOf(request.mapFromThing),
        },
        object_size: { x: sx, y: sy, z: sz },
        ...(request.supportM === undefined ? {} : { support_height: request.supportM }),
        time_limit_s: request.timeLimitS,
      },
      request.timeLimitS + slackS,
      { onFeedback: ({ phase, step }) => this.report(phase, 0.6, `step ${step}`) },
    );
    if (result === undefined)
      return { success: false, failureCode: 'policy-failed', message: 'the policy node gave no result' };
    return { success: result.success, failureCode: result.failure_code, message: result.message };
  }

  showPath(mapFromTool: readonly Transform[]): void {
    const header = {
      stamp: stampFromNs(this.#link.node.clock.nowNs()),
      frame_id: this.#link.options.mapFrame,
    };
    this.#link.plannedPath.publish({
      header,
      poses: mapFromTool.map((pose) => ({ header, pose: poseOf(pose) })),
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
    const { status, result, isEnough } = await this.#call(client, { trajectory }, timed.durationS + slackS, {
      isSlowed: () => this.#link.gate?.limits.includes('people') === true,
      ...(options.until === undefined ? {} : { until: options.until }),
    });
    if (status === goalStatus.succeeded || (status === goalStatus.canceled && isEnough)) return;
    const reason = result?.error_string || `error ${result?.error_code ?? 'unknown'}`;
    throw new SkillFailure('blocked', `the ${group} did not get to the end of its way: ${reason}`);
  }

  #call<A extends ActionTypeName>(
    client: ActionClient<A>,
    goal: Partially<ActionTypes[A]['Goal']>,
    limitS: number,
    more: Partial<ActionCallOptions<ActionTypes[A]['Feedback']>> = {},
  ): Promise<EndedGoal<ActionTypes[A]['Result']>> {
    return callAction(this.#link.node, client, goal, {
      signal: this.#signal,
      limitS,
      lateCode: 'blocked',
      ...more,
    });
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

/** Name of another action in the namespace of `action`. */
const besideAction = (action: string, name: string): string => action.replace(/[^/]*$/, name);
