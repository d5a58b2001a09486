import { clamp } from '@efferent/core';
import { DriverPoseCodec, jointFromActuator, type RobotModel } from '@efferent/robot';
import type { RobotPlant } from './robot-plant.ts';

export type DriverMode = 'position' | 'navigation' | 'trajectory' | 'homing' | 'stowing' | 'runstopped';

/**
 * Faults of the real driver that can be switched on; each is an open issue of stretch_ros2 (see reference numbers there).
 *
 * - `mode-services-hang`: after a refused trajectory no mode service answers (190)
 * - `drop-joint-goals`: joint goals are dropped without an error in navigation mode (128)
 * - `teleop-wedges-trajectory`: `cmd_vel` in trajectory mode makes the action server refuse everything (85)
 * - `stop-keeps-goals`: `stop_the_robot` stops the motion but leaves the goal active (188)
 */
export const driverFaults = [
  'mode-services-hang',
  'drop-joint-goals',
  'teleop-wedges-trajectory',
  'stop-keeps-goals',
] as const;
export type DriverFault = (typeof driverFaults)[number];

/** What a driver service answers. */
export interface DriverReply {
  readonly success: boolean;
  readonly message: string;
}

/** Why a `follow_joint_trajectory` goal is refused; numbers of control_msgs/action/FollowJointTrajectory. */
export const trajectoryError = { successful: 0, invalidGoal: -1, invalidJoints: -2, oldHeader: -3 } as const;

/** One goal of `follow_joint_trajectory` in plain numbers. */
export interface DriverGoal {
  readonly jointNames: readonly string[];
  readonly points: readonly { readonly positions: ArrayLike<number>; readonly timeFromStartS: number }[];
  readonly isStamped: boolean;
}

export interface DriverOutcome {
  readonly errorCode: number;
  readonly message: string;
}

interface ActiveGoal {
  readonly goal: DriverGoal;
  readonly isTimed: boolean;
  readonly startedS: number;
  readonly finish: (outcome: DriverOutcome) => void;
  point: number;
}

/** A joint goal is reached within this, m or rad. */
const goalTolerance = 0.004;
/** A point that is not reached within this fails the goal, s. */
const pointTimeoutS = 20;
/** Base increments in position mode: speed at a distance, 1/s, and what counts as there, m or rad. */
const incrementGain = 2;

/** What the driver calls the extension of the arm as a whole in goals. */
const wholeArmJoint = 'joint_arm';
const translateJoint = 'translate_mobile_base';
const rotateJoint = 'rotate_mobile_base';

/**
 * Emulates Hello Robot's `stretch_driver`: its modes, timeouts and refusals, over a plant.
 * Pure logic: times come in as seconds, replies go out through callbacks. Source: stretch_ros2, commit b77baa1.
 */
export class StretchDriver {
  readonly #model: RobotModel;
  readonly #plant: RobotPlant;
  readonly #faults: ReadonlySet<DriverFault>;
  readonly #codec: DriverPoseCodec;
  #mode: DriverMode = 'position';
  #modeBeforeStop: DriverMode = 'position';
  #isStreaming = false;
  #isHomed = true;
  #lastTwistS = Number.NEGATIVE_INFINITY;
  #lastGoalS = Number.NEGATIVE_INFINITY;
  #active: ActiveGoal | undefined;
  #isWedged = false;
  #isHanging = false;
  /** Base increments still to go in position mode, m and rad. */
  #increment = { linear: 0, angular: 0 };

  constructor(model: RobotModel, plant: RobotPlant, faults: ReadonlySet<DriverFault>) {
    this.#model = model;
    this.#plant = plant;
    this.#faults = faults;
    this.#codec = new DriverPoseCodec(model);
  }

  get mode(): DriverMode {
    return this.#mode;
  }

  get isHomed(): boolean {
    return this.#isHomed;
  }

  get isRunstopped(): boolean {
    return this.#mode === 'runstopped';
  }

  /** Number of values that `joint_pose_cmd` must have. */
  get poseLength(): number {
    return this.#codec.length;
  }

  /** Forgets goals and commands; after a reset of the world. */
  reset(): void {
    this.#end({ errorCode: trajectoryError.invalidGoal, message: 'the simulation was reset' });
    this.#mode = 'position';
    this.#isStreaming = false;
    this.#isWedged = false;
    this.#isHanging = false;
    this.#increment = { linear: 0, angular: 0 };
    this.#plant.hold();
  }

  /** Answers a mode service; undefined when it hangs, as the real one can. */
  switchMode(mode: 'position' | 'navigation' | 'trajectory'): DriverReply | undefined {
    if (this.#isHanging) return undefined;
    if (this.#mode === 'runstopped') return { success: false, message: 'the robot is runstopped' };
    if (this.#mode === 'homing' || this.#mode === 'stowing')
      return { success: false, message: `the robot is ${this.#mode}` };
    if (mode !== this.#mode) {
      this.#end({ errorCode: trajectoryError.invalidGoal, message: `switched to ${mode} mode` });
      this.#isStreaming = false;
      this.#plant.hold();
    }
    this.#mode = mode;
    return { success: true, message: `Now in ${mode} mode.` };
  }

  setStreaming(isStreaming: boolean): DriverReply {
    if (isStreaming && this.#mode !== 'position' && this.#mode !== 'navigation') {
      return {
        success: false,
        message: `streaming needs position or navigation mode, the mode is ${this.#mode}`,
      };
    }
    this.#isStreaming = isStreaming;
    return {
      success: true,
      message: isStreaming ? 'Activated streaming position.' : 'Deactivated streaming position.',
    };
  }

  /** Takes a `cmd_vel`. */
  commandTwist(linear: number, angular: number, nowS: number): void {
    if (this.#mode === 'trajectory' && this.#faults.has('teleop-wedges-trajectory')) this.#isWedged = true;
    if (this.#mode !== 'navigation' || !Number.isFinite(linear) || !Number.isFinite(angular)) return;
    this.#lastTwistS = nowS;
    this.#plant.baseTarget = { linear, angular };
  }

  /** Takes a `joint_pose_cmd`; returns why it was ignored, or undefined. */
  commandPose(pose: ArrayLike<number>): string | undefined {
    if (!this.#isStreaming) return 'streaming positions are not activated';
    if (pose.length !== this.#codec.length)
      return `expected ${this.#codec.length} values, got ${pose.length}`;
    for (let i = 0; i < pose.length; i++) if (!Number.isFinite(pose[i])) return `value ${i} is not a number`;
    if (this.#mode !== 'position' && this.#mode !== 'navigation') return `the mode is ${this.#mode}`;
    this.#codec.decode(pose, this.#plant.targets);
    return undefined;
  }

  setRunstop(isStopped: boolean): DriverReply {
    if (isStopped && this.#mode !== 'runstopped') {
      this.#modeBeforeStop = this.#mode === 'homing' || this.#mode === 'stowing' ? 'position' : this.#mode;
      this.#end({ errorCode: trajectoryError.invalidGoal, message: 'runstop' });
      this.#mode = 'runstopped';
      this.#isStreaming = false;
      this.#plant.hold();
    } else if (!isStopped && this.#mode === 'runstopped') {
      this.#mode = this.#modeBeforeStop;
      this.#plant.hold();
    }
    return { success: true, message: `is_runstopped: ${isStopped}` };
  }

  stopTheRobot(): DriverReply {
    this.#plant.hold();
    this.#increment = { linear: 0, angular: 0 };
    if (!this.#faults.has('stop-keeps-goals'))
      this.#end({ errorCode: trajectoryError.invalidGoal, message: 'stop_the_robot' });
    return { success: true, message: 'Stopped the robot.' };
  }

  /** Drives to a pose of the manifest in `homing` or `stowing` mode; `done` gets the reply at the end. */
  moveToPose(mode: 'homing' | 'stowing', nowS: number, done: (reply: DriverReply) => void): void {
    if (this.#mode === 'runstopped') {
      done({ success: false, message: 'the robot is runstopped' });
      return;
    }
    const pose = this.#model.namedPose(
      mode === 'homing' ? 'home' : 'stow',
      this.#plant.state.actuatorPositions,
    );
    const before = this.#mode === 'homing' || this.#mode === 'stowing' ? 'position' : this.#mode;
    this.#end({ errorCode: trajectoryError.invalidGoal, message: `${mode} began` });
    this.#mode = mode;
    this.#isStreaming = false;
    this.#plant.hold();
    const jointNames = this.#model.actuators.map(({ name }) => name);
    this.#active = {
      goal: { jointNames, points: [{ positions: pose, timeFromStartS: 0 }], isStamped: false },
      isTimed: false,
      startedS: nowS,
      point: -1,
      finish: ({ errorCode, message }) => {
        if (this.#mode === mode) this.#mode = before;
        if (mode === 'homing' && errorCode === trajectoryError.successful) this.#isHomed = true;
        done({ success: errorCode === trajectoryError.successful, message });
      },
    };
  }

  /** Tells why a new goal must be refused at once, or undefined. */
  refuseGoal(goal: DriverGoal, nowS: number): DriverOutcome | undefined {
    const sinceS = nowS - this.#lastGoalS;
    if (this.#isWedged)
      return { errorCode: trajectoryError.invalidGoal, message: 'the action server is wedged' };
    if (sinceS < this.#model.mobile.driver.min_goal_spacing_s) {
      return {
        errorCode: trajectoryError.invalidGoal,
        message: `goals must be 0.2 s apart, got ${sinceS.toFixed(3)} s`,
      };
    }
    this.#lastGoalS = nowS;
    if (!['position', 'navigation', 'trajectory'].includes(this.#mode)) {
      return {
        errorCode: trajectoryError.invalidGoal,
        message: `cannot execute goals while in ${this.#mode} mode`,
      };
    }
    const unknown = goal.jointNames.find((name) => !this.#isKnown(name));
    if (unknown !== undefined)
      return { errorCode: trajectoryError.invalidJoints, message: `unknown joint "${unknown}"` };
    if (goal.jointNames.includes(translateJoint) && goal.jointNames.includes(rotateJoint)) {
      return {
        errorCode: trajectoryError.invalidJoints,
        message: `${translateJoint} and ${rotateJoint} exclude each other`,
      };
    }
    if (this.#mode !== 'trajectory')
      return goal.points.length > 0
        ? undefined
        : { errorCode: trajectoryError.invalidGoal, message: 'no points' };
    if (goal.isStamped)
      return { errorCode: trajectoryError.oldHeader, message: 'the header stamp must be 0' };
    if (goal.points.length < 2) return this.#refuseTrajectory('trajectory mode needs at least two points');
    return this.#startsHere(goal)
      ? undefined
      : this.#refuseTrajectory("first waypoint doesn't match the robot");
  }

  /** Starts a goal that was not refused; it preempts the one before. `finish` gets the outcome. */
  startGoal(goal: DriverGoal, nowS: number, finish: (outcome: DriverOutcome) => void): void {
    if (this.#mode === 'navigation' && this.#faults.has('drop-joint-goals')) {
      finish({ errorCode: trajectoryError.successful, message: '' });
      return;
    }
    this.#end({ errorCode: trajectoryError.invalidGoal, message: 'preempted by a new goal' });
    this.#active = { goal, isTimed: this.#mode === 'trajectory', startedS: nowS, finish, point: -1 };
  }

  cancelGoal(): void {
    this.#end({ errorCode: trajectoryError.invalidGoal, message: 'canceled' });
    this.#plant.hold();
  }

  /** Runs before each physics step: deadman, goals, base increments. */
  tick(nowS: number): void {
    if (this.#mode === 'navigation') {
      const isStale = nowS - this.#lastTwistS > this.#model.mobile.driver.cmd_vel_timeout_s;
      const { linear, angular } = this.#plant.baseTarget;
      if (isStale && (linear !== 0 || angular !== 0)) this.#plant.baseTarget = { linear: 0, angular: 0 };
    }
    if (this.#active !== undefined) this.#follow(this.#active, nowS);
    if (this.#increment.linear !== 0 || this.#increment.angular !== 0) this.#driveIncrement();
  }

  #follow(active: ActiveGoal, nowS: number): void {
    const { points } = active.goal;
    if (active.isTimed) {
      this.#followTimed(active, nowS);
      return;
    }
    if (active.point < 0) this.#aimAt(active, 0);
    else if (this.#isAt(active)) {
      if (active.point + 1 < points.length) this.#aimAt(active, active.point + 1);
      else this.#end({ errorCode: trajectoryError.successful, message: '' });
    } else if (nowS - active.startedS > pointTimeoutS * points.length) {
      this.#end({ errorCode: -5, message: 'the goal was not reached in time' });
    }
  }

  #followTimed(active: ActiveGoal, nowS: number): void {
    const { points, jointNames } = active.goal;
    const elapsedS = nowS - active.startedS;
    const next = points.findIndex((p) => p.timeFromStartS > elapsedS);
    const last = points.length - 1;
    const to = points[next < 0 ? last : next];
    const from = points[next < 0 ? last : Math.max(0, next - 1)];
    if (to === undefined || from === undefined) return;
    const spanS = to.timeFromStartS - from.timeFromStartS;
    const t = spanS > 0 ? clamp((elapsedS - from.timeFromStartS) / spanS, 0, 1) : 1;
    jointNames.forEach((name, j) => {
      const a = from.positions[j] as number;
      this.#setTarget(name, a + t * ((to.positions[j] as number) - a));
    });
    active.point = next < 0 ? last : next;
    if (next < 0 && this.#isAt(active)) this.#end({ errorCode: trajectoryError.successful, message: '' });
    else if (next < 0 && elapsedS > (points[last]?.timeFromStartS ?? 0) + pointTimeoutS) {
      this.#end({ errorCode: -5, message: 'the goal was not reached in time' });
    }
  }

  #aimAt(active: ActiveGoal, index: number): void {
    active.point = index;
    const point = active.goal.points[index];
    active.goal.jointNames.forEach((name, j) => {
      const position = point?.positions[j] ?? 0;
      if (name === translateJoint) this.#increment = { linear: position, angular: 0 };
      else if (name === rotateJoint) this.#increment = { linear: 0, angular: position };
      else this.#setTarget(name, position);
    });
  }

  #isAt(active: ActiveGoal): boolean {
    if (this.#increment.linear !== 0 || this.#increment.angular !== 0) return false;
    return active.goal.jointNames.every((name) => {
      const index = this.#actuatorOf(name);
      if (index < 0) return true;
      const { actuatorPositions, actuatorVelocities, actuatorEfforts } = this.#plant.state;
      const error = Math.abs((this.#plant.targets[index] as number) - (actuatorPositions[index] as number));
      // A closed gripper leans on what it holds; that is its goal reached.
      return (
        error < goalTolerance || ((actuatorVelocities[index] as number) === 0 && actuatorEfforts[index] !== 0)
      );
    });
  }

  #setTarget(name: string, position: number): void {
    const index = this.#actuatorOf(name);
    const actuator = this.#model.actuators[index];
    if (actuator === undefined) return;
    const isJoint = actuator.name !== name && actuator.mapping === 'aperture';
    const value = isJoint ? 2 * actuator.fingerLengthM * Math.sin(position) : position;
    this.#plant.targets[index] = clamp(value, actuator.lower, actuator.upper);
  }

  /** Actuator that a name of a goal moves: its own name, the driver's for the whole arm, or a joint of the gripper. */
  #actuatorOf(name: string): number {
    const index = this.#model.findActuator(
      name === wholeArmJoint ? (this.#model.manifest.arm?.extension ?? name) : name,
    );
    if (index >= 0) return index;
    const joint = this.#model.jointNames.indexOf(name);
    return joint < 0
      ? -1
      : this.#model.actuators.findIndex((a) => a.mapping === 'aperture' && a.jointIndices.includes(joint));
  }

  #isKnown(name: string): boolean {
    return name === translateJoint || name === rotateJoint || this.#actuatorOf(name) >= 0;
  }

  #startsHere(goal: DriverGoal): boolean {
    return goal.jointNames.every((name, j) => {
      const index = this.#actuatorOf(name);
      const actuator = this.#model.actuators[index];
      if (actuator === undefined) return true;
      const now = this.#plant.state.actuatorPositions[index] as number;
      const position = actuator.name === name ? now : jointFromActuator(actuator, now);
      return Math.abs(position - (goal.points[0]?.positions[j] ?? Number.NaN)) < 0.05;
    });
  }

  #refuseTrajectory(message: string): DriverOutcome {
    if (this.#faults.has('mode-services-hang')) this.#isHanging = true;
    return { errorCode: trajectoryError.invalidGoal, message };
  }

  #driveIncrement(): void {
    const { linear, angular } = this.#plant.state;
    const increment = this.#increment;
    increment.linear -= linear * this.#plant.physics.dtS;
    increment.angular -= angular * this.#plant.physics.dtS;
    if (Math.abs(increment.linear) < goalTolerance && Math.abs(increment.angular) < goalTolerance) {
      this.#increment = { linear: 0, angular: 0 };
      this.#plant.baseTarget = { linear: 0, angular: 0 };
      return;
    }
    this.#plant.baseTarget = {
      linear: increment.linear * incrementGain,
      angular: increment.angular * incrementGain,
    };
  }

  #end(outcome: DriverOutcome): void {
    const active = this.#active;
    this.#active = undefined;
    this.#increment = { linear: 0, angular: 0 };
    active?.finish(outcome);
  }
}
