import { wrapAngle } from '@efferent/core';
import type { ReachKinematics } from '@efferent/robot';

/** Where a level hand is: turn of the wrist, rad, and extension of the arm, m. */
export interface LevelPose {
  readonly yawRad: number;
  readonly extensionM: number;
}

/**
 * The arm seen from above with a level hand: closed form without forward kinematics, to look through thousands of places
 * for the base. Measured once from the robot's own kinematics.
 */
export class LevelReach {
  readonly #x: readonly [number, number, number];
  readonly #y: readonly [number, number, number];
  readonly #headingAtZeroRad: number;
  /** 1 when the arm extends towards +y of the base, -1 towards -y. */
  readonly #side: number;
  readonly #yaw: { readonly lower: number; readonly upper: number };
  readonly #extension: { readonly lower: number; readonly upper: number };

  constructor(kinematics: ReachKinematics) {
    const { model } = kinematics;
    const { arm } = model.manifest;
    const yaw = model.actuatorIndex(arm?.yaw ?? '');
    const at = (turn: number) => {
      const positions = new Float64Array(model.actuators.length);
      positions[yaw] = turn;
      return kinematics.baseFromTool(positions);
    };
    const [zero, quarter, half] = [at(0), at(Math.PI / 2), at(Math.PI)];
    const circle = (axis: 0 | 1): [number, number, number] => {
      const center = (zero.translation[axis] + half.translation[axis]) / 2;
      return [center, zero.translation[axis] - center, quarter.translation[axis] - center];
    };
    this.#x = circle(0);
    this.#y = circle(1);
    const tip = zero.apply([1, 0, 0]);
    this.#headingAtZeroRad = Math.atan2(tip[1] - zero.translation[1], tip[0] - zero.translation[0]);
    this.#yaw = model.actuators[yaw]!;
    const extension = model.actuatorIndex(arm?.extension ?? '');
    this.#extension = model.actuators[extension]!;
    const extended = new Float64Array(model.actuators.length);
    extended[extension] = this.#extension.upper;
    this.#side = Math.sign(kinematics.baseFromTool(extended).translation[1] - zero.translation[1]);
  }

  /** Position of the tool in the base frame, m. */
  toolAt({ yawRad, extensionM }: LevelPose): readonly [number, number] {
    const [c, s] = [Math.cos(yawRad), Math.sin(yawRad)];
    return [
      this.#x[0] + this.#x[1] * c + this.#x[2] * s,
      this.#y[0] + this.#y[1] * c + this.#y[2] * s + this.#side * extensionM,
    ];
  }

  /** Heading of the hand in the base frame, rad. */
  headingOf(yawRad: number): number {
    return this.#headingAtZeroRad + yawRad;
  }

  /** Turns of the wrist within its limits that give the hand a heading in the base frame, rad. */
  yawsFor(headingRad: number): readonly number[] {
    const turn = wrapAngle(headingRad - this.#headingAtZeroRad);
    return [turn - 2 * Math.PI, turn, turn + 2 * Math.PI].filter(
      (yaw) => yaw >= this.#yaw.lower && yaw <= this.#yaw.upper,
    );
  }

  /**
   * Pose of the arm that brings the tool to a point, on the same side as `nearYawRad`.
   *
   * @param reserveM - room to keep to the ends of the extension and to the side
   * @returns undefined when the point is out of reach
   */
  reach(x: number, y: number, nearYawRad: number, reserveM: number): LevelPose | undefined {
    const [center, cosine, sine] = this.#x;
    const radius = Math.hypot(cosine, sine);
    const off = x - center;
    if (Math.abs(off) > radius - reserveM) return undefined;
    const middle = Math.atan2(sine, cosine);
    const turn = Math.acos(off / radius);
    const yawRad = nearer(nearYawRad, middle + turn, middle - turn);
    if (yawRad < this.#yaw.lower || yawRad > this.#yaw.upper) return undefined;
    const extensionM = this.#side * (y - this.toolAt({ yawRad, extensionM: 0 })[1]);
    if (extensionM < this.#extension.lower + reserveM || extensionM > this.#extension.upper - reserveM)
      return undefined;
    return { yawRad, extensionM };
  }
}

/** The one of two angles, full turns taken off, that is nearer to another. */
function nearer(to: number, a: number, b: number): number {
  const [byA, byB] = [wrapAngle(a - to), wrapAngle(b - to)];
  return to + (Math.abs(byA) <= Math.abs(byB) ? byA : byB);
}
