import { type Actuator, actuatorFromJoints, jointFromActuator } from './actuator.ts';
import type { RobotModel } from './robot-model.ts';

/** What is read of a `sensor_msgs/msg/JointState`. */
export interface JointStateInput {
  readonly name: readonly string[];
  readonly position: ArrayLike<number>;
  readonly velocity: ArrayLike<number>;
  readonly effort: ArrayLike<number>;
}

/** Sorts joint states, given by actuator, by URDF joint or both, into the order of a model. Reading the same names again does not allocate. */
export class JointStateReader {
  /** Order of `model.jointNames`, rad or m. */
  readonly jointPositions: Float64Array;
  /** Order of `model.actuators`: m or rad, m/s or rad/s, N or N m. */
  readonly actuatorPositions: Float64Array;
  readonly actuatorVelocities: Float64Array;
  readonly actuatorEfforts: Float64Array;
  /** True once a message told the position of every actuator. */
  isComplete = false;
  readonly #model: RobotModel;
  #names: readonly string[] = [];
  #jointSources = new Int32Array(0);
  #actuatorSources = new Int32Array(0);

  constructor(model: RobotModel) {
    this.#model = model;
    this.jointPositions = model.zeroJointPositions();
    this.actuatorPositions = new Float64Array(model.actuators.length);
    this.actuatorVelocities = new Float64Array(model.actuators.length);
    this.actuatorEfforts = new Float64Array(model.actuators.length);
  }

  read(message: JointStateInput): void {
    if (!sameNames(message.name, this.#names)) this.#index(message.name);
    for (let i = 0; i < this.#jointSources.length; i++) {
      const source = this.#jointSources[i] as number;
      if (source >= 0) this.jointPositions[i] = message.position[source] as number;
    }
    for (let a = 0; a < this.#actuatorSources.length; a++) {
      const source = this.#actuatorSources[a] as number;
      const actuator = this.#model.actuators[a] as Actuator;
      if (source < 0) {
        this.actuatorPositions[a] = actuatorFromJoints(actuator, this.jointPositions);
        continue;
      }
      this.actuatorPositions[a] = message.position[source] as number;
      this.actuatorVelocities[a] = message.velocity[source] ?? 0;
      this.actuatorEfforts[a] = message.effort[source] ?? 0;
      for (let i = 0; i < actuator.jointIndices.length; i++) {
        const joint = actuator.jointIndices[i] as number;
        if ((this.#jointSources[joint] as number) < 0)
          this.jointPositions[joint] = jointFromActuator(actuator, this.actuatorPositions[a] as number);
      }
    }
  }

  #index(names: readonly string[]): void {
    this.#names = [...names];
    this.#jointSources = Int32Array.from(this.#model.jointNames, (name) => names.indexOf(name));
    this.#actuatorSources = Int32Array.from(this.#model.actuators, ({ name }) => names.indexOf(name));
    this.isComplete = this.#model.actuators.every(
      (actuator, a) =>
        this.#actuatorSources[a]! >= 0 ||
        actuator.jointIndices.every((joint) => this.#jointSources[joint]! >= 0),
    );
  }
}

function sameNames(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
