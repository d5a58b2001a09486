import type { MessageTypes } from '@efferent/interfaces';
import { Group, type LineSegments, type Material, Mesh, MeshBasicMaterial, RingGeometry } from 'three';
import { boxGeometry } from './geometries.ts';
import type { Label } from './labels.ts';
import { boxOutline } from './outline.ts';
import { placeAtPose } from './pose.ts';

type BeliefObject = MessageTypes['efferent_interfaces/msg/BeliefObject'];

interface Ghost {
  readonly group: Group;
  readonly outline: LineSegments;
  readonly body: Mesh;
}

const color = '#f2b04a';
const highlightColor = '#ffffff';

/** Where the robot believes things are: translucent ghosts, fainter the less it is sure. */
export class BeliefLayer {
  readonly group = new Group();
  readonly #ghosts = new Map<string, Ghost>();
  readonly #ring = new Mesh(
    new RingGeometry(0.075, 0.088, 40),
    new MeshBasicMaterial({ color: highlightColor, transparent: true, depthWrite: false, side: 2 }),
  );
  #objects: readonly BeliefObject[] = [];
  #highlighted = '';

  constructor() {
    this.#ring.visible = false;
    this.group.add(this.#ring);
  }

  apply(objects: readonly BeliefObject[]): void {
    this.#objects = objects;
    const ids = new Set(objects.map(({ id }) => id));
    for (const [id, ghost] of this.#ghosts) {
      if (ids.has(id)) continue;
      this.group.remove(ghost.group);
      this.#ghosts.delete(id);
    }
    for (const object of objects) this.#draw(object);
    this.#placeRing();
  }

  /** Rings one object; an empty id rings none. */
  highlight(id: string): void {
    this.#highlighted = id;
    this.#placeRing();
  }

  get highlighted(): string {
    return this.#highlighted;
  }

  /** @param isSeen - tells whether a detection already labels the thing */
  labels(isSeen: (object: BeliefObject) => boolean): [string, Label][] {
    return this.#objects.flatMap((object): [string, Label][] => {
      if (object.confidence < 0.05 || isSeen(object)) return [];
      const { x, y, z } = object.pose.position;
      return [
        [
          `believed-${object.id}`,
          {
            text: object.id,
            detail: object.relation === 'held-by' ? 'held' : object.confidence.toFixed(2),
            kind: 'believed',
            position: [x, y, z + object.size.z / 2 + 0.02],
            strength: object.confidence,
          },
        ],
      ];
    });
  }

  #draw(object: BeliefObject): void {
    let ghost = this.#ghosts.get(object.id);
    if (!ghost) {
      ghost = {
        group: new Group(),
        outline: boxOutline(color, true),
        body: new Mesh(
          boxGeometry(1, 1, 1),
          new MeshBasicMaterial({ color, transparent: true, depthWrite: false }),
        ),
      };
      ghost.group.add(ghost.outline, ghost.body);
      this.#ghosts.set(object.id, ghost);
      this.group.add(ghost.group);
    }
    placeAtPose(ghost.group, object.pose);
    ghost.group.scale.set(
      Math.max(0.02, object.size.x) * 1.06,
      Math.max(0.02, object.size.y) * 1.06,
      Math.max(0.02, object.size.z) * 1.06,
    );
    ghost.group.visible = object.relation !== 'held-by';
    (ghost.outline.material as Material).opacity = object.visible ? 0.25 : 0.2 + 0.6 * object.confidence;
    (ghost.body.material as Material).opacity = object.visible ? 0 : 0.16 * object.confidence;
  }

  #placeRing(): void {
    const target = this.#objects.find(({ id }) => id === this.#highlighted);
    this.#ring.visible = target !== undefined;
    if (!target) return;
    const { x, y, z } = target.pose.position;
    this.#ring.position.set(x, y, z - target.size.z / 2 + 0.006);
    const scale = Math.max(0.7, Math.max(target.size.x, target.size.y) / 0.11);
    this.#ring.scale.set(scale, scale, 1);
  }
}
