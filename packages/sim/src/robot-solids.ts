import type { Vector3 } from '@efferent/core';
import { multiplyPoses, poseStride, type RobotModel, type UrdfSolid } from '@efferent/robot';
import { BoxSet, writeTransform } from './obb.ts';
import { type RobotSolidBody, robotSolidBody } from './physics-world.ts';

/** What part of the hand a solid is; pads may touch what they grasp, fingers bend. */
export type SolidRole = 'link' | 'finger' | 'pad';

interface Solid {
  readonly linkName: string;
  readonly linkIndex: number;
  readonly role: SolidRole;
}

/** The most boxes that a carried object brings along. */
const maxCarriedBoxes = 16;

/** Where every solid of the robot is, for one configuration; solids of a carried object come last. */
export interface SolidPlacement {
  readonly boxes: BoxSet;
  /** `[links, 12]` worldFromLink, row-major. */
  readonly worldFromLink: Float64Array;
}

/** The robot's collision solids as oriented boxes, and the kinematic bodies that contacts see. */
export class RobotSolids {
  readonly model: RobotModel;
  readonly solids: readonly Solid[];
  readonly bodies: readonly RobotSolidBody[];
  /** Pairs of solid indices that must not meet. */
  readonly selfPairs: readonly (readonly [number, number])[];
  carriedCount = 0;
  readonly #localPoses: Float64Array;
  readonly #halfSizes: readonly Vector3[];
  readonly #carriedPoses = new Float64Array(maxCarriedBoxes * poseStride);
  readonly #carriedHalf: Vector3[] = [];
  readonly #toolLink: number;
  readonly #baseFromLink: Float64Array;
  readonly #worldFromBase = new Float64Array(poseStride);
  readonly #scratch = new Float64Array(poseStride);

  constructor(model: RobotModel) {
    this.model = model;
    this.#toolLink = model.linkIndex(model.manifest.frames.tool);
    const entries = model.links.flatMap((link) => link.collision.map((solid) => ({ link, solid })));
    const pads = new Set(model.manifest.gripper.pads);
    const fingers = fingerLinks(model);
    this.solids = entries.map(({ link }) => ({
      linkName: link.name,
      linkIndex: link.index,
      role: pads.has(link.name) ? 'pad' : fingers.has(link.name) ? 'finger' : 'link',
    }));
    this.#halfSizes = entries.map(({ solid }) => halfSize(solid));
    this.#localPoses = new Float64Array(entries.length * poseStride);
    entries.forEach(({ solid }, i) => {
      writeTransform(solid.linkFromSolid, this.#localPoses, i * poseStride);
    });
    this.bodies = this.solids.map((s, i) =>
      robotSolidBody(s.linkName, this.#halfSizes[i] as Vector3, s.role === 'pad'),
    );
    this.selfPairs = model.manifest.self_collision.flatMap(([a, b]) =>
      this.#indicesOf(a).flatMap((i) => this.#indicesOf(b).map((j) => [i, j] as const)),
    );
    this.#baseFromLink = model.createKinematicsBuffer();
  }

  get count(): number {
    return this.solids.length;
  }

  createPlacement(): SolidPlacement {
    const boxes = new BoxSet(this.solids.length + maxCarriedBoxes);
    this.#halfSizes.forEach((h, i) => {
      boxes.setHalfSize(i, ...h);
    });
    return { boxes, worldFromLink: this.model.createKinematicsBuffer() };
  }

  /** Name of the solid for reports; a carried object's solids are named `carried`. */
  nameOf(index: number): string {
    return this.solids[index]?.linkName ?? 'carried';
  }

  roleOf(index: number): SolidRole | 'carried' {
    return this.solids[index]?.role ?? 'carried';
  }

  /** Takes boxes along with the tool: `poses` are toolFromBox `[n, 12]`. */
  carry(poses: Float64Array, halfSizes: readonly Vector3[]): void {
    this.carriedCount = Math.min(halfSizes.length, maxCarriedBoxes);
    this.#carriedPoses.set(poses.subarray(0, this.carriedCount * poseStride));
    this.#carriedHalf.length = 0;
    this.#carriedHalf.push(...halfSizes.slice(0, this.carriedCount));
  }

  drop(): void {
    this.carriedCount = 0;
  }

  /** Writes where all solids are for joint positions `q` and a base pose. Runs in the control loop; does not allocate. */
  place(q: Float64Array, x: number, y: number, yaw: number, out: SolidPlacement): void {
    this.model.forwardKinematics(q, this.#baseFromLink);
    const base = this.#worldFromBase;
    const c = Math.cos(yaw);
    const s = Math.sin(yaw);
    base.fill(0);
    base[0] = c;
    base[1] = -s;
    base[3] = x;
    base[4] = s;
    base[5] = c;
    base[7] = y;
    base[10] = 1;
    const links = this.model.links.length;
    for (let i = 0; i < links; i++)
      multiplyPoses(base, 0, this.#baseFromLink, i * poseStride, out.worldFromLink, i * poseStride);
    const scratch = this.#scratch;
    for (let i = 0; i < this.solids.length; i++) {
      multiplyPoses(
        out.worldFromLink,
        (this.solids[i] as Solid).linkIndex * poseStride,
        this.#localPoses,
        i * poseStride,
        scratch,
        0,
      );
      out.boxes.place(i, scratch, 0);
    }
    for (let i = 0; i < this.carriedCount; i++) {
      const index = this.solids.length + i;
      const half = this.#carriedHalf[i] as Vector3;
      out.boxes.setHalfSize(index, half[0], half[1], half[2]);
      multiplyPoses(
        out.worldFromLink,
        this.#toolLink * poseStride,
        this.#carriedPoses,
        i * poseStride,
        scratch,
        0,
      );
      out.boxes.place(index, scratch, 0);
    }
  }

  #indicesOf(linkNames: readonly string[]): number[] {
    return this.solids.flatMap((s, i) => (linkNames.includes(s.linkName) ? [i] : []));
  }
}

/** Links that the gripper's joints move, apart from the pads. */
function fingerLinks(model: RobotModel): Set<string> {
  const actuator = model.actuators[model.actuatorIndex(model.manifest.gripper.actuator)];
  const joints = new Set((actuator?.jointIndices ?? []).map((i) => model.jointNames[i]));
  return new Set(
    model.links
      .filter((link) => link.joint !== undefined && joints.has(link.joint.name))
      .map((link) => link.name),
  );
}

function halfSize(solid: UrdfSolid): Vector3 {
  const { shape } = solid;
  switch (shape.kind) {
    case 'box':
      return [shape.sizeM[0] / 2, shape.sizeM[1] / 2, shape.sizeM[2] / 2];
    case 'cylinder':
      return [shape.radiusM, shape.radiusM, shape.lengthM / 2];
    case 'sphere':
      return [shape.radiusM, shape.radiusM, shape.radiusM];
    case 'mesh':
      return [0, 0, 0]; // the URDF reader refuses meshes as collision shapes
  }
}
