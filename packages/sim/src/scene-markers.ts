import { Transform, type Vector3 } from '@efferent/core';
import type { MessageTypes } from '@efferent/interfaces';
import { placedBoxes } from '@efferent/robot';
import { personBoxes } from './people.ts';
import type { PhysicsWorld } from './physics-world.ts';
import type { StainCell, StainLog } from './stain-log.ts';

type Header = MessageTypes['std_msgs/msg/Header'];

/** Everything is sent again this often, for listeners that lost a message, s. */
const fullEveryS = 5;

/** Shapes of visualization_msgs/msg/Marker. */
const markerType = { box: 1, sphere: 2, cylinder: 3 } as const;

/** Action DELETE of visualization_msgs/msg/Marker. */
const deleteAction = 2;
/** A square of a stain as it is drawn, m. */
const stainScale: Vector3 = [0.02, 0.02, 0.002];

interface MarkerSource {
  /** Entity that it belongs to; also the marker's namespace. */
  readonly ns: string;
  readonly id: number;
  readonly type: number;
  readonly scale: Vector3;
  readonly colorRgb: Vector3;
  /** Pose in its group; groups move as one. */
  readonly groupFromMarker: Transform;
  readonly group: number;
}

/** The scene as `visualization_msgs/msg/Marker`s for human eyes: everything once, then only what moved. */
export class SceneMarkers {
  readonly #physics: PhysicsWorld;
  readonly #stains: StainLog | undefined;
  /** Squares of stains as they are shown: drawn (`false`) or wiped away (`true`). */
  readonly #shownCells = new Map<StainCell, boolean>();
  readonly #sources: readonly MarkerSource[];
  /** Last published pose by group; group 0 never moves. */
  readonly #shown: (Transform | undefined)[];
  #subscribers = 0;
  #lastFullS = Number.NEGATIVE_INFINITY;

  constructor(physics: PhysicsWorld, stains?: StainLog) {
    this.#physics = physics;
    this.#stains = stains;
    this.#sources = [...fixedSources(physics), ...articulationSources(physics), ...objectSources(physics)];
    this.#shown = new Array(1 + physics.articulations.length + physics.objects.length).fill(undefined);
  }

  /**
   * Returns what to publish now: everything when someone new listens or the last time was long ago, else what moved.
   *
   * @param subscribers - how many listen now
   */
  update(subscribers: number, timeS: number, header: Header) {
    const isNew = subscribers > this.#subscribers;
    this.#subscribers = subscribers;
    if (subscribers === 0) return [];
    if (isNew || timeS - this.#lastFullS > fullEveryS) {
      this.forget();
      this.#lastFullS = timeS;
    }
    return this.changed(header);
  }

  /** Makes the next call return everything. */
  forget(): void {
    this.#shown.fill(undefined);
    this.#shownCells.clear();
  }

  /** Returns the markers whose pose changed since the last call. */
  changed(header: Header) {
    const moved = new Map<number, Transform>();
    for (let group = 0; group < this.#shown.length; group++) {
      const pose = this.#poseOf(group);
      const shown = this.#shown[group];
      if (shown !== undefined && isSame(shown, pose)) continue;
      this.#shown[group] = pose;
      moved.set(group, pose);
    }
    const things = this.#sources.flatMap((source) => {
      const mapFromGroup = moved.get(source.group);
      return mapFromGroup === undefined
        ? []
        : [marker(source, mapFromGroup.multiply(source.groupFromMarker), header)];
    });
    return [...things, ...this.#changedCells(header)];
  }

  /** Squares of stains that are drawn for the first time, or were wiped away. */
  #changedCells(header: Header) {
    const { stains = [] } = this.#stains ?? {};
    return stains.flatMap(({ id: ns, cells, colorRgb }) =>
      cells.flatMap((cell, id) => {
        if (this.#shownCells.get(cell) === cell.isWiped) return [];
        this.#shownCells.set(cell, cell.isWiped);
        const source = { ns, id, type: markerType.box, scale: stainScale, colorRgb };
        const drawn = marker(source, new Transform([cell.x, cell.y, cell.z], [0, 0, 0, 1]), header);
        return [cell.isWiped ? { ...drawn, action: deleteAction } : drawn];
      }),
    );
  }

  #poseOf(group: number): Transform {
    const { articulations, objects } = this.#physics;
    if (group === 0) return Transform.identity;
    const articulation = articulations[group - 1];
    return articulation?.mapFromPart() ?? (objects[group - 1 - articulations.length]?.pose() as Transform);
  }
}

function marker(
  source: Pick<MarkerSource, 'ns' | 'id' | 'type' | 'scale' | 'colorRgb'>,
  pose: Transform,
  header: Header,
) {
  const [x, y, z] = pose.translation;
  const [qx, qy, qz, qw] = pose.rotation;
  return {
    header,
    ns: source.ns,
    id: source.id,
    type: source.type,
    action: 0,
    pose: { position: { x, y, z }, orientation: { x: qx, y: qy, z: qz, w: qw } },
    scale: { x: source.scale[0], y: source.scale[1], z: source.scale[2] },
    color: { r: source.colorRgb[0] / 255, g: source.colorRgb[1] / 255, b: source.colorRgb[2] / 255, a: 1 },
    frame_locked: true,
    text: source.ns,
  };
}

function isSame(a: Transform, b: Transform): boolean {
  for (let i = 0; i < 3; i++)
    if (Math.abs((a.translation[i] as number) - (b.translation[i] as number)) > 2e-4) return false;
  for (let i = 0; i < 4; i++)
    if (Math.abs((a.rotation[i] as number) - (b.rotation[i] as number)) > 1e-3) return false;
  return true;
}

function fixedSources(physics: PhysicsWorld): MarkerSource[] {
  const { map, file } = physics.scene;
  const furniture = placedBoxes(map).filter((b) => b.part === 'wall' || b.part === 'furniture');
  const people = personBoxes(file.people).map((b) => ({ ...b, ownerId: b.partId }));
  return [...furniture, ...people].map((b, id) => ({
    ns: b.ownerId,
    id,
    type: markerType.box,
    scale: b.sizeM,
    colorRgb: b.colorRgb,
    groupFromMarker: b.mapFromBox,
    group: 0,
  }));
}

function articulationSources(physics: PhysicsWorld): MarkerSource[] {
  return physics.articulations.flatMap(({ id: ns, spec }, index) =>
    [...spec.boxes, { ...spec.handle, centerM: spec.handle.positionM }].map((b, id) => ({
      ns,
      id,
      type: markerType.box,
      scale: b.sizeM,
      colorRgb: b.colorRgb,
      groupFromMarker: new Transform(b.centerM, [0, 0, 0, 1]),
      group: 1 + index,
    })),
  );
}

function objectSources(physics: PhysicsWorld): MarkerSource[] {
  return physics.objects.flatMap((object, index) =>
    object.solids.map(({ shape, objectFromSolid, colorRgb }, id) => {
      const scale: Vector3 =
        shape.kind === 'box'
          ? shape.sizeM
          : shape.kind === 'sphere'
            ? [2 * shape.radiusM, 2 * shape.radiusM, 2 * shape.radiusM]
            : [2 * shape.radiusM, 2 * shape.radiusM, shape.heightM];
      const group = 1 + physics.articulations.length + index;
      return {
        ns: object.id,
        id,
        type: markerType[shape.kind],
        scale,
        colorRgb,
        groupFromMarker: objectFromSolid,
        group,
      };
    }),
  );
}
