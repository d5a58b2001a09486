import { actuatorFromJoints, jointFromActuator } from './actuator.ts';
import type { RobotModel } from './robot-model.ts';

/** Converts between commanded positions and the array of the driver's `joint_pose_cmd`. */
export class DriverPoseCodec {
  readonly #model: RobotModel;
  /** For each element of the array: the actuator it carries and whether as a joint position; -1 for base increments. */
  readonly #elements: readonly { readonly actuator: number; readonly asJoint: boolean }[];
  readonly #scratch: Float64Array;

  constructor(model: RobotModel) {
    this.#model = model;
    this.#scratch = new Float64Array(model.jointNames.length);
    this.#elements = model.manifest.driver.joint_pose_order.map((name) => {
      const actuator = model.findActuator(name);
      if (actuator >= 0) return { actuator, asJoint: false };
      const joint = model.jointNames.indexOf(name);
      return {
        actuator: model.actuators.findIndex((candidate) => candidate.jointIndices.includes(joint)),
        asJoint: true,
      };
    });
  }

  get length(): number {
    return this.#elements.length;
  }

  /** Writes the driver's array from commanded positions (order of `model.actuators`). Does not allocate. */
  encode(actuatorPositions: Float64Array, pose: Float64Array): Float64Array {
    for (let i = 0; i < this.#elements.length; i++) {
      const { actuator, asJoint } = this.#elements[i] as { actuator: number; asJoint: boolean };
      const position = actuator < 0 ? 0 : (actuatorPositions[actuator] as number);
      pose[i] =
        asJoint && actuator >= 0 ? jointFromActuator(this.#model.actuators[actuator]!, position) : position;
    }
    return pose;
  }

  /** Writes commanded positions from the driver's array; actuators that the array leaves out are left as they are. */
  decode(pose: ArrayLike<number>, actuatorPositions: Float64Array): Float64Array {
    for (let i = 0; i < this.#elements.length; i++) {
      const { actuator, asJoint } = this.#elements[i] as { actuator: number; asJoint: boolean };
      if (actuator < 0) continue;
      const model = this.#model.actuators[actuator]!;
      const value = pose[i] as number;
      if (asJoint) for (const joint of model.jointIndices) this.#scratch[joint] = value;
      actuatorPositions[actuator] = asJoint ? actuatorFromJoints(model, this.#scratch) : value;
    }
    return actuatorPositions;
  }
}
