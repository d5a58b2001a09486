import type { SupportArea } from './geometry.ts';
import type { DepthPoints, MapSighting } from './skill-body.ts';
import { spillClass } from './spill.ts';

/** Depth points this far above the surface belong to something on it, m; and up to this height. */
const aboveM = 0.02;
const topM = 0.4;
/** Edge of the squares in which depth points are counted, m; fewer points than this are noise. */
const cellM = 0.02;
const minPoints = 2;
/** The surface counts as seen within this of a depth point on it, in squares. */
const seenWithin = 2;

/** One look at a surface. */
export interface SurfacePicture {
  readonly depth: DepthPoints;
  readonly sightings: readonly MapSighting[];
}

/**
 * Tells where a surface was seen and nothing but spills stands on it within a distance of a point, map frame: neither a depth point nor
 * a detected box.
 *
 * @param roomM - radius of what is moved there and what it keeps free, m
 */
export function clearOf(
  area: SupportArea,
  pictures: readonly SurfacePicture[],
  roomM: number,
): (x: number, y: number) => boolean {
  const areaFromMap = area.mapFromArea.inverse();
  const level = new Set<string>();
  const counts = new Map<string, { readonly u: number; readonly v: number; count: number }>();
  const [halfU, halfV] = [area.sizeM[0] / 2 + roomM, area.sizeM[1] / 2 + roomM];
  for (const { depth } of pictures) {
    for (let i = 0; i + 2 < depth.pointsM.length; i += 3) {
      const [u, v, w] = areaFromMap.apply([depth.pointsM[i]!, depth.pointsM[i + 1]!, depth.pointsM[i + 2]!]);
      if (Math.abs(u) > halfU || Math.abs(v) > halfV || w < -aboveM || w > Math.min(topM, area.clearanceM))
        continue;
      const key = keyOf(u, v);
      if (w < aboveM) {
        level.add(key);
        continue;
      }
      const cell = counts.get(key);
      if (cell === undefined) counts.set(key, { u, v, count: 1 });
      else cell.count += 1;
    }
  }
  const taken = [...counts.values()].filter(({ count }) => count >= minPoints);
  const things = pictures
    .flatMap(({ sightings }) => sightings)
    .filter(({ className }) => className !== spillClass)
    .map(({ mapFromThing, sizeM }) => ({
      at: areaFromMap.apply(mapFromThing.translation),
      halfM: sizeM[2] / 2,
      radiusM: Math.hypot(sizeM[0], sizeM[1]) / 2 / Math.SQRT2,
    }))
    .filter(({ at, halfM }) => at[2] + halfM > 0 && at[2] - halfM < topM);
  return (x, y) => {
    const [u, v] = areaFromMap.apply([x, y, area.mapFromArea.translation[2]]);
    return (
      wasSeen(level, u, v) &&
      taken.every((cell) => Math.hypot(cell.u - u, cell.v - v) > roomM) &&
      things.every(({ at, radiusM }) => Math.hypot(at[0] - u, at[1] - v) > roomM + radiusM)
    );
  };
}

const keyOf = (u: number, v: number): string => `${Math.round(u / cellM)},${Math.round(v / cellM)}`;

function wasSeen(level: ReadonlySet<string>, u: number, v: number): boolean {
  for (let i = -seenWithin; i <= seenWithin; i++)
    for (let j = -seenWithin; j <= seenWithin; j++)
      if (level.has(keyOf(u + i * cellM, v + j * cellM))) return true;
  return false;
}
