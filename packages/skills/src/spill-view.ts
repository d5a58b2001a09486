import { Transform, type Vector3 } from '@efferent/core';
import { clearOf } from './clear-surface.ts';
import type { SupportArea } from './geometry.ts';
import { freshDepth, freshPictures, lookAt } from './library/observe.ts';
import type { DepthPoints, MapSighting, SkillBody } from './skill-body.ts';
import { spillClass } from './spill.ts';
import { type Patch, patchOf } from './wipe-lanes.ts';

/** Pictures in which nothing of a spill may be seen. */
const picturesToBeSure = 5;
/** Sightings within this are of one spill, m. */
export const sameSpillM = 0.35;
/** A spill lies within this of the height of its surface, m: positions of detections are noisy. */
export const supportToleranceM = 0.15;
/** One picture covers so much of a surface, m. */
const viewWidthM = 0.5;

/** What pictures from several sides of the head have shown of a surface. */
export class SurfaceView {
  readonly #area: SupportArea;
  readonly #pictures: { readonly depth: DepthPoints; readonly sightings: readonly MapSighting[] }[] = [];

  constructor(area: SupportArea) {
    this.#area = area;
  }

  /** Looks at points of the surface, one after the other. @returns every sighting in every picture */
  async look(body: SkillBody, points: readonly Vector3[]): Promise<readonly MapSighting[]> {
    const seen: MapSighting[] = [];
    for (const point of points) {
      await lookAt(body, point);
      for (let i = 0; i < picturesToBeSure; i++) {
        await freshPictures(body, 1);
        seen.push(...body.sightings().sightings);
      }
      await freshDepth(body);
      this.#pictures.push({ depth: body.depthPoints(), sightings: body.sightings().sightings });
    }
    return seen;
  }

  /**
   * Tells where the surface was seen and nothing but spills stands within a distance, map frame.
   *
   * @param roomM - radius of what is moved there and what it keeps free, m
   */
  clear(roomM: number): (x: number, y: number) => boolean {
    return clearOf(this.#area, this.#pictures, roomM);
  }
}

/** Points that, looked at one after the other, cover a patch. */
export function viewPointsOf({ mapFromPatch, lengthM }: Patch): readonly Vector3[] {
  const count = Math.max(1, Math.ceil(lengthM / viewWidthM));
  return Array.from({ length: count }, (_, i) =>
    mapFromPatch.apply([((i + 0.5) / count - 0.5) * lengthM, 0, 0]),
  );
}

/** The largest of the spills among sightings, within a radius of a point on an area; undefined when there is none. */
export function largestSpill(
  sightings: readonly MapSighting[],
  area: SupportArea,
  centerM: Vector3,
  radiusM: number,
): Patch | undefined {
  const surfaceM = area.mapFromArea.translation[2];
  const spills = sightings.filter(
    ({ className, mapFromThing: { translation } }) =>
      className === spillClass &&
      Math.abs(translation[2] - surfaceM) < supportToleranceM &&
      Math.hypot(translation[0] - centerM[0], translation[1] - centerM[1]) < radiusM,
  );
  const largest = spills.toSorted((a, b) => extent(b) - extent(a))[0];
  if (largest === undefined) return undefined;
  const [x, y] = largest.mapFromThing.translation;
  const same = spills.filter(
    ({ mapFromThing: { translation } }) => Math.hypot(translation[0] - x, translation[1] - y) < sameSpillM,
  );
  const middle = same.toSorted((a, b) => extent(a) - extent(b))[same.length >> 1] ?? largest;
  return patchOf(
    { ...middle, mapFromThing: new Transform(meanOf(same), middle.mapFromThing.rotation) },
    surfaceM,
  );
}

function meanOf(sightings: readonly MapSighting[]): Vector3 {
  const mean = (axis: 0 | 1 | 2) =>
    sightings.reduce((sum, { mapFromThing }) => sum + mapFromThing.translation[axis], 0) / sightings.length;
  return [mean(0), mean(1), mean(2)];
}

const extent = ({ sizeM }: MapSighting): number => sizeM[0] * sizeM[1];
