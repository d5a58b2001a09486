import type { Actuator } from './actuator.ts';
import { interpolateCubic } from './joint-trajectory.ts';
import type { RobotModel } from './robot-model.ts';

/** Numbers of control_msgs/action/FollowJointTrajectory. */
export const trajectoryErrorCode = {
  successful: 0,
  invalidGoal: -1,
  invalidJoints: -2,
  oldHeaderTimestamp: -3,
  pathToleranceViolated: -4,
  goalToleranceViolated: -5,
} as const;

/** Tolerances when a goal gives none: of the way and of the end, m and rad; and how long the end may take, s. */
const defaultPathTolerance = { m: 0.1, rad: 0.5 } as const;
const defaultGoalTolerance = { m: 0.008, rad: 0.03 } as const;
const defaultGoalTimeToleranceS = 2;

interface StampInput {
  readonly sec: number;
  readonly nanosec: number;
}

/** What is read of a `control_msgs/action/FollowJointTrajectory` goal. */
export interface TrajectoryGoalInput {
  readonly trajectory: {
    readonly header: { readonly stamp: StampInput };
    readonly joint_names: readonly string[];
    readonly points: readonly {
      readonly positions: ArrayLike<number>;
      readonly velocities: ArrayLike<number>;
      readonly time_from_start: StampInput;
    }[];
  };
  readonly path_tolerance: readonly { readonly name: string; readonly position: number }[];
  readonly goal_tolerance: readonly { readonly name: string; readonly position: number }[];
  readonly goal_time_tolerance: StampInput;
}

export interface GoalRefusal {
  readonly errorCode: number;
  readonly errorString: string;
}

/** A checked goal; positions by joint of the goal, m or rad; times in s from `startS`. */
export class TrajectoryGoal {
  readonly jointNames: readonly string[];
  readonly actuators: readonly Actuator[];
  /** Indices into `model.actuators`. */
  readonly indices: readonly number[];
  /** ROS time at which the trajectory starts, s. */
  readonly startS: number;
  readonly durationS: number;
  readonly pathTolerances: readonly number[];
  readonly goalTolerances: readonly number[];
  readonly goalTimeToleranceS: number;
  readonly #timesS: readonly number[];
  readonly #positions: readonly Float64Array[];
  readonly #velocities: readonly Float64Array[];

  private constructor(
    goal: TrajectoryGoalInput,
    model: RobotModel,
    startS: number,
    points: {
      readonly timesS: number[];
      readonly positions: Float64Array[];
      readonly velocities: Float64Array[];
    },
  ) {
    this.jointNames = goal.trajectory.joint_names;
    this.indices = this.jointNames.map((name) => model.actuatorIndex(name));
    this.actuators = this.indices.map((index) => model.actuators[index] as Actuator);
    this.startS = startS;
    this.#timesS = points.timesS;
    this.#positions = points.positions;
    this.#velocities = points.velocities;
    this.durationS = points.timesS.at(-1) ?? 0;
    this.pathTolerances = tolerances(this.actuators, goal.path_tolerance, defaultPathTolerance);
    this.goalTolerances = tolerances(this.actuators, goal.goal_tolerance, defaultGoalTolerance);
    const givenS = seconds(goal.goal_time_tolerance);
    this.goalTimeToleranceS = givenS === 0 ? defaultGoalTimeToleranceS : givenS;
  }

  /**
   * Checks a goal for one group.
   *
   * @param startPositions,startVelocities - set-points now, order of `model.actuators`: where the trajectory sets out
   * @param nowS - ROS time, s
   */
  static check(
    goal: TrajectoryGoalInput,
    model: RobotModel,
    group: readonly string[],
    nowS: number,
    startPositions: Float64Array,
    startVelocities: Float64Array,
  ): TrajectoryGoal | GoalRefusal {
    const { joint_names: names, points, header } = goal.trajectory;
    const wrongNames = checkNames(names, group);
    if (wrongNames !== undefined)
      return { errorCode: trajectoryErrorCode.invalidJoints, errorString: wrongNames };
    const wrongPoints = checkPoints(goal, model);
    if (wrongPoints !== undefined)
      return { errorCode: trajectoryErrorCode.invalidGoal, errorString: wrongPoints };
    const stampS = seconds(header.stamp);
    const startS = stampS === 0 ? nowS : stampS;
    const lastS = seconds(points.at(-1)?.time_from_start ?? { sec: 0, nanosec: 0 });
    if (startS + lastS < nowS - 1e-3) {
      return {
        errorCode: trajectoryErrorCode.oldHeaderTimestamp,
        errorString: `the trajectory ended ${(nowS - startS - lastS).toFixed(2)} s ago`,
      };
    }
    return new TrajectoryGoal(
      goal,
      model,
      startS,
      supportPoints(goal, model, startPositions, startVelocities),
    );
  }

  /** Writes the wished positions and velocities at `timeS` after the start, cubic between points; at rest after the end. */
  sample(timeS: number, positions: Float64Array, velocities: Float64Array): void {
    const last = this.#timesS.length - 1;
    if (timeS >= this.durationS) {
      positions.set(this.#positions[last] as Float64Array);
      velocities.fill(0);
      return;
    }
    let i = 1;
    while (i < last && (this.#timesS[i] as number) <= timeS) i++;
    const span = (this.#timesS[i] as number) - (this.#timesS[i - 1] as number);
    const t = Math.max(0, (timeS - (this.#timesS[i - 1] as number)) / span);
    for (let j = 0; j < this.indices.length; j++) {
      const from = this.#positions[i - 1]?.[j] as number;
      const to = this.#positions[i]?.[j] as number;
      const fromTangent = (this.#velocities[i - 1]?.[j] as number) * span;
      const toTangent = (this.#velocities[i]?.[j] as number) * span;
      const position = interpolateCubic(from, fromTangent, to, toTangent, t);
      const ahead = interpolateCubic(from, fromTangent, to, toTangent, t + 1e-4);
      positions[j] = position;
      velocities[j] = (ahead - position) / (1e-4 * span);
    }
  }
}

const seconds = (stamp: StampInput): number => stamp.sec + stamp.nanosec * 1e-9;

function checkNames(names: readonly string[], group: readonly string[]): string | undefined {
  if (names.length === 0) return 'the goal names no joints';
  const unknown = names.find((name) => !group.includes(name));
  if (unknown !== undefined) return `"${unknown}" is not of this group; it has ${group.join(', ')}`;
  return new Set(names).size === names.length ? undefined : 'a joint is named twice';
}

function checkPoints(goal: TrajectoryGoalInput, model: RobotModel): string | undefined {
  const { joint_names: names, points } = goal.trajectory;
  if (points.length === 0) return 'the trajectory has no points';
  let previousS = -1e-9;
  for (const [i, point] of points.entries()) {
    const timeS = seconds(point.time_from_start);
    if (!(timeS > previousS))
      return `points[${i}].time_from_start ${timeS} s does not come after the one before`;
    previousS = timeS;
    if (point.positions.length !== names.length)
      return `points[${i}] has ${point.positions.length} positions for ${names.length} joints`;
    if (point.velocities.length !== 0 && point.velocities.length !== names.length) {
      return `points[${i}] has ${point.velocities.length} velocities for ${names.length} joints`;
    }
    for (const [j, name] of names.entries()) {
      const position = point.positions[j] as number;
      const { lower, upper } = model.actuators[model.actuatorIndex(name)] as Actuator;
      if (!(position >= lower - 1e-6 && position <= upper + 1e-6)) {
        return `points[${i}]: ${name} at ${position}, outside ${lower}..${upper}`;
      }
      if (point.velocities.length > 0 && !Number.isFinite(point.velocities[j]))
        return `points[${i}]: ${name} has no finite velocity`;
    }
  }
  return undefined;
}

/** The goal's points behind the present set-point; missing velocities are those of a smooth curve through the points. */
function supportPoints(
  goal: TrajectoryGoalInput,
  model: RobotModel,
  startPositions: Float64Array,
  startVelocities: Float64Array,
) {
  const { joint_names: names, points } = goal.trajectory;
  const indices = names.map((name) => model.actuatorIndex(name));
  const timesS: number[] = [];
  const positions: Float64Array[] = [];
  const given: (ArrayLike<number> | undefined)[] = [];
  const firstS = seconds((points[0] as (typeof points)[number]).time_from_start);
  if (firstS > 0) {
    timesS.push(0);
    positions.push(Float64Array.from(indices, (index) => startPositions[index] as number));
    given.push(Float64Array.from(indices, (index) => startVelocities[index] as number));
  }
  for (const point of points) {
    timesS.push(seconds(point.time_from_start));
    positions.push(Float64Array.from(point.positions));
    given.push(point.velocities.length > 0 ? point.velocities : undefined);
  }
  const velocities = positions.map((position, i) =>
    Float64Array.from(given[i] ?? smoothVelocities(timesS, positions, i, position.length)),
  );
  return { timesS, positions, velocities };
}

/** Central differences, 0 at the ends and where a joint turns back (monotone: no overshoot between points). */
function smoothVelocities(
  timesS: readonly number[],
  positions: readonly Float64Array[],
  i: number,
  count: number,
): Float64Array {
  const result = new Float64Array(count);
  const [before, at, after] = [positions[i - 1], positions[i], positions[i + 1]];
  if (before === undefined || at === undefined || after === undefined) return result;
  for (let j = 0; j < count; j++) {
    const left =
      ((at[j] as number) - (before[j] as number)) / ((timesS[i] as number) - (timesS[i - 1] as number));
    const right =
      ((after[j] as number) - (at[j] as number)) / ((timesS[i + 1] as number) - (timesS[i] as number));
    result[j] = left * right <= 0 ? 0 : (2 * left * right) / (left + right);
  }
  return result;
}

/** One tolerance an actuator: 0 means the default, negative means none. @see control_msgs/msg/JointTolerance */
function tolerances(
  actuators: readonly Actuator[],
  given: readonly { readonly name: string; readonly position: number }[],
  defaults: Readonly<Record<'m' | 'rad', number>>,
): number[] {
  return actuators.map(({ name, unit }) => {
    const position = given.find((tolerance) => tolerance.name === name)?.position ?? 0;
    if (position < 0) return Number.POSITIVE_INFINITY;
    return position === 0 ? defaults[unit] : position;
  });
}
