import { Transform, type Vector3 } from '@efferent/core';
import {
  boundsOverlap,
  boxBottom,
  boxesOverlap,
  boxStride,
  touchesBounds,
  widenBounds,
  writeBox,
} from './box-overlap.ts';
import type { Neighbour } from './neighbour.ts';
import type { PlanningScene } from './planning-scene.ts';
import { multiplyPoses, poseStride, type RobotModel, writePose } from './robot-model.ts';
import type { SolidShape } from './urdf.ts';

/** Two things that touch: a link or an attached object, and a link, a scene box or `floor`. */
export interface Collision {
  readonly first: string;
  readonly second: string;
}

/** A solid of a robot, or of what it holds, as a box of a link. */
export interface RobotBox {
  /** Link, or id of the attached object. */
  readonly name: string;
  readonly linkName: string;
  readonly link: number;
  readonly half: Vector3;
  readonly linkFromBox: Float64Array;
  /** Moves with the arm or the head: checked against the floor. */
  readonly aboveFloor: boolean;
}

/**
 * Tells whether a robot touches itself or its surroundings. Every solid is treated as an oriented box; cylinders and
 * spheres by the box around them, which errs on the safe side.
 */
export class CollisionChecker {
  readonly model: RobotModel;
  readonly #scene: PlanningScene;
  readonly #marginM: number;
  readonly #poses: Float64Array;
  readonly #mapFromLink = new Float64Array(poseStride);
  readonly #mapFromBase = new Float64Array(poseStride);
  readonly #mapFromBox = new Float64Array(poseStride);
  readonly #bounds = new Float64Array(6);
  #sceneVersion = -1;
  #robot: readonly RobotBox[] = [];
  #robotBoxes = new Float64Array(0);
  #sceneBoxes = new Float64Array(0);
  #sceneNames: readonly string[] = [];
  /** For each scene box, which robot boxes may touch it; undefined when none may. */
  #allowed: readonly (Uint8Array | undefined)[] = [];
  #selfPairs = new Int32Array(0);

  /** @param marginM - distance to keep from obstacles, m; self-collision uses none */
  constructor(model: RobotModel, scene: PlanningScene, marginM = 0.01) {
    this.model = model;
    this.#scene = scene;
    this.#marginM = marginM;
    this.#poses = model.createKinematicsBuffer();
    this.setBasePose(Transform.identity);
  }

  /** Places the robot's base in the map. */
  setBasePose(mapFromBase: Transform): void {
    writePose(mapFromBase, this.#mapFromBase, 0);
  }

  /** Places the base at x, y (m) and yaw (rad) without allocating. */
  setPlanarBasePose(x: number, y: number, yaw: number): void {
    const m = this.#mapFromBase;
    m.fill(0);
    m[0] = m[5] = Math.cos(yaw);
    m[4] = Math.sin(yaw);
    m[1] = -m[4];
    m[3] = x;
    m[7] = y;
    m[10] = 1;
  }

  /** Tells whether joint positions `q` (order of `model.jointNames`) touch anything. Does not allocate. */
  isColliding(q: Float64Array): boolean {
    this.#place(q);
    return this.#firstSelf(0) >= 0 || this.#firstScene(0) >= 0;
  }

  /** Tells whether the robot touches itself. Does not allocate. */
  isSelfColliding(q: Float64Array): boolean {
    this.#place(q);
    return this.#firstSelf(0) >= 0;
  }

  /** Names the first contact found, for messages. */
  findCollision(q: Float64Array): Collision | undefined {
    this.#place(q);
    const pair = this.#firstSelf(0);
    if (pair >= 0) return this.#selfContact(pair);
    const hit = this.#firstScene(0);
    return hit < 0 ? undefined : this.#sceneContact(hit);
  }

  /** Names every contact, one for each pair of boxes. */
  contacts(q: Float64Array): Collision[] {
    this.#place(q);
    const found: Collision[] = [];
    for (let pair = this.#firstSelf(0); pair >= 0; pair = this.#firstSelf(pair + 2))
      found.push(this.#selfContact(pair));
    for (let hit = this.#firstScene(0); hit >= 0; hit = this.#firstScene(hit + 1))
      found.push(this.#sceneContact(hit));
    return found;
  }

  /**
   * Counts the pairs of boxes in contact, the robot's own included. A guard may let a robot that starts in contact move
   * as long as the count does not grow. Does not allocate.
   */
  countContacts(q: Float64Array): number {
    this.#place(q);
    let count = 0;
    for (let pair = this.#firstSelf(0); pair >= 0; pair = this.#firstSelf(pair + 2)) count++;
    for (let hit = this.#firstScene(0); hit >= 0; hit = this.#firstScene(hit + 1)) count++;
    return count;
  }

  /** Counts the pairs of boxes in which the configuration checked last touches another robot. Does not allocate. */
  countContactsWith(neighbour: Neighbour): number {
    if (!neighbour.isPlaced) return 0;
    let count = 0;
    for (let n = 0; n < neighbour.count; n++) {
      if (!touchesBounds(neighbour.boxes, n * boxStride, this.#bounds)) continue;
      for (let i = 0; i < this.#robot.length; i++) {
        if (!boundsOverlap(this.#robotBoxes, i * boxStride, neighbour.boxes, n * boxStride)) continue;
        if (boxesOverlap(this.#robotBoxes, i * boxStride, neighbour.boxes, n * boxStride)) count++;
      }
    }
    return count;
  }

  #place(q: Float64Array): void {
    if (this.#sceneVersion !== this.#scene.version) this.#refresh();
    this.model.forwardKinematics(q, this.#poses);
    let link = -1;
    for (let i = 0; i < this.#robot.length; i++) {
      const box = this.#robot[i]!;
      if (box.link !== link) {
        link = box.link;
        multiplyPoses(this.#mapFromBase, 0, this.#poses, link * poseStride, this.#mapFromLink, 0);
      }
      multiplyPoses(this.#mapFromLink, 0, box.linkFromBox, 0, this.#mapFromBox, 0);
      writeBox(this.#mapFromBox, 0, box.half[0], box.half[1], box.half[2], this.#robotBoxes, i * boxStride);
      widenBounds(this.#robotBoxes, i * boxStride, this.#bounds, i === 0);
    }
  }

  #selfContact(pair: number): Collision {
    return {
      first: this.#robot[this.#selfPairs[pair]!]!.name,
      second: this.#robot[this.#selfPairs[pair + 1]!]!.name,
    };
  }

  #sceneContact(hit: number): Collision {
    const sceneBox = Math.floor(hit / this.#robot.length) - 1;
    return {
      first: this.#robot[hit % this.#robot.length]!.name,
      second: sceneBox < 0 ? 'floor' : this.#sceneNames[sceneBox]!,
    };
  }

  /** Index into the pair list of the first self-contact at or after `from`, or -1. */
  #firstSelf(from: number): number {
    const boxes = this.#robotBoxes;
    for (let i = from; i < this.#selfPairs.length; i += 2) {
      if (boxesOverlap(boxes, this.#selfPairs[i]! * boxStride, boxes, this.#selfPairs[i + 1]! * boxStride))
        return i;
    }
    return -1;
  }

  /** Code `(scene box + 1) * robot boxes + robot box` of the first contact at or after `from`, or -1; scene box -1 is the floor. */
  #firstScene(from: number): number {
    const count = this.#robot.length;
    const robot = this.#robotBoxes;
    for (let i = from; i < count; i++) {
      if (this.#robot[i]!.aboveFloor && boxBottom(robot, i * boxStride) < 0) return i;
    }
    const scene = this.#sceneBoxes;
    const boxes = this.#sceneNames.length;
    for (let s = Math.max(0, Math.floor(from / count) - 1); s < boxes; s++) {
      if (!touchesBounds(scene, s * boxStride, this.#bounds)) continue;
      const allowed = this.#allowed[s];
      for (let i = Math.max(0, from - (s + 1) * count); i < count; i++) {
        if (allowed !== undefined && allowed[i] === 1) continue;
        if (!boundsOverlap(robot, i * boxStride, scene, s * boxStride)) continue;
        if (boxesOverlap(robot, i * boxStride, scene, s * boxStride)) return (s + 1) * count + i;
      }
    }
    return -1;
  }

  #refresh(): void {
    const links = solidBoxes(this.model);
    const attached = this.#scene.attached.map((box) =>
      attachedBox(this.model, box.id, box.linkName, box.linkFromBox, box.sizeM),
    );
    this.#robot = [...links, ...attached];
    this.#robotBoxes = new Float64Array(this.#robot.length * boxStride);
    this.#selfPairs = Int32Array.from(selfPairs(this.model, this.#robot, links.length));
    const boxes = this.#scene.boxes;
    this.#sceneBoxes = new Float64Array(boxes.length * boxStride);
    this.#sceneNames = boxes.map((box) => box.id);
    const pose = new Float64Array(poseStride);
    boxes.forEach((box, i) => {
      writePose(box.mapFromBox, pose, 0);
      const [x, y, z] = box.sizeM;
      const margin = this.#marginM;
      writeBox(pose, 0, x / 2 + margin, y / 2 + margin, z / 2 + margin, this.#sceneBoxes, i * boxStride);
    });
    this.#allowed = boxes.map((box) => {
      // What no joint moves stands on something, and stays there.
      const isMounted = (part: RobotBox) => this.model.isFixed && !part.aboveFloor;
      const flags = Uint8Array.from(this.#robot, (part) =>
        isMounted(part) || this.#scene.isContactAllowed(box.id, part.linkName) ? 1 : 0,
      );
      return flags.includes(1) ? flags : undefined;
    });
    this.#sceneVersion = this.#scene.version;
  }
}

/** The solids of a robot as boxes of its links. */
export function solidBoxes(model: RobotModel): RobotBox[] {
  const moving = new Set<number>();
  for (const link of model.links) {
    const wheel = link.joint?.type === 'continuous';
    if (link.parentIndex >= 0 && !wheel && (link.joint?.type !== 'fixed' || moving.has(link.parentIndex)))
      moving.add(link.index);
  }
  return model.links.flatMap((link) =>
    link.collision.map((solid) => {
      const linkFromBox = new Float64Array(poseStride);
      writePose(solid.linkFromSolid, linkFromBox, 0);
      return {
        name: link.name,
        linkName: link.name,
        link: link.index,
        half: halfSizes(solid.shape),
        linkFromBox,
        aboveFloor: moving.has(link.index),
      };
    }),
  );
}

function attachedBox(
  model: RobotModel,
  id: string,
  linkName: string,
  linkFromBox: Transform,
  sizeM: Vector3,
): RobotBox {
  const pose = new Float64Array(poseStride);
  writePose(linkFromBox, pose, 0);
  const half: Vector3 = [sizeM[0] / 2, sizeM[1] / 2, sizeM[2] / 2];
  return { name: id, linkName, link: model.linkIndex(linkName), half, linkFromBox: pose, aboveFloor: true };
}

function halfSizes(shape: SolidShape): Vector3 {
  switch (shape.kind) {
    case 'box':
      return [shape.sizeM[0] / 2, shape.sizeM[1] / 2, shape.sizeM[2] / 2];
    case 'cylinder':
      return [shape.radiusM, shape.radiusM, shape.lengthM / 2];
    case 'sphere':
      return [shape.radiusM, shape.radiusM, shape.radiusM];
    case 'mesh':
      return [0, 0, 0];
  }
}

/** Pairs of box indices that must not touch: the manifest's, and attached objects against what the hand must not touch. */
function selfPairs(model: RobotModel, boxes: readonly RobotBox[], linkBoxes: number): number[] {
  const handLink = model.links[model.linkIndex(model.manifest.frames.tool)]!;
  const hand = model.links[handLink.parentIndex]!.name;
  const pairs: number[] = [];
  for (const [first, second] of model.manifest.self_collision) {
    const withAttached = (names: readonly string[], i: number) =>
      i < linkBoxes ? names.includes(boxes[i]!.name) : names.includes(hand);
    for (let i = 0; i < boxes.length; i++) {
      if (!withAttached(first, i)) continue;
      for (let j = 0; j < boxes.length; j++) if (i !== j && withAttached(second, j)) pairs.push(i, j);
    }
  }
  return pairs;
}
