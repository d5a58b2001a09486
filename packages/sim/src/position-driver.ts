import { clamp } from '@efferent/core';
import { DriverPoseCodec, type RobotModel } from '@efferent/robot';
import type { RobotPlant } from './robot-plant.ts';

/**
 * Emulates a forward command controller for positions of ros2_control over a plant: the newest set-points count until others
 * come. Pure logic.
 */
export class PositionDriver {
  readonly #model: RobotModel;
  readonly #plant: RobotPlant;
  readonly #codec: DriverPoseCodec;

  constructor(model: RobotModel, plant: RobotPlant) {
    this.#model = model;
    this.#plant = plant;
    this.#codec = new DriverPoseCodec(model);
  }

  /** Takes set-points; returns why they were ignored, or undefined. */
  command(positions: ArrayLike<number>): string | undefined {
    if (positions.length !== this.#codec.length)
      return `expected ${this.#codec.length} values, got ${positions.length}`;
    for (let i = 0; i < positions.length; i++)
      if (!Number.isFinite(positions[i])) return `value ${i} is not a number`;
    this.#codec.decode(positions, this.#plant.targets);
    this.#model.actuators.forEach(({ lower, upper }, i) => {
      this.#plant.targets[i] = clamp(this.#plant.targets[i] as number, lower, upper);
    });
    return undefined;
  }

  reset(): void {
    this.#plant.hold();
  }
}
