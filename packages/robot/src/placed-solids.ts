import { boxStride, writeBox } from './box-overlap.ts';
import { type RobotBox, solidBoxes } from './collision-checker.ts';
import { multiplyPoses, poseStride, type RobotModel } from './robot-model.ts';

/** A robot's solids as boxes in `map`, for one configuration at a time. */
export class PlacedSolids {
  readonly count: number;
  /** `[count, boxStride]`, see `box-overlap.ts`. */
  readonly boxes: Float64Array;
  readonly #model: RobotModel;
  readonly #solids: readonly RobotBox[];
  readonly #marginM: number;
  readonly #poses: Float64Array;
  readonly #mapFromBase = new Float64Array(poseStride);
  readonly #mapFromLink = new Float64Array(poseStride);
  readonly #mapFromBox = new Float64Array(poseStride);

  /**
   * @param marginM - grows every box, m
   * @param more - boxes beside the model's own, e.g. of what it may hold
   */
  constructor(model: RobotModel, marginM: number, more: readonly RobotBox[] = []) {
    this.#model = model;
    this.#solids = [...solidBoxes(model), ...more];
    this.#marginM = marginM;
    this.count = this.#solids.length;
    this.boxes = new Float64Array(this.count * boxStride);
    this.#poses = model.createKinematicsBuffer();
  }

  /** Link that box `index` belongs to. */
  linkName(index: number): string {
    return this.#solids[index]!.name;
  }

  /**
   * Places every box. Does not allocate.
   *
   * @param q - joint positions, order of `model.jointNames`
   */
  place(q: Float64Array, x: number, y: number, yaw: number): void {
    const m = this.#mapFromBase;
    m.fill(0);
    m[0] = m[5] = Math.cos(yaw);
    m[4] = Math.sin(yaw);
    m[1] = -m[4];
    m[3] = x;
    m[7] = y;
    m[10] = 1;
    this.#model.forwardKinematics(q, this.#poses);
    const margin = this.#marginM;
    for (let i = 0; i < this.count; i++) {
      const { link, half, linkFromBox } = this.#solids[i]!;
      multiplyPoses(m, 0, this.#poses, link * poseStride, this.#mapFromLink, 0);
      multiplyPoses(this.#mapFromLink, 0, linkFromBox, 0, this.#mapFromBox, 0);
      writeBox(
        this.#mapFromBox,
        0,
        half[0] + margin,
        half[1] + margin,
        half[2] + margin,
        this.boxes,
        i * boxStride,
      );
    }
  }
}
