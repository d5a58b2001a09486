import type { RobotModel } from './robot-model.ts';

/** Commands live this long after their stamp, s (docs/ros-graph.md). */
export const commandLifetimeS = 0.2;
/** Clocks of two processes may differ by this much, s. */
const futureToleranceS = 0.05;
const maxPoints = 32;

/** Why a command was refused. */
export type RejectReason =
  | 'old-stamp'
  | 'future-stamp'
  | 'not-finite'
  | 'unknown-joint'
  | 'duplicate-joint'
  | 'wrong-length'
  | 'empty'
  | 'unordered-points'
  | 'beyond-horizon';

/** What the gate reads of a `trajectory_msgs/msg/JointTrajectoryPoint`. */
export interface TrajectoryPointInput {
  readonly positions: ArrayLike<number>;
  readonly velocities: ArrayLike<number>;
  readonly time_from_start: { readonly sec: number; readonly nanosec: number };
}

/** One actuator's newest command of one source. Times are ROS seconds. */
export class JointCommand {
  mode: 'none' | 'trajectory' | 'jog' = 'none';
  expiresS = 0;
  velocity = 0;
  count = 0;
  readonly timesS = new Float64Array(maxPoints + 1);
  readonly positions = new Float64Array(maxPoints + 1);
  /** Velocity at the last point, from the message or from how the last point moves between messages. */
  endVelocity = 0;
  /** Where {@link JointCommand.sample} leaves its answer. */
  targetPosition = 0;
  targetVelocity = 0;

  get endPosition(): number {
    return this.positions[this.count - 1] as number;
  }

  isFresh(nowS: number): boolean {
    return this.mode !== 'none' && nowS <= this.expiresS;
  }

  /** Interpolates the trajectory at `nowS` into `targetPosition` and `targetVelocity`. Does not allocate. */
  sample(nowS: number): void {
    const last = this.count - 1;
    if (nowS >= (this.timesS[last] as number)) {
      this.targetPosition = this.positions[last] as number;
      this.targetVelocity = 0;
      return;
    }
    let i = 1;
    while ((this.timesS[i] as number) <= nowS) i++;
    const span = (this.timesS[i] as number) - (this.timesS[i - 1] as number);
    const rise = (this.positions[i] as number) - (this.positions[i - 1] as number);
    const t = Math.max(0, nowS - (this.timesS[i - 1] as number)) / span;
    this.targetPosition = (this.positions[i - 1] as number) + rise * t;
    this.targetVelocity = rise / span;
  }
}

/** The newest commands of one source, checked on arrival. */
export class SourceInputs {
  readonly joints: readonly JointCommand[];
  twistExpiresS = Number.NEGATIVE_INFINITY;
  linearMps = 0;
  angularRadS = 0;
  /** ROS seconds of the newest accepted command. */
  lastAcceptedS = Number.NEGATIVE_INFINITY;
  readonly #model: RobotModel;
  readonly #indices: Int32Array;

  constructor(model: RobotModel) {
    this.#model = model;
    this.joints = model.actuators.map(() => new JointCommand());
    this.#indices = new Int32Array(model.actuators.length);
  }

  hasFreshTwist(nowS: number): boolean {
    return nowS <= this.twistExpiresS;
  }

  isFresh(nowS: number): boolean {
    if (this.hasFreshTwist(nowS)) return true;
    for (let i = 0; i < this.joints.length; i++)
      if ((this.joints[i] as JointCommand).isFresh(nowS)) return true;
    return false;
  }

  clear(): void {
    this.twistExpiresS = Number.NEGATIVE_INFINITY;
    for (const joint of this.joints) joint.mode = 'none';
  }

  acceptTwist(
    stampS: number,
    linearMps: number,
    angularRadS: number,
    nowS: number,
  ): RejectReason | undefined {
    const wrongStamp = checkStamp(stampS, nowS);
    if (wrongStamp !== undefined) return wrongStamp;
    if (!Number.isFinite(linearMps) || !Number.isFinite(angularRadS)) return 'not-finite';
    this.linearMps = linearMps;
    this.angularRadS = angularRadS;
    this.twistExpiresS = stampS + commandLifetimeS;
    this.lastAcceptedS = nowS;
    return undefined;
  }

  acceptJog(
    stampS: number,
    names: readonly string[],
    velocities: ArrayLike<number>,
    nowS: number,
  ): RejectReason | undefined {
    const wrong = checkStamp(stampS, nowS) ?? this.#resolve(names);
    if (wrong !== undefined) return wrong;
    if (velocities.length !== names.length) return 'wrong-length';
    if (!allFinite(velocities)) return 'not-finite';
    for (let i = 0; i < names.length; i++) {
      const joint = this.joints[this.#indices[i] as number] as JointCommand;
      joint.mode = 'jog';
      joint.velocity = velocities[i] as number;
      joint.expiresS = stampS + commandLifetimeS;
    }
    this.lastAcceptedS = nowS;
    return undefined;
  }

  /** @param setPoints - where each actuator's set-point is now: the trajectory starts there */
  acceptTrajectory(
    stampS: number,
    names: readonly string[],
    points: readonly TrajectoryPointInput[],
    nowS: number,
    setPoints: Float64Array,
  ): RejectReason | undefined {
    const wrong = checkStamp(stampS, nowS) ?? this.#resolve(names) ?? checkPoints(points, names.length);
    if (wrong !== undefined) return wrong;
    const first = points[0] as TrajectoryPointInput;
    const startS = Math.min(nowS, stampS + durationS(first) - 1e-3);
    for (let i = 0; i < names.length; i++) {
      const index = this.#indices[i] as number;
      const joint = this.joints[index] as JointCommand;
      const streaming = joint.mode === 'trajectory' && joint.isFresh(nowS);
      const previousEnd = joint.endPosition;
      const previousEndS = joint.timesS[joint.count - 1] as number;
      joint.mode = 'trajectory';
      joint.timesS[0] = startS;
      joint.positions[0] = setPoints[index] as number;
      let count = 1;
      for (const point of points) {
        joint.timesS[count] = stampS + durationS(point);
        joint.positions[count] = point.positions[i] as number;
        count++;
      }
      joint.count = count;
      const last = points[points.length - 1] as TrajectoryPointInput;
      const elapsedS = (joint.timesS[count - 1] as number) - previousEndS;
      if (last.velocities.length > 0) joint.endVelocity = last.velocities[i] as number;
      else
        joint.endVelocity = streaming && elapsedS > 1e-4 ? (joint.endPosition - previousEnd) / elapsedS : 0;
      joint.expiresS = stampS + commandLifetimeS;
    }
    this.lastAcceptedS = nowS;
    return undefined;
  }

  #resolve(names: readonly string[]): RejectReason | undefined {
    if (names.length === 0) return 'empty';
    if (names.length > this.#indices.length) return 'duplicate-joint';
    for (let i = 0; i < names.length; i++) {
      const index = this.#model.findActuator(names[i] as string);
      if (index < 0) return 'unknown-joint';
      for (let j = 0; j < i; j++) if (this.#indices[j] === index) return 'duplicate-joint';
      this.#indices[i] = index;
    }
    return undefined;
  }
}

function checkStamp(stampS: number, nowS: number): RejectReason | undefined {
  if (!Number.isFinite(stampS) || stampS < nowS - commandLifetimeS) return 'old-stamp';
  return stampS > nowS + futureToleranceS ? 'future-stamp' : undefined;
}

function checkPoints(points: readonly TrajectoryPointInput[], joints: number): RejectReason | undefined {
  if (points.length === 0) return 'empty';
  if (points.length > maxPoints) return 'beyond-horizon';
  let previousS = 0;
  for (const point of points) {
    const timeS = durationS(point);
    if (point.positions.length !== joints) return 'wrong-length';
    if (point.velocities.length !== 0 && point.velocities.length !== joints) return 'wrong-length';
    if (!allFinite(point.positions) || !allFinite(point.velocities) || !Number.isFinite(timeS))
      return 'not-finite';
    if (timeS <= previousS && point !== points[0]) return 'unordered-points';
    if (timeS < 0) return 'unordered-points';
    if (timeS > commandLifetimeS + 1e-6) return 'beyond-horizon';
    previousS = timeS;
  }
  return undefined;
}

const durationS = (point: TrajectoryPointInput): number =>
  point.time_from_start.sec + point.time_from_start.nanosec * 1e-9;

function allFinite(values: ArrayLike<number>): boolean {
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) return false;
  return true;
}
