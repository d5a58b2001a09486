import { Transform, type Vector3 } from '@efferent/core';
import { placedBoxes } from './placed-boxes.ts';
import type { PriorMap } from './prior-map-schema.ts';

/** An obstacle. Several boxes may share one id: an object, a piece of furniture, the voxels of one depth image. */
export interface SceneBox {
  readonly id: string;
  readonly mapFromBox: Transform;
  readonly sizeM: Vector3;
}

/** A box that moves with a link, e.g. the object in the gripper. */
export interface AttachedBox {
  readonly id: string;
  readonly linkName: string;
  readonly linkFromBox: Transform;
  readonly sizeM: Vector3;
}

/** Id of the box that is a drawer's or door's handle: fingers may touch it without touching the front behind it. */
export const handleBoxId = (articulationId: string): string => `${articulationId}:handle`;

/** What the robot must not touch: boxes in `map`, boxes it carries, and contacts that are allowed. */
export class PlanningScene {
  readonly #boxes: SceneBox[] = [];
  readonly #attached: AttachedBox[] = [];
  readonly #allowed = new Map<string, ReadonlySet<string> | 'all'>();
  #version = 0;

  /**
   * Makes a scene of walls and furniture.
   *
   * @param articulationPositions - believed positions of doors and drawers by id, m or rad; absent ones are closed
   */
  static fromPriorMap(map: PriorMap, articulationPositions?: ReadonlyMap<string, number>): PlanningScene {
    const scene = new PlanningScene();
    for (const { ownerId, part, mapFromBox, sizeM } of placedBoxes(map, articulationPositions))
      scene.addBox({ id: part === 'handle' ? handleBoxId(ownerId) : ownerId, mapFromBox, sizeM });
    return scene;
  }

  /** Changes with every edit; checkers refresh on it. */
  get version(): number {
    return this.#version;
  }

  get boxes(): readonly SceneBox[] {
    return this.#boxes;
  }

  get attached(): readonly AttachedBox[] {
    return this.#attached;
  }

  addBox(box: SceneBox): void {
    this.#boxes.push(box);
    this.#version++;
  }

  /** Adds cubes, e.g. of a depth image. @param centersM - `[n, 3]`, row-major, map frame */
  addVoxels(id: string, centersM: ArrayLike<number>, edgeM: number): void {
    for (let i = 0; i + 2 < centersM.length; i += 3) {
      const center: Vector3 = [centersM[i] as number, centersM[i + 1] as number, centersM[i + 2] as number];
      this.#boxes.push({ id, mapFromBox: new Transform(center, [0, 0, 0, 1]), sizeM: [edgeM, edgeM, edgeM] });
    }
    this.#version++;
  }

  /** Removes every box with this id. */
  remove(id: string): void {
    removeWhere(this.#boxes, (box) => box.id === id);
    this.#version++;
  }

  /** Makes a box move with a link; scene boxes with the same id are removed. */
  attach(box: AttachedBox): void {
    this.remove(box.id);
    this.detach(box.id);
    this.#attached.push(box);
    this.#version++;
  }

  detach(id: string): void {
    removeWhere(this.#attached, (box) => box.id === id);
    this.#version++;
  }

  /** Lets the named links, and what is attached to them, touch the boxes with this id; without names, all links. */
  allowContact(boxId: string, linkNames?: readonly string[]): void {
    this.#allowed.set(boxId, linkNames === undefined ? 'all' : new Set(linkNames));
    this.#version++;
  }

  /** Takes back {@link PlanningScene.allowContact}. */
  forbidContact(boxId: string): void {
    this.#allowed.delete(boxId);
    this.#version++;
  }

  isContactAllowed(boxId: string, linkName: string): boolean {
    const allowed = this.#allowed.get(boxId);
    return allowed === 'all' || allowed?.has(linkName) === true;
  }

  /** Copies the scene, so that one plan can change it without affecting others. */
  clone(): PlanningScene {
    const copy = new PlanningScene();
    copy.#boxes.push(...this.#boxes);
    copy.#attached.push(...this.#attached);
    for (const [id, links] of this.#allowed) copy.#allowed.set(id, links);
    return copy;
  }
}

function removeWhere<T>(items: T[], matches: (item: T) => boolean): void {
  for (let i = items.length - 1; i >= 0; i--) if (matches(items[i] as T)) items.splice(i, 1);
}
