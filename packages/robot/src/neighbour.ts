import { PlacedSolids } from './placed-solids.ts';
import type { RobotModel } from './robot-model.ts';

/** Kept free around another robot, m: what it may move until it is measured again. */
const standOffM = 0.04;

/** Another robot as an obstacle: its solids as boxes in `map`, placed from its joint states. */
export class Neighbour {
  readonly model: RobotModel;
  /** `[count, boxStride]`, see `box-overlap.ts`; grown by the stand-off. */
  readonly boxes: Float64Array;
  readonly count: number;
  /** False until the robot is known to be somewhere. */
  isPlaced = false;
  readonly #solids: PlacedSolids;

  constructor(model: RobotModel) {
    this.model = model;
    this.#solids = new PlacedSolids(model, standOffM);
    this.count = this.#solids.count;
    this.boxes = this.#solids.boxes;
  }

  /**
   * Takes in where the robot is. Does not allocate.
   *
   * @param q - joint positions, order of `model.jointNames`
   */
  place(q: Float64Array, x: number, y: number, yaw: number): void {
    this.#solids.place(q, x, y, yaw);
    this.isPlaced = true;
  }
}
