import { boxStride, writeBox } from './box-overlap.ts';
import { solidBoxes } from './collision-checker.ts';
import { multiplyPoses, poseStride, type RobotModel } from './robot-model.ts';

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
  readonly #solids;
  readonly #poses: Float64Array;
  readonly #mapFromBase = new Float64Array(poseStride);
  readonly #mapFromLink = new Float64Array(poseStride);
  readonly #mapFromBox = new Float64Array(poseStride);

  constructor(model: RobotModel) {
    this.model = model;
    this.#solids = solidBoxes(model);
    this.count = this.#solids.length;
    this.boxes = new Float64Array(this.count * boxStride);
    this.#poses = model.createKinematicsBuffer();
  }

  /**
   * Takes in where the robot is. Does not allocate.
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
    this.model.forwardKinematics(q, this.#poses);
    for (let i = 0; i < this.count; i++) {
      const { link, half, linkFromBox } = this.#solids[i]!;
      multiplyPoses(m, 0, this.#poses, link * poseStride, this.#mapFromLink, 0);
      multiplyPoses(this.#mapFromLink, 0, linkFromBox, 0, this.#mapFromBox, 0);
      writeBox(
        this.#mapFromBox,
        0,
        half[0] + standOffM,
        half[1] + standOffM,
        half[2] + standOffM,
        this.boxes,
        i * boxStride,
      );
    }
    this.isPlaced = true;
  }
}
