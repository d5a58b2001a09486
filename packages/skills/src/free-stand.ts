import { Transform, type Vector3 } from '@efferent/core';
import { placedBoxes } from '@efferent/robot';
import { standingRoom } from './arm-motion.ts';
import type { PlanningBody } from './skill-body.ts';
import { grown, WorkScene } from './work-scene.ts';

/** A part moved by less than this is in nobody's way, m or rad. */
const movedBy = 0.05;
/** Open parts farther than this from a place do not matter for it, m. */
const relevantM = 1.2;
/** How far from the wished place others are tried, and in which steps, m. */
const farthestM = 0.6;
const stepM = 0.1;
/** A door is not exactly where it was estimated to be: this much room is kept from open parts, m. */
const roomM = 0.05;
const eyeHeightM = 1.3;
const sampleM = 0.05;

/**
 * Finds the place nearest to a wished one where the base stands clear of open drawers and doors and none of them hides a
 * point. The wished place itself when nothing is open there, and when there is no better one.
 */
export function freeStand(body: PlanningBody, wished: Transform, pointM: Vector3): Transform {
  const [wishedX, wishedY] = wished.translation;
  const openIds = new Set(
    [...body.openings].filter(([, position]) => position > movedBy).map(([articulationId]) => articulationId),
  );
  const parts = placedBoxes(body.map, body.openings).filter(
    ({ ownerId, mapFromBox: { translation } }) =>
      openIds.has(ownerId) && Math.hypot(translation[0] - wishedX, translation[1] - wishedY) < relevantM,
  );
  if (parts.length === 0) return wished;
  const work = new WorkScene(body, { useDepth: false });
  for (const [index, { mapFromBox, sizeM }] of parts.entries())
    work.scene.addBox({
      id: `around-open-${index}`,
      mapFromBox,
      sizeM: [sizeM[0] + 2 * roomM, sizeM[1] + 2 * roomM, sizeM[2]],
    });
  const isRoom = standingRoom(body, work);
  const hides = parts.map(({ mapFromBox, sizeM }) => grown(mapFromBox, sizeM, roomM));
  const sees = (x: number, y: number): boolean => {
    const [dx, dy, dz] = [pointM[0] - x, pointM[1] - y, pointM[2] - eyeHeightM];
    const samples = Math.ceil(Math.hypot(dx, dy, dz) / sampleM);
    // The point itself may lie inside of what was opened.
    for (let i = 0; i < samples - 2; i++) {
      const t = i / samples;
      if (hides.some((inside) => inside(x + t * dx, y + t * dy, eyeHeightM + t * dz))) return false;
    }
    return true;
  };
  return (
    standsAround(wished).find(({ translation: [x, y], yaw }) => isRoom(x, y, yaw) && sees(x, y)) ?? wished
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
