import { PointMapper, rotateVector, Transform, type Vector3 } from '@efferent/core';
import {
  CollisionChecker,
  type PlacedBox,
  PlanningScene,
  placedBoxes,
  ReachKinematics,
  type RobotModel,
} from '@efferent/robot';
import type { PlanningBody } from './skill-body.ts';

/** Edge of the cubes that unexplained depth points become, m. */
const voxelM = 0.04;
/** A depth point this near a box of the map, or a link, is explained by it, m. */
const explainedM = 0.035;
/** Only what is this near the robot matters for the arm, m. */
const nearM = 1.6;
/** Fewer points than this in a voxel are noise. */
const minVoxelPoints = 3;
const marginM = 0.006;
/** Joints that lag behind their set-points by different amounts leave the planned way by up to this much, m. */
const roomyMarginM = 0.025;
/** What is carried may sit otherwise in the hand than thought, m. */
const carriedSlackM = 0.04;

export interface WorkSceneOptions {
  /** Positions of drawers and doors, m or rad; those that are left out are as the body remembers them. */
  readonly openings?: ReadonlyMap<string, number>;
  /** Things that will be touched on purpose: depth points in them are no obstacles. */
  readonly ignore?: readonly { readonly mapFromBox: Transform; readonly sizeM: Vector3 }[];
  /** What is in the gripper, as a box in the tool's frame. */
  readonly carried?: { readonly toolFromBox: Transform; readonly sizeM: Vector3 };
  /** Take the depth picture in; default true. */
  readonly useDepth?: boolean;
}

/** What the robot must not touch right now: the prior map, the depth picture and what it carries. */
export class WorkScene {
  readonly scene: PlanningScene;
  readonly checker: CollisionChecker;
  /** The same with room for a fast motion. */
  readonly roomyChecker: CollisionChecker;
  /** Whether something in the gripper was said to be carried. */
  readonly isCarrying: boolean;
  readonly #body: PlanningBody;
  #kinematics: ReachKinematics | undefined;

  constructor(body: PlanningBody, options: WorkSceneOptions = {}) {
    this.#body = body;
    this.isCarrying = options.carried !== undefined;
    const openings = new Map([...body.openings, ...(options.openings ?? [])]);
    this.scene = PlanningScene.fromPriorMap(body.map, openings);
    const ignore = [...(options.ignore ?? []), ...this.#carriedBox(options.carried)];
    if (options.useDepth !== false) this.#addDepth(placedBoxes(body.map, openings), ignore);
    if (options.carried !== undefined) {
      this.scene.attach({
        id: 'carried',
        linkName: body.model.manifest.frames.tool,
        linkFromBox: options.carried.toolFromBox,
        sizeM: options.carried.sizeM,
      });
    }
    this.checker = new CollisionChecker(body.model, this.scene, marginM);
    this.checker.setBasePose(body.mapFromBase());
    this.roomyChecker = new CollisionChecker(body.model, this.scene, roomyMarginM);
  }

  /** Kinematics of the arm. @throws {@link ConfigurationError} code `unsupported-arm` for an arm of another kind */
  get kinematics(): ReachKinematics {
    this.#kinematics ??= new ReachKinematics(this.#body.model);
    return this.#kinematics;
  }

  /** Pose of the tool in the base frame, whatever the arm. @param positions - order of `model.actuators` */
  baseFromTool(positions: Float64Array): Transform {
    const { model } = this.#body;
    const q = model.jointPositionsFromActuators(positions, model.zeroJointPositions());
    return model.baseFromLink(q, model.manifest.frames.tool);
  }

  /** Where what is carried is now: in the depth picture it is no obstacle. */
  #carriedBox(carried: WorkSceneOptions['carried']): NonNullable<WorkSceneOptions['ignore']> {
    if (carried === undefined) return [];
    const baseFromTool = this.baseFromTool(this.#body.actuatorPositions());
    const mapFromBox = this.#body.mapFromBase().multiply(baseFromTool).multiply(carried.toolFromBox);
    const [x, y, z] = carried.sizeM;
    return [{ mapFromBox, sizeM: [x + carriedSlackM, y + carriedSlackM, z + carriedSlackM] }];
  }

  /** Lets the fingers, and what is carried, touch boxes with this id. */
  allowFingers(id: string): void {
    this.scene.allowContact(id, [...fingerLinks(this.#body), this.#body.model.manifest.frames.tool]);
  }

  #addDepth(known: readonly PlacedBox[], ignore: NonNullable<WorkSceneOptions['ignore']>): void {
    const { pointsM } = this.#body.depthPoints();
    const here = this.#body.mapFromBase();
    const [bx, by] = here.translation;
    const explained = [
      ...known
        .filter(
          (box) => Math.hypot(box.mapFromBox.translation[0] - bx, box.mapFromBox.translation[1] - by) < 4,
        )
        .map((box) => grown(box.mapFromBox, box.sizeM, explainedM)),
      ...ignore.map((box) => grown(box.mapFromBox, box.sizeM, explainedM)),
      ...robotBoxes(this.#body),
    ];
    const counts = new Map<string, { count: number; readonly center: Vector3 }>();
    for (let i = 0; i + 2 < pointsM.length; i += 3) {
      const x = pointsM[i]!;
      const y = pointsM[i + 1]!;
      const z = pointsM[i + 2]!;
      if (z < 0.04 || Math.abs(x - bx) > nearM || Math.abs(y - by) > nearM) continue;
      if (explained.some((inside) => inside(x, y, z))) continue;
      const cell: Vector3 = [Math.floor(x / voxelM), Math.floor(y / voxelM), Math.floor(z / voxelM)];
      const key = cell.join(',');
      const entry = counts.get(key);
      if (entry === undefined) {
        counts.set(key, {
          count: 1,
          center: [(cell[0] + 0.5) * voxelM, (cell[1] + 0.5) * voxelM, (cell[2] + 0.5) * voxelM],
        });
      } else entry.count += 1;
    }
    const solid = [...counts.values()].filter((entry) => entry.count >= minVoxelPoints);
    this.scene.addVoxels(
      'seen',
      solid.flatMap((entry) => entry.center),
      voxelM,
    );
  }
}

/** Links that the gripper's joints move. */
export function fingerLinks(body: PlanningBody): readonly string[] {
  return linksMovedBy(body, body.model.manifest.gripper.actuator);
}

/** How far the fingertips of the shut hand reach beyond the tool's origin, m. */
export function aheadOfTool({ model }: PlanningBody): number {
  const { gripper, frames } = model.manifest;
  const positions = model.namedPose('stow');
  positions[model.actuatorIndex(gripper.actuator)] = 0;
  const q = model.jointPositionsFromActuators(positions, model.zeroJointPositions());
  const poses = model.linkPoses(q);
  const toolFromBase = (poses.get(frames.tool) ?? Transform.identity).inverse();
  const reaches = model.links
    .filter(({ name }) => gripper.pads.includes(name))
    .flatMap((link) =>
      link.collision.map(({ shape, linkFromSolid }) => {
        const pose = toolFromBase
          .multiply(poses.get(link.name) ?? Transform.identity)
          .multiply(linkFromSolid);
        const half = halfSize(shape);
        const axes = [0, 1, 2].map((i) => half[i as 0] * Math.abs(rotateVector(pose.rotation, unit(i))[0]));
        return pose.translation[0] + axes.reduce((sum, each) => sum + each, 0);
      }),
    );
  return Math.max(0, ...reaches);
}

const unit = (axis: number): Vector3 => [axis === 0 ? 1 : 0, axis === 1 ? 1 : 0, axis === 2 ? 1 : 0];

/** Half extents of the box around a solid, m. */
function halfSize(shape: RobotModel['links'][number]['collision'][number]['shape']): Vector3 {
  switch (shape.kind) {
    case 'box':
      return [shape.sizeM[0] / 2, shape.sizeM[1] / 2, shape.sizeM[2] / 2];
    case 'cylinder':
      return [shape.radiusM, shape.radiusM, shape.lengthM / 2];
    case 'sphere':
      return [shape.radiusM, shape.radiusM, shape.radiusM];
    default:
      return [0, 0, 0];
  }
}

/** Links that an actuator's joints move. */
export function linksMovedBy(body: PlanningBody, actuator: string): readonly string[] {
  const { model } = body;
  const joints = new Set(
    (model.actuators[model.actuatorIndex(actuator)]?.jointIndices ?? []).map(
      (index) => model.jointNames[index],
    ),
  );
  return model.links
    .filter((link) => {
      for (let at = link.index; at >= 0; at = model.links[at]?.parentIndex ?? -1) {
        if (joints.has(model.links[at]?.joint?.name ?? '')) return true;
      }
      return false;
    })
    .map((link) => link.name);
}

export type Inside = (x: number, y: number, z: number) => boolean;

/** Tells whether a point is inside a box grown by `byM` on all sides. */
export function grown(mapFromBox: Transform, sizeM: Vector3, byM: number): Inside {
  const boxFromMap = new PointMapper(mapFromBox.inverse());
  const halfX = sizeM[0] / 2 + byM;
  const halfY = sizeM[1] / 2 + byM;
  const halfZ = sizeM[2] / 2 + byM;
  const reach = Math.hypot(halfX, halfY, halfZ);
  const [cx, cy, cz] = mapFromBox.translation;
  return (x, y, z) => {
    if (Math.abs(x - cx) > reach || Math.abs(y - cy) > reach || Math.abs(z - cz) > reach) return false;
    boxFromMap.apply(x, y, z);
    return Math.abs(boxFromMap.x) < halfX && Math.abs(boxFromMap.y) < halfY && Math.abs(boxFromMap.z) < halfZ;
  };
}

/** The robot's own solids, so that its arm in the picture is no obstacle. */
export function robotBoxes(body: PlanningBody): Inside[] {
  return linkBoxes(body, body.actuatorPositions(), explainedM + 0.02, () => true);
}

/**
 * Solids of some links, grown.
 * @param positions - of the actuators, m or rad
 */
export function linkBoxes(
  body: PlanningBody,
  positions: Float64Array,
  growM: number,
  isWanted: (linkName: string) => boolean,
): Inside[] {
  const q = body.model.zeroJointPositions();
  const poses = body.model.linkPoses(body.model.jointPositionsFromActuators(positions, q));
  const mapFromBase = body.mapFromBase();
  return body.model.links
    .filter((link) => isWanted(link.name))
    .flatMap((link) =>
      link.collision.map((solid) => {
        const pose = mapFromBase
          .multiply(poses.get(link.name) ?? Transform.identity)
          .multiply(solid.linkFromSolid);
        const [x, y, z] = halfSize(solid.shape);
        const size: Vector3 = [2 * x, 2 * y, 2 * z];
        return grown(pose, size, growM);
      }),
    );
}
