import { type QuaternionXyzw, Transform, type Vector3, wrapAngle } from '@efferent/core';
import type { ReachKinematics } from '@efferent/robot';
import { keepingUpright } from './half-roll.ts';

/** The tool of an arm that is stretched straight out, and what brings it to a point: both ways are at right angles. */
export interface StraightWay {
  /** How far the base drives along its x axis, m. */
  readonly driveM: number;
  /** Extension of the arm there, m. */
  readonly extensionM: number;
}

/**
 * An arm whose hand points the way in which it extends: then its extension alone moves the tool ahead, and the base alone, along its
 * x axis, to the side. So a hand presses, and wipes along an edge.
 */
export class StraightArm {
  readonly #kinematics: ReachKinematics;
  readonly #isHolding: boolean;
  /** Heading in which the arm extends, base frame, rad. */
  readonly #outRad: number;
  /** 1 when the arm extends towards +y of the base, -1 towards -y. */
  readonly side: number;
  readonly #lift: number;
  readonly #extension: number;

  /** @param isHolding - whether the hand holds something, which must not be turned over */
  constructor(kinematics: ReachKinematics, isHolding: boolean) {
    this.#isHolding = isHolding;
    this.#kinematics = kinematics;
    const { model } = kinematics;
    const { arm } = model.manifest;
    this.#lift = model.actuatorIndex(arm?.lift ?? '');
    this.#extension = model.actuatorIndex(arm?.extension ?? '');
    const at = (extensionM: number) => {
      const positions = new Float64Array(model.actuators.length);
      positions[this.#extension] = extensionM;
      return kinematics.baseFromTool(positions).translation[1];
    };
    this.side = Math.sign(at(0.1) - at(0));
    this.#outRad = (this.side * Math.PI) / 2;
  }

  /** Yaw of the base at which the arm extends along a heading, rad. */
  baseYawFor(headingRad: number): number {
    return wrapAngle(headingRad - this.#outRad);
  }

  /** Heading in which the arm of a base at a yaw extends, rad. */
  headingAt(baseYawRad: number): number {
    return wrapAngle(baseYawRad + this.#outRad);
  }

  /** Extension of the arm in a configuration, m. */
  extensionOf(positions: Float64Array): number {
    return positions[this.#extension] as number;
  }

  /**
   * The arm straight out with the tool at a height.
   *
   * @param rotationAt - orientation of the tool for a heading of the hand, rad
   * @param heightM - of the tool
   * @param seed - configuration of now: other actuators stay as in it, and what is held is not turned over against it
   * @returns undefined when the wrist or the lift does not get there
   */
  configuration(
    rotationAt: (headingRad: number) => QuaternionXyzw,
    heightM: number,
    extensionM: number,
    seed: Float64Array,
  ): Float64Array | undefined {
    const tool = new Transform([0, 0, 0], rotationAt(this.#outRad));
    const found = this.#kinematics
      .wristTurns(tool, seed, [this.#outRad])
      .map((turns) => {
        const positions = turns.slice();
        positions[this.#extension] = extensionM;
        positions[this.#lift] = 0;
        positions[this.#lift] = heightM - this.#kinematics.baseFromTool(positions).translation[2];
        return positions;
      })
      .filter((positions) => this.#kinematics.isWithinLimits(positions));
    return keepingUpright(this.#kinematics.model, found, seed, this.#isHolding)
      .slice()
      .sort((a, b) => this.#kinematics.distance(a, seed) - this.#kinematics.distance(b, seed))[0];
  }

  /** Where the base stands so that the tool is at a point of the map, the arm pointing along a heading. */
  basePose(headingRad: number, positions: Float64Array, [x, y]: readonly [number, number, ...number[]]) {
    const yaw = this.baseYawFor(headingRad);
    const tool = this.#kinematics.baseFromTool(positions).translation;
    const [c, s] = [Math.cos(yaw), Math.sin(yaw)];
    return Transform.fromPlanar(x - (c * tool[0] - s * tool[1]), y - (s * tool[0] + c * tool[1]), yaw);
  }

  /** What brings the tool over a point, from a place of the base and a configuration of the arm. */
  wayTo(mapFromBase: Transform, positions: Float64Array, pointM: Vector3): StraightWay {
    const tool = this.#kinematics.baseFromTool(positions).translation;
    const at = mapFromBase.inverse().apply(pointM);
    return {
      driveM: at[0] - tool[0],
      extensionM: (positions[this.#extension] as number) + this.side * (at[1] - tool[1]),
    };
  }
}
