import { ContractError, Transform } from '@efferent/core';
import { type Actuator, actuatorFromJoints, jointFromActuator } from './actuator.ts';
import type { MobileManifest, RobotManifest } from './robot-manifest.ts';
import type { Urdf, UrdfJoint, UrdfSolid } from './urdf.ts';

/** Doubles of one pose in a kinematics buffer: a row-major 3x4 matrix [R | t]. */
export const poseStride = 12;

export interface RobotLink {
  readonly name: string;
  readonly index: number;
  /** Index of the parent link; -1 for the root. */
  readonly parentIndex: number;
  readonly joint: UrdfJoint | undefined;
  readonly visual: readonly UrdfSolid[];
  readonly collision: readonly UrdfSolid[];
}

interface ChainStep {
  readonly link: number;
  readonly parent: number;
  /** Row-major 3x4 pose of the joint in its parent link at position 0. */
  readonly origin: Float64Array;
  readonly kind: 'fixed' | 'revolute' | 'prismatic';
  readonly axisX: number;
  readonly axisY: number;
  readonly axisZ: number;
  /** Index into `jointNames`, -1 for fixed joints. */
  readonly joint: number;
  readonly multiplier: number;
  readonly offset: number;
}

/** A robot's links, joints, limits and forward kinematics; immutable, made from data only. */
export class RobotModel {
  readonly id: string;
  readonly namespace: string;
  readonly manifest: RobotManifest;
  readonly urdfText: string;
  readonly urdf: Urdf;
  /** Parents before children; index 0 is the root. */
  readonly links: readonly RobotLink[];
  /** Independent movable joints of the URDF: the order of every joint vector `q`. Mimic joints are not among them. */
  readonly jointNames: readonly string[];
  /** rad or m, one a joint, order of `jointNames`. */
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  /** rad/s or m/s. */
  readonly velocityLimits: Float64Array;
  /** Commanded joints in the manifest's order. */
  readonly actuators: readonly Actuator[];
  readonly #linkIndices: ReadonlyMap<string, number>;
  readonly #actuatorIndices: ReadonlyMap<string, number>;
  readonly #steps: readonly ChainStep[];

  constructor(manifest: RobotManifest, urdf: Urdf, urdfText: string, actuators: readonly Actuator[]) {
    this.id = manifest.id;
    this.namespace = manifest.namespace;
    this.manifest = manifest;
    this.urdf = urdf;
    this.urdfText = urdfText;
    this.#linkIndices = new Map(urdf.links.map((link, index) => [link.name, index]));
    const parentJoint = new Map(urdf.joints.map((joint) => [joint.child, joint]));
    this.links = urdf.links.map((link, index) => {
      const joint = parentJoint.get(link.name);
      return { ...link, index, parentIndex: joint === undefined ? -1 : this.linkIndex(joint.parent), joint };
    });
    const independent = movableJoints(urdf);
    this.jointNames = independent.map((joint) => joint.name);
    this.lower = Float64Array.from(independent, (joint) => joint.lower);
    this.upper = Float64Array.from(independent, (joint) => joint.upper);
    this.velocityLimits = Float64Array.from(independent, (joint) => joint.velocity);
    this.actuators = actuators;
    this.#actuatorIndices = new Map(actuators.map((actuator, index) => [actuator.name, index]));
    this.#steps = this.links.slice(1).map((link) => chainStep(link, this.jointNames));
  }

  /** Whether the base stands where it was put. */
  get isFixed(): boolean {
    return this.manifest.base.kind === 'fixed';
  }

  /** What only a robot that drives has. @throws {@link ContractError} code `fixed-base` */
  get mobile(): MobileManifest {
    if ('lidar' in this.manifest) return this.manifest;
    throw new ContractError({
      code: 'fixed-base',
      message: `robot "${this.id}" does not drive: base.kind of its robot.yaml is fixed`,
      fields: { robot: this.id },
    });
  }

  /** @throws {@link ContractError} code `unknown-link`. */
  linkIndex(name: string): number {
    return this.#linkIndices.get(name) ?? unknown('link', name, this.id, [...this.#linkIndices.keys()]);
  }

  /** @throws {@link ContractError} code `unknown-actuator`. */
  actuatorIndex(name: string): number {
    return (
      this.#actuatorIndices.get(name) ?? unknown('actuator', name, this.id, [...this.#actuatorIndices.keys()])
    );
  }

  /** Returns the actuator's index, or -1 when there is none of that name. For input from outside. */
  findActuator(name: string): number {
    return this.#actuatorIndices.get(name) ?? -1;
  }

  /** Joints at 0, or at the nearest limit. */
  zeroJointPositions(): Float64Array {
    return this.lower.map((lower, i) => Math.max(lower, Math.min(this.upper[i] as number, 0)));
  }

  /** Writes joint positions from commanded positions (order of `actuators`); other joints are left as they are. */
  jointPositionsFromActuators(actuatorPositions: Float64Array, q: Float64Array): Float64Array {
    for (let a = 0; a < this.actuators.length; a++) {
      const actuator = this.actuators[a] as Actuator;
      const position = jointFromActuator(actuator, actuatorPositions[a] as number);
      for (let i = 0; i < actuator.jointIndices.length; i++) q[actuator.jointIndices[i] as number] = position;
    }
    return q;
  }

  /** Writes commanded positions (order of `actuators`) from joint positions (order of `jointNames`). */
  actuatorPositionsFromJoints(q: Float64Array, actuatorPositions: Float64Array): Float64Array {
    for (let a = 0; a < this.actuators.length; a++) {
      actuatorPositions[a] = actuatorFromJoints(this.actuators[a] as Actuator, q);
    }
    return actuatorPositions;
  }

  /** Returns commanded positions of a named pose of the manifest; actuators it leaves out keep `current` (default 0). */
  namedPose(name: string, current?: Float64Array): Float64Array {
    const pose =
      this.manifest.poses[name] ?? unknown('pose', name, this.id, Object.keys(this.manifest.poses));
    return Float64Array.from(
      this.actuators,
      (actuator, i) => pose[actuator.name] ?? current?.[i] ?? Math.max(actuator.lower, 0),
    );
  }

  /** Makes a buffer for {@link RobotModel.forwardKinematics}. */
  createKinematicsBuffer(): Float64Array {
    return new Float64Array(this.links.length * poseStride);
  }

  /**
   * Computes the pose of every link in the base frame. Runs inside control loops and does not allocate.
   *
   * @param q - joint positions, rad or m, order of `jointNames`
   * @param out - `[links, 12]`, row-major; each pose a row-major 3x4 `[R | t]`, baseFromLink
   */
  forwardKinematics(q: Float64Array, out: Float64Array): Float64Array {
    out.fill(0, 0, poseStride);
    out[0] = 1;
    out[5] = 1;
    out[10] = 1;
    const steps = this.#steps;
    for (let i = 0; i < steps.length; i++) {
      const step = steps[i] as ChainStep;
      const position = step.joint < 0 ? 0 : (q[step.joint] as number) * step.multiplier + step.offset;
      applyStep(step, position, out, step.parent * poseStride, step.link * poseStride);
    }
    return out;
  }

  /** Returns the pose of one link. Convenience for code that is not in a loop. */
  baseFromLink(q: Float64Array, linkName: string): Transform {
    return poseAt(this.forwardKinematics(q, this.createKinematicsBuffer()), this.linkIndex(linkName));
  }

  /** Returns the pose of every link by name. Convenience for code that is not in a loop. */
  linkPoses(q: Float64Array): Map<string, Transform> {
    const poses = this.forwardKinematics(q, this.createKinematicsBuffer());
    return new Map(this.links.map((link) => [link.name, poseAt(poses, link.index)]));
  }
}

/** Returns the joints of a URDF that move on their own, in the order of every joint vector. */
export const movableJoints = (urdf: Urdf): UrdfJoint[] =>
  urdf.joints.filter((joint) => joint.type !== 'fixed' && joint.mimic === undefined);

/** Reads one pose of a kinematics buffer. */
export function poseAt(poses: Float64Array, linkIndex: number): Transform {
  const m = poses.subarray(
    linkIndex * poseStride,
    (linkIndex + 1) * poseStride,
  ) as unknown as readonly number[];
  return new Transform([m[3] as number, m[7] as number, m[11] as number], quaternionFromRows(m));
}

/** Writes a transform as a row-major 3x4 matrix at `offset`. */
export function writePose(transform: Transform, out: Float64Array, offset: number): void {
  const [x, y, z, w] = transform.rotation;
  out[offset] = 1 - 2 * (y * y + z * z);
  out[offset + 1] = 2 * (x * y - w * z);
  out[offset + 2] = 2 * (x * z + w * y);
  out[offset + 3] = transform.translation[0];
  out[offset + 4] = 2 * (x * y + w * z);
  out[offset + 5] = 1 - 2 * (x * x + z * z);
  out[offset + 6] = 2 * (y * z - w * x);
  out[offset + 7] = transform.translation[1];
  out[offset + 8] = 2 * (x * z - w * y);
  out[offset + 9] = 2 * (y * z + w * x);
  out[offset + 10] = 1 - 2 * (x * x + y * y);
  out[offset + 11] = transform.translation[2];
}

/** Multiplies two poses of buffers: `out = a * b`. `out` may not overlap `a` or `b`. Does not allocate. */
export function multiplyPoses(
  a: Float64Array,
  ao: number,
  b: Float64Array,
  bo: number,
  out: Float64Array,
  oo: number,
): void {
  const b0 = b[bo] as number;
  const b1 = b[bo + 1] as number;
  const b2 = b[bo + 2] as number;
  const b3 = b[bo + 3] as number;
  const b4 = b[bo + 4] as number;
  const b5 = b[bo + 5] as number;
  const b6 = b[bo + 6] as number;
  const b7 = b[bo + 7] as number;
  const b8 = b[bo + 8] as number;
  const b9 = b[bo + 9] as number;
  const b10 = b[bo + 10] as number;
  const b11 = b[bo + 11] as number;
  for (let row = 0; row < 12; row += 4) {
    const a0 = a[ao + row] as number;
    const a1 = a[ao + row + 1] as number;
    const a2 = a[ao + row + 2] as number;
    out[oo + row] = a0 * b0 + a1 * b4 + a2 * b8;
    out[oo + row + 1] = a0 * b1 + a1 * b5 + a2 * b9;
    out[oo + row + 2] = a0 * b2 + a1 * b6 + a2 * b10;
    out[oo + row + 3] = a0 * b3 + a1 * b7 + a2 * b11 + (a[ao + row + 3] as number);
  }
}

function quaternionFromRows(m: readonly number[]): readonly [number, number, number, number] {
  const at = (index: number): number => m[index] as number;
  const trace = at(0) + at(5) + at(10);
  let q: [number, number, number, number];
  if (trace > 0) {
    const s = 2 * Math.sqrt(1 + trace);
    q = [(at(9) - at(6)) / s, (at(2) - at(8)) / s, (at(4) - at(1)) / s, s / 4];
  } else if (at(0) > at(5) && at(0) > at(10)) {
    const s = 2 * Math.sqrt(1 + at(0) - at(5) - at(10));
    q = [s / 4, (at(1) + at(4)) / s, (at(2) + at(8)) / s, (at(9) - at(6)) / s];
  } else if (at(5) > at(10)) {
    const s = 2 * Math.sqrt(1 + at(5) - at(0) - at(10));
    q = [(at(1) + at(4)) / s, s / 4, (at(6) + at(9)) / s, (at(2) - at(8)) / s];
  } else {
    const s = 2 * Math.sqrt(1 + at(10) - at(0) - at(5));
    q = [(at(2) + at(8)) / s, (at(6) + at(9)) / s, s / 4, (at(4) - at(1)) / s];
  }
  const length = Math.hypot(...q);
  return [q[0] / length, q[1] / length, q[2] / length, q[3] / length];
}

function chainStep(link: RobotLink, jointNames: readonly string[]): ChainStep {
  const joint = link.joint as UrdfJoint;
  const origin = new Float64Array(poseStride);
  writePose(joint.parentFromJoint, origin, 0);
  const kind = joint.type === 'continuous' ? 'revolute' : joint.type;
  return {
    link: link.index,
    parent: link.parentIndex,
    origin,
    kind,
    axisX: joint.axis[0],
    axisY: joint.axis[1],
    axisZ: joint.axis[2],
    joint: kind === 'fixed' ? -1 : jointNames.indexOf(joint.mimic?.joint ?? joint.name),
    multiplier: joint.mimic?.multiplier ?? 1,
    offset: joint.mimic?.offset ?? 0,
  };
}

const scratch = new Float64Array(poseStride);
const motion = new Float64Array(poseStride);

function applyStep(
  step: ChainStep,
  position: number,
  poses: Float64Array,
  parent: number,
  link: number,
): void {
  if (step.kind === 'fixed') {
    multiplyPoses(poses, parent, step.origin, 0, poses, link);
    return;
  }
  if (step.kind === 'prismatic') {
    multiplyPoses(poses, parent, step.origin, 0, poses, link);
    const x = step.axisX * position;
    const y = step.axisY * position;
    const z = step.axisZ * position;
    for (let row = link; row < link + 12; row += 4) {
      poses[row + 3] =
        (poses[row + 3] as number) +
        (poses[row] as number) * x +
        (poses[row + 1] as number) * y +
        (poses[row + 2] as number) * z;
    }
    return;
  }
  const c = Math.cos(position);
  const s = Math.sin(position);
  const t = 1 - c;
  const { axisX: x, axisY: y, axisZ: z } = step;
  motion[0] = t * x * x + c;
  motion[1] = t * x * y - s * z;
  motion[2] = t * x * z + s * y;
  motion[4] = t * x * y + s * z;
  motion[5] = t * y * y + c;
  motion[6] = t * y * z - s * x;
  motion[8] = t * x * z - s * y;
  motion[9] = t * y * z + s * x;
  motion[10] = t * z * z + c;
  multiplyPoses(poses, parent, step.origin, 0, scratch, 0);
  multiplyPoses(scratch, 0, motion, 0, poses, link);
}

function unknown(kind: string, name: string, robot: string, known: readonly string[]): never {
  throw new ContractError({
    code: `unknown-${kind}`,
    message: `robot "${robot}" has no ${kind} "${name}"; it has ${known.join(', ')}`,
    fields: { robot, name, known },
  });
}
