import { Transform, type Vector3 } from '@efferent/core';
import { standingRoom } from './arm-motion.ts';
import { openPartRoomM, openPartsAround, sightOf } from './sight-line.ts';
import type { MapSighting, PlanningBody } from './skill-body.ts';
import { WorkScene } from './work-scene.ts';

/** How far from the wished place others are tried, and in which steps, m. */
const farthestM = 0.6;
const stepM = 0.1;
/** A place is another one when it is this far from one that is taken, m. */
const besideM = 0.2;

/**
 * Finds the place nearest to a wished one where the base stands clear of open drawers and doors and neither they nor the
 * furniture hide a point. The wished place itself when nothing is open there, and when there is no better one.
 *
 * @param sightRoomM - how far from an open part the line of sight must pass, m
 * @param taken - places where something was found to stand
 * @param things - what may hide the point besides
 */
export function freeStand(
  body: PlanningBody,
  wished: Transform,
  pointM: Vector3,
  {
    sightRoomM = openPartRoomM,
    taken = [],
    things = [],
  }: {
    readonly sightRoomM?: number;
    readonly taken?: readonly Transform[];
    readonly things?: readonly MapSighting[];
  } = {},
): Transform {
  const parts = openPartsAround(body, wished.translation);
  if (parts.length === 0 && taken.length === 0) return wished;
  const work = new WorkScene(body, { useDepth: false });
  for (const [index, { mapFromBox, sizeM }] of parts.entries())
    work.scene.addBox({
      id: `around-open-${index}`,
      mapFromBox,
      sizeM: [sizeM[0] + 2 * openPartRoomM, sizeM[1] + 2 * openPartRoomM, sizeM[2]],
    });
  const isRoom = standingRoom(body, work);
  const sees = sightOf(body, pointM, sightRoomM, things);
  const isTaken = (x: number, y: number) =>
    taken.some(({ translation }) => Math.hypot(translation[0] - x, translation[1] - y) < besideM);
  return (
    standsAround(wished).find(
      ({ translation: [x, y], yaw }) => !isTaken(x, y) && isRoom(x, y, yaw) && sees(x, y),
    ) ?? wished
  );
}

/** A pose and those around it with the same heading, nearest first. */
function standsAround(wished: Transform): readonly Transform[] {
  const count = Math.round(farthestM / stepM);
  const offsets: { readonly x: number; readonly y: number; readonly away: number }[] = [];
  for (let i = -count; i <= count; i++) {
    for (let j = -count; j <= count; j++) {
      const [x, y] = [i * stepM, j * stepM];
      offsets.push({ x, y, away: Math.hypot(x, y) });
    }
  }
  return offsets
    .sort((a, b) => a.away - b.away)
    .map(({ x, y }) => wished.multiply(Transform.fromPlanar(x, y, 0)));
}
