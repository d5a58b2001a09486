import { rotateVector, type Vector3 } from '@efferent/core';
import { type PlacedBox, placedBoxes } from './placed-boxes.ts';
import type { PriorMap } from './prior-map-schema.ts';

/** Cells of a floor plan, row-major from the corner with the smallest x and y. */
export interface OccupancyGrid {
  readonly resolutionM: number;
  /** `map` coordinates of the outer corner of cell 0. */
  readonly originM: readonly [number, number];
  readonly width: number;
  readonly height: number;
  /** 1 occupied, 0 free; [height, width]. */
  readonly occupied: Uint8Array;
}

/** Heights above the floor that count, m. */
export interface HeightBand {
  readonly minZM: number;
  readonly maxZM: number;
}

/** A box seen from above. */
export interface Footprint {
  readonly x: number;
  readonly y: number;
  readonly cosYaw: number;
  readonly sinYaw: number;
  readonly halfX: number;
  readonly halfY: number;
}

/** Beyond the bounds of the map the grid goes on this far, so that walls have a thickness, m. */
const marginM = 0.15;

/** Lists what stands in a band of heights, seen from above. Boxes are upright, as furniture is. */
export function footprintsInBand(boxes: readonly PlacedBox[], band: HeightBand): Footprint[] {
  return boxes.flatMap(({ mapFromBox, sizeM }) => {
    const [x, y, z] = mapFromBox.translation;
    if (z - sizeM[2] / 2 > band.maxZM || z + sizeM[2] / 2 < band.minZM) return [];
    const forward: Vector3 = rotateVector(mapFromBox.rotation, [1, 0, 0]);
    const length = Math.hypot(forward[0], forward[1]);
    return [
      {
        x,
        y,
        cosYaw: forward[0] / length,
        sinYaw: forward[1] / length,
        halfX: sizeM[0] / 2,
        halfY: sizeM[1] / 2,
      },
    ];
  });
}

/** Returns the distance from a point to the outline of a footprint, m; negative inside. */
export function signedDistance(footprint: Footprint, x: number, y: number): number {
  const dx = x - footprint.x;
  const dy = y - footprint.y;
  const outX = Math.abs(footprint.cosYaw * dx + footprint.sinYaw * dy) - footprint.halfX;
  const outY = Math.abs(-footprint.sinYaw * dx + footprint.cosYaw * dy) - footprint.halfY;
  const outside = Math.hypot(Math.max(outX, 0), Math.max(outY, 0));
  return outside > 0 ? outside : Math.max(outX, outY);
}

/** Describes an empty grid over the bounds of a map. */
export function emptyGrid(map: PriorMap, resolutionM: number): OccupancyGrid {
  const [minX, minY] = map.bounds.minM;
  const [maxX, maxY] = map.bounds.maxM;
  const width = Math.ceil((maxX - minX + 2 * marginM) / resolutionM);
  const height = Math.ceil((maxY - minY + 2 * marginM) / resolutionM);
  return {
    resolutionM,
    originM: [minX - marginM, minY - marginM],
    width,
    height,
    occupied: new Uint8Array(width * height),
  };
}

/** Marks every cell whose centre lies in something that stands in `band`; everything closed. */
export function occupancyGridFromMap(map: PriorMap, resolutionM: number, band: HeightBand): OccupancyGrid {
  const grid = emptyGrid(map, resolutionM);
  const footprints = footprintsInBand(placedBoxes(map), band);
  for (let row = 0; row < grid.height; row++) {
    for (let column = 0; column < grid.width; column++) {
      const x = grid.originM[0] + (column + 0.5) * resolutionM;
      const y = grid.originM[1] + (row + 0.5) * resolutionM;
      if (footprints.some((footprint) => signedDistance(footprint, x, y) <= resolutionM / 2)) {
        grid.occupied[row * grid.width + column] = 1;
      }
    }
  }
  return grid;
}
