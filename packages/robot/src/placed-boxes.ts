import { quaternionFromAxisAngle, Transform, type Vector3 } from '@efferent/core';
import { furnitureTransform } from './prior-map.ts';
import type { MapArticulation, MapBox, PriorMap } from './prior-map-schema.ts';

/** A solid box placed in `map`. */
export interface PlacedBox {
  /** Furniture, articulation or wall (`wall-0`, …) that it belongs to. */
  readonly ownerId: string;
  readonly part: 'wall' | 'furniture' | 'articulation' | 'handle';
  readonly mapFromBox: Transform;
  readonly sizeM: Vector3;
  readonly colorRgb: Vector3;
}

/**
 * Returns how the moving part is displaced in its furniture's frame: `furnitureFromMoved`, identity at position 0.
 *
 * @param position - joint position, m or rad
 */
export function articulationTransform(articulation: MapArticulation, position: number): Transform {
  const { axis, originM } = articulation;
  if (articulation.joint === 'prismatic') {
    return new Transform([axis[0] * position, axis[1] * position, axis[2] * position], [0, 0, 0, 1]);
  }
  const rotation = quaternionFromAxisAngle(axis, position);
  const rotated = new Transform([0, 0, 0], rotation).apply(originM);
  return new Transform([originM[0] - rotated[0], originM[1] - rotated[1], originM[2] - rotated[2]], rotation);
}

/**
 * Lists every solid box of the map in `map` coordinates.
 *
 * @param articulationPositions - joint positions by articulation id, m or rad; absent ones are closed
 */
export function placedBoxes(
  map: PriorMap,
  articulationPositions: ReadonlyMap<string, number> = new Map(),
): PlacedBox[] {
  const boxes: PlacedBox[] = map.walls.map((w, index) => {
    const dx = w.toM[0] - w.fromM[0];
    const dy = w.toM[1] - w.fromM[1];
    const center = Transform.fromPlanar(
      (w.fromM[0] + w.toM[0]) / 2,
      (w.fromM[1] + w.toM[1]) / 2,
      Math.atan2(dy, dx),
    );
    return {
      ownerId: `wall-${index}`,
      part: 'wall',
      mapFromBox: center.multiply(new Transform([0, 0, w.heightM / 2], [0, 0, 0, 1])),
      sizeM: [Math.hypot(dx, dy) + w.thicknessM, w.thicknessM, w.heightM],
      colorRgb: w.colorRgb,
    };
  });
  const place = (ownerId: string, part: PlacedBox['part'], mapFromPart: Transform, b: MapBox): PlacedBox => ({
    ownerId,
    part,
    mapFromBox: mapFromPart.multiply(new Transform(b.centerM, [0, 0, 0, 1])),
    sizeM: b.sizeM,
    colorRgb: b.colorRgb,
  });
  for (const f of map.furniture) {
    const mapFromFurniture = Transform.fromPlanar(...f.poseXyYaw);
    for (const b of f.boxes) boxes.push(place(f.id, 'furniture', mapFromFurniture, b));
  }
  for (const a of map.articulations) {
    const mapFromPart = furnitureTransform(map, a.furnitureId).multiply(
      articulationTransform(a, articulationPositions.get(a.id) ?? 0),
    );
    for (const b of a.boxes) boxes.push(place(a.id, 'articulation', mapFromPart, b));
    boxes.push(
      place(a.id, 'handle', mapFromPart, {
        centerM: a.handle.positionM,
        sizeM: a.handle.sizeM,
        colorRgb: a.handle.colorRgb,
      }),
    );
  }
  return boxes;
}
