import { ConfigurationError, type Transform, type Vector3, wrapAngle } from '@efferent/core';
import { poseAt, type RobotModel } from './robot-model.ts';

/** Approach directions steeper than this leave the heading to choose, sine of the elevation. */
const verticalSine = 0.995;

/** An arm configuration, and how far the base must shift along its own x axis for it, m. */
export interface ReachSolution {
  /** Order of `model.actuators`; actuators that are not of the arm are as in the seed. */
  readonly actuatorPositions: Float64Array;
  readonly baseShiftM: number;
}

interface ArmIndices {
  readonly lift: number;
  readonly extension: number;
  readonly yaw: number;
  readonly pitch: number;
  readonly roll: number;
}

/**
 * Closed-form kinematics of an arm that lifts along z, reaches along one direction of the base and carries a yaw-pitch-roll
 * wrist, such as Stretch's. Directions and offsets are measured from the model's own forward kinematics.
 */
export class ReachKinematics {
  readonly model: RobotModel;
  readonly #arm: ArmIndices;
  readonly #toolLink: number;
  readonly #q: Float64Array;
  readonly #poses: Float64Array;
  readonly #headingAtZeroRad: number;
  readonly #pitchSign: number;
  readonly #elevationAtZeroRad: number;
  readonly #reach: Vector3;

  /** @throws {@link ConfigurationError} code `unsupported-arm` when the manifest has no such arm */
  constructor(model: RobotModel) {
    const { arm, frames } = model.manifest;
    if (arm === undefined) throw unsupported(model.id, 'its manifest has no arm');
    this.model = model;
    this.#arm = {
      lift: model.actuatorIndex(arm.lift),
      extension: model.actuatorIndex(arm.extension),
      yaw: model.actuatorIndex(arm.yaw),
      pitch: model.actuatorIndex(arm.pitch),
      roll: model.actuatorIndex(arm.roll),
    };
    this.#toolLink = model.linkIndex(frames.tool);
    this.#q = model.zeroJointPositions();
    this.#poses = model.createKinematicsBuffer();
    const zero = this.#positions({});
    const origin = this.baseFromTool(zero);
    const approach = approachOf(origin);
    this.#headingAtZeroRad = Math.atan2(approach[1], approach[0]);
    this.#elevationAtZeroRad = Math.asin(approach[2]);
    this.#pitchSign =
      Math.sign(approachOf(this.baseFromTool(this.#positions({ pitch: -0.1 })))[2] - approach[2]) * -1;
    const extended = this.baseFromTool(this.#positions({ extension: 0.1 })).translation;
    this.#reach = [0, 1, 2].map(
      (i) => ((extended[i] as number) - (origin.translation[i] as number)) / 0.1,
    ) as unknown as Vector3;
    const lifted = this.baseFromTool(this.#positions({ lift: 0.1 })).translation;
    const turned = approachOf(this.baseFromTool(this.#positions({ yaw: 0.3 })));
    const isLevel = Math.abs(this.#reach[2]) < 1e-6 && Math.abs(this.#reach[0]) < 1e-6;
    const isUpright = Math.abs(lifted[2] - origin.translation[2] - 0.1) < 1e-6;
    if (!isLevel || !isUpright || Math.abs(turned[2] - approach[2]) > 1e-6)
      throw unsupported(model.id, 'its axes differ');
  }

  /** Returns the tool's pose in the base frame. @param actuatorPositions - order of `model.actuators` */
  baseFromTool(actuatorPositions: Float64Array): Transform {
    this.model.forwardKinematics(
      this.model.jointPositionsFromActuators(actuatorPositions, this.#q),
      this.#poses,
    );
    return poseAt(this.#poses, this.#toolLink);
  }

  /**
   * Finds configurations that put the tool exactly at a pose, with the base free to shift along its x axis.
   *
   * @param baseFromTool - wanted tool pose
   * @param seed - actuator positions to start from; also decides between equal solutions
   * @param options.headingsRad - headings of the hand to try, base frame, when the tool points straight up or down
   * @returns solutions within the limits, nearest to `seed` first
   */
  solve(
    baseFromTool: Transform,
    seed: Float64Array,
    options: { readonly headingsRad?: readonly number[] } = {},
  ): ReachSolution[] {
    const solutions = this.wristTurns(baseFromTool, seed, options.headingsRad).flatMap((positions) => {
      const offset = this.#offset(positions, baseFromTool.translation);
      positions[this.#arm.lift] = offset[2];
      positions[this.#arm.extension] = offset[1] / this.#reach[1];
      return this.isWithinLimits(positions) ? [{ actuatorPositions: positions, baseShiftM: offset[0] }] : [];
    });
    return solutions.sort(
      (a, b) => this.distance(a.actuatorPositions, seed) - this.distance(b.actuatorPositions, seed),
    );
  }

  /**
   * Finds configurations that put the tool at a point with a standing base: elevation and roll as asked, heading as it comes.
   *
   * @returns solutions within the limits, nearest to `seed` first
   */
  solveAtPoint(point: Vector3, elevationRad: number, rollRad: number, seed: Float64Array): Float64Array[] {
    const { yaw, pitch, roll, lift, extension } = this.#arm;
    const base = seed.slice();
    base[pitch] = this.#clampNearLimit(pitch, (elevationRad - this.#elevationAtZeroRad) * this.#pitchSign);
    base[roll] = rollRad;
    base[lift] = 0;
    base[extension] = 0;
    const x = (yawRad: number) => {
      base[yaw] = yawRad;
      return this.baseFromTool(base).translation[0];
    };
    const [atZero, atQuarter, atHalf] = [x(0), x(Math.PI / 2), x(Math.PI)];
    const center = (atZero + atHalf) / 2;
    const cosine = atZero - center;
    const sine = atQuarter - center;
    const radius = Math.hypot(cosine, sine);
    const ratio = (point[0] - center) / radius;
    if (!(Math.abs(ratio) <= 1)) return [];
    const middle = Math.atan2(sine, cosine);
    return [Math.acos(ratio), -Math.acos(ratio)]
      .flatMap((turn) => this.#turnsWithin(yaw, middle + turn))
      .map((yawRad) => {
        const positions = base.slice();
        positions[yaw] = yawRad;
        const offset = this.#offset(positions, point);
        positions[lift] = offset[2];
        positions[extension] = offset[1] / this.#reach[1];
        return positions;
      })
      .filter((positions) => this.isWithinLimits(positions))
      .sort((a, b) => this.distance(a, seed) - this.distance(b, seed));
  }

  /**
   * Finds the wrist turns that point the tool as asked; lift and extension are 0 in the result. The gripper is taken as
   * symmetric: half a roll more is the same grasp, and a whole one, where the limits let it, another way to it.
   */
  wristTurns(baseFromTool: Transform, seed: Float64Array, headingsRad?: readonly number[]): Float64Array[] {
    const { yaw, pitch, roll, lift, extension } = this.#arm;
    const approach = approachOf(baseFromTool);
    const isVertical = Math.abs(approach[2]) > verticalSine;
    const heading = Math.atan2(approach[1], approach[0]);
    const headings = isVertical
      ? (headingsRad ?? [this.#headingAtZeroRad + (seed[yaw] as number)])
      : [heading];
    const elevation = Math.asin(Math.max(-1, Math.min(1, approach[2])));
    return headings.flatMap((headingRad) =>
      this.#turnsWithin(yaw, headingRad - this.#headingAtZeroRad).flatMap((yawRad) => {
        const positions = seed.slice();
        positions[lift] = 0;
        positions[extension] = 0;
        positions[yaw] = yawRad;
        positions[pitch] = this.#clampNearLimit(
          pitch,
          (elevation - this.#elevationAtZeroRad) * this.#pitchSign,
        );
        positions[roll] = 0;
        const toolFromTool = this.baseFromTool(positions).inverse().multiply(baseFromTool);
        const [x, , , w] = toolFromTool.rotation;
        const rollRad = 2 * Math.atan2(x, w);
        return [rollRad, rollRad + Math.PI].flatMap((candidate) => {
          const wrapped = wrapAngle(candidate);
          const turns = [wrapped, wrapped - 2 * Math.PI, wrapped + 2 * Math.PI].map((turn) =>
            this.#clampNearLimit(roll, turn),
          );
          // A whole roll more is another way there; beyond the limits only the first is kept, for the caller to judge.
          return turns
            .filter((turn, i) => i === 0 || this.#turnIsWithin(roll, turn))
            .map((turn) => {
              const turned = positions.slice();
              turned[roll] = turn;
              return turned;
            });
        });
      }),
    );
  }

  isWithinLimits(positions: Float64Array): boolean {
    return this.model.actuators.every(
      ({ lower, upper }, i) =>
        (positions[i] as number) >= lower - 1e-9 && (positions[i] as number) <= upper + 1e-9,
    );
  }

  /** Time-like distance of two configurations: the longest single move at full speed, s, plus a small share of the others. */
  distance(a: Float64Array, b: Float64Array): number {
    let longest = 0;
    let sum = 0;
    this.model.actuators.forEach(({ maxVelocity }, i) => {
      const timeS = Math.abs((a[i] as number) - (b[i] as number)) / maxVelocity;
      longest = Math.max(longest, timeS);
      sum += timeS;
    });
    return longest + 0.1 * sum;
  }

  #positions(changes: Partial<Record<keyof ArmIndices, number>>): Float64Array {
    const positions = new Float64Array(this.model.actuators.length);
    for (const [name, position] of Object.entries(changes))
      positions[this.#arm[name as keyof ArmIndices]] = position;
    return positions;
  }

  #offset(positions: Float64Array, point: Vector3): Vector3 {
    const at = this.baseFromTool(positions).translation;
    return [point[0] - at[0], point[1] - at[1], point[2] - at[2]];
  }

  /** Turns equal to `angleRad` that lie within an actuator's limits. */
  #turnsWithin(index: number, angleRad: number): number[] {
    const { lower, upper } = this.model.actuators[index] as { lower: number; upper: number };
    const wrapped = wrapAngle(angleRad);
    return [wrapped - 2 * Math.PI, wrapped, wrapped + 2 * Math.PI].filter(
      (turn) => turn >= lower && turn <= upper,
    );
  }

  #turnIsWithin(index: number, turnRad: number): boolean {
    const { lower, upper } = this.model.actuators[index] as { lower: number; upper: number };
    return turnRad >= lower && turnRad <= upper;
  }

  /** Forgives a hundredth of a radian beyond a limit: a wrist limit of 1.57 still points straight down. */
  #clampNearLimit(index: number, positionRad: number): number {
    const { lower, upper } = this.model.actuators[index] as { lower: number; upper: number };
    const clamped = Math.max(lower, Math.min(upper, positionRad));
    return Math.abs(clamped - positionRad) < 0.01 ? clamped : positionRad;
  }
}

/** Direction of the tool's x axis. */
function approachOf(baseFromTool: Transform): Vector3 {
  const tip = baseFromTool.apply([1, 0, 0]);
  const at = baseFromTool.translation;
  return [tip[0] - at[0], tip[1] - at[1], tip[2] - at[2]];
}

function unsupported(id: string, reason: string): ConfigurationError {
  return new ConfigurationError({
    code: 'unsupported-arm',
    message: `robot "${id}" has no lift-and-reach arm: ${reason}; use solveInverseKinematics, or give arm in robot.yaml`,
    fields: { id },
  });
}
