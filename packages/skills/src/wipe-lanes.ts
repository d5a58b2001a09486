import { Transform, type Vector3, wrapAngle } from '@efferent/core';
import type { SupportArea } from './geometry.ts';
import type { MapSighting } from './skill-body.ts';

/** A rectangle on a surface that is to be wiped. */
export interface Patch {
  /** Its middle on the surface, z up, x along the long side; `map`. */
  readonly mapFromPatch: Transform;
  /** Along the long side and across it, m. */
  readonly lengthM: number;
  readonly widthM: number;
}

/** One stroke of the tool's middle in a straight line, map frame, m. */
export interface Stroke {
  readonly from: Vector3;
  readonly to: Vector3;
}

/** A patch is wiped so far beyond what was seen of it, m: where it was seen is not exact. */
const beyondM = 0.02;
/** Lanes lie beside each other by this share of the tool's width. */
const laneShare = 0.75;
/** The tool is looked at in steps of this size along a lane, m. */
const stepM = 0.02;
/** A free part of a lane that is shorter than this is left out, m. */
const shortestM = 0.03;

/** The patch under a flat thing that was seen on a surface. @param surfaceM - height of the surface */
export function patchOf(
  { mapFromThing, sizeM }: Pick<MapSighting, 'mapFromThing' | 'sizeM'>,
  surfaceM: number,
): Patch {
  const [x, y] = mapFromThing.translation;
  const isAlongX = sizeM[0] >= sizeM[1];
  const yaw = mapFromThing.yaw + (isAlongX ? 0 : Math.PI / 2);
  const level = Transform.fromPlanar(x, y, wrapAngle(yaw));
  return {
    mapFromPatch: new Transform([x, y, surfaceM], level.rotation),
    lengthM: Math.max(sizeM[0], sizeM[1]),
    widthM: Math.min(sizeM[0], sizeM[1]),
  };
}

/**
 * The strip of a surface along an edge at which the robot stands.
 *
 * @param edgeM - a point of the edge, map frame
 * @param outward - from the edge to the robot
 * @param depthM - how far the strip reaches in
 * @param insetM - how far its sides stay from the edges
 */
export function frontStrip(
  area: SupportArea,
  edgeM: readonly [number, number],
  outward: readonly [number, number],
  depthM: number,
  insetM: number,
): Patch {
  const areaFromMap = area.mapFromArea.inverse();
  const [ox, oy] = turned(areaFromMap, outward);
  const isAcrossY = Math.abs(oy) >= Math.abs(ox);
  const edge = areaFromMap.apply([edgeM[0], edgeM[1], 0]);
  const [along, across] = isAcrossY ? [area.sizeM[0], area.sizeM[1]] : [area.sizeM[1], area.sizeM[0]];
  const widthM = Math.min(depthM, across - 2 * insetM);
  const inM = insetM + widthM / 2;
  const center: Vector3 = isAcrossY
    ? [0, edge[1] - Math.sign(oy) * inM, 0]
    : [edge[0] - Math.sign(ox) * inM, 0, 0];
  const patchInArea = new Transform(center, Transform.fromPlanar(0, 0, isAcrossY ? 0 : Math.PI / 2).rotation);
  return { mapFromPatch: area.mapFromArea.multiply(patchInArea), lengthM: along - 2 * insetM, widthM };
}

const turned = (frame: Transform, [x, y]: readonly [number, number]): readonly [number, number] => {
  const at = frame.apply([x, y, 0]);
  return [at[0] - frame.translation[0], at[1] - frame.translation[1]];
};

/**
 * Strokes that cover a patch, to and fro along its long side; those in a row begin where the last one ends nearby.
 *
 * @param toolM - width of what wipes
 * @param isFree - whether nothing else is in the way of the tool's middle there, map frame
 */
export function wipeStrokes(
  { mapFromPatch, lengthM, widthM }: Patch,
  toolM: number,
  isFree: (x: number, y: number) => boolean,
): readonly Stroke[] {
  const coveredM = widthM + 2 * beyondM;
  const count = Math.max(1, Math.ceil((coveredM - toolM) / (laneShare * toolM)) + 1);
  const sideM = Math.max(0, coveredM - toolM) / 2;
  const endM = Math.max(beyondM, lengthM / 2 + beyondM - toolM / 2);
  const strokes: Stroke[] = [];
  for (let lane = 0; lane < count; lane++) {
    const v = count === 1 ? 0 : sideM * ((2 * lane) / (count - 1) - 1);
    const parts = freeParts(endM, (u) => {
      const [x, y] = mapFromPatch.apply([u, v, 0]);
      return isFree(x, y);
    });
    const isBack = lane % 2 === 1;
    const inOrder = isBack ? parts.toReversed() : parts;
    for (const [low, high] of inOrder)
      strokes.push({
        from: mapFromPatch.apply([isBack ? high : low, v, 0]),
        to: mapFromPatch.apply([isBack ? low : high, v, 0]),
      });
  }
  return strokes;
}

/** Points all over a patch, its middle first, map frame, m. */
export function pointsOn({ mapFromPatch, lengthM, widthM }: Patch): readonly (readonly [number, number])[] {
  const ends = [0, -0.5, -0.25, 0.25, 0.5];
  return ends.flatMap((u) =>
    [0, -0.5, 0.5].map((v) => {
      const [x, y] = mapFromPatch.apply([u * lengthM, v * widthM, 0]);
      return [x, y] as const;
    }),
  );
}

/** Parts of a lane from `-endM` to `endM` in which every step is free. */
function freeParts(endM: number, isFree: (u: number) => boolean): readonly (readonly [number, number])[] {
  const steps = Math.max(1, Math.ceil((2 * endM) / stepM));
  const parts: [number, number][] = [];
  let from: number | undefined;
  let last = 0;
  for (let i = 0; i <= steps; i++) {
    const u = -endM + (2 * endM * i) / steps;
    if (isFree(u)) {
      from ??= u;
      last = u;
      continue;
    }
    if (from !== undefined && last - from >= shortestM) parts.push([from, last]);
    from = undefined;
  }
  if (from !== undefined && last - from >= shortestM) parts.push([from, last]);
  return parts;
}
