import { distance3, type Vector3 } from '@efferent/core';
import { placedBoxes } from '@efferent/robot';
import type { MapSighting, PlanningBody } from './skill-body.ts';
import { grown } from './work-scene.ts';

/** A part moved by less than this is in nobody's way, m or rad. */
const movedBy = 0.05;
/** Boxes farther than this from a point do not hide it from whoever stands by it, m. */
const relevantM = 1.2;
/** A door is not exactly where it was estimated to be: this much room is kept from open parts, m. */
export const openPartRoomM = 0.05;
const eyeHeightM = 1.3;
const sampleM = 0.05;

/** Boxes of the map around a point that belong to open drawers and doors. */
export function openPartsAround(body: PlanningBody, [x, y]: readonly [number, number, ...number[]]) {
  const isOpen = (id: string) => (body.openings.get(id) ?? 0) > movedBy;
  return boxesAround(body, x, y).filter(({ ownerId }) => isOpen(ownerId));
}

/** A thing whose middle is nearer to a point than this is the thing at that point, m. */
const sameThingM = 0.06;

/** Things of a picture that may stand before a point: all but what is at it. */
export const othersThan = (sightings: readonly MapSighting[], pointM: Vector3): readonly MapSighting[] =>
  sightings.filter(({ mapFromThing }) => distance3(mapFromThing.translation, pointM) > sameThingM);

/**
 * Tells from where on the floor a robot's eye sees a point: neither furniture, open drawers and doors, nor things between them.
 *
 * @param pointM - in `map`
 * @param roomM - how far an open part may be from where it was estimated, m
 * @param things - what stands around the point
 */
export function sightOf(
  body: PlanningBody,
  pointM: Vector3,
  roomM = openPartRoomM,
  things: readonly MapSighting[] = [],
): (x: number, y: number) => boolean {
  const hides = [
    ...openPartsAround(body, pointM).map(({ mapFromBox, sizeM }) => grown(mapFromBox, sizeM, roomM)),
    ...boxesAround(body, pointM[0], pointM[1])
      .filter(({ part }) => part === 'furniture')
      .map(({ mapFromBox, sizeM }) => grown(mapFromBox, sizeM, 0)),
    ...things.map(({ mapFromThing, sizeM }) => grown(mapFromThing, sizeM, 0)),
  ];
  return (x, y) => {
    const [dx, dy, dz] = [pointM[0] - x, pointM[1] - y, pointM[2] - eyeHeightM];
    const samples = Math.ceil(Math.hypot(dx, dy, dz) / sampleM);
    // The point itself may lie inside of what was opened, or on a board.
    for (let i = 0; i < samples - 2; i++) {
      const t = i / samples;
      if (hides.some((inside) => inside(x + t * dx, y + t * dy, eyeHeightM + t * dz))) return false;
    }
    return true;
  };
}

const boxesAround = (body: PlanningBody, x: number, y: number) =>
  placedBoxes(body.map, body.openings).filter(
    ({ mapFromBox: { translation } }) => Math.hypot(translation[0] - x, translation[1] - y) < relevantM,
  );
