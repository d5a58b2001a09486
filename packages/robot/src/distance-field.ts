import { emptyGrid, footprintsInBand, type HeightBand, signedDistance } from './occupancy-grid.ts';
import { placedBoxes } from './placed-boxes.ts';
import type { PriorMap } from './prior-map-schema.ts';

/** Distances beyond this look alike, m. */
const farM = 1;

/**
 * Distance from any point of the floor to the nearest surface that a lidar at one height can hit.
 *
 * Sampled on a grid and interpolated bilinearly, so that it has a gradient everywhere.
 */
export class DistanceField {
  readonly #resolutionM: number;
  readonly #originX: number;
  readonly #originY: number;
  readonly #width: number;
  readonly #height: number;
  /** [height, width], m, at cell centres. */
  readonly #distancesM: Float32Array;
  /** Result of the last {@link sample}: distance, m, and its gradient. */
  distanceM = farM;
  gradientX = 0;
  gradientY = 0;

  constructor(map: PriorMap, band: HeightBand, resolutionM = 0.025) {
    const grid = emptyGrid(map, resolutionM);
    this.#resolutionM = resolutionM;
    this.#originX = grid.originM[0] + resolutionM / 2;
    this.#originY = grid.originM[1] + resolutionM / 2;
    this.#width = grid.width;
    this.#height = grid.height;
    this.#distancesM = new Float32Array(grid.width * grid.height);
    const footprints = footprintsInBand(placedBoxes(map), band);
    for (let row = 0; row < grid.height; row++) {
      const y = this.#originY + row * resolutionM;
      for (let column = 0; column < grid.width; column++) {
        const x = this.#originX + column * resolutionM;
        let nearest = farM;
        for (const footprint of footprints) nearest = Math.min(nearest, signedDistance(footprint, x, y));
        this.#distancesM[row * grid.width + column] = nearest;
      }
    }
  }

  /**
   * Looks up one point. Loop-safe: does not allocate; the result is in the fields.
   *
   * @returns false outside of the map, where nothing is known
   */
  sample(xM: number, yM: number): boolean {
    const u = (xM - this.#originX) / this.#resolutionM;
    const v = (yM - this.#originY) / this.#resolutionM;
    const column = Math.floor(u);
    const row = Math.floor(v);
    if (column < 0 || row < 0 || column >= this.#width - 1 || row >= this.#height - 1) return false;
    const a = u - column;
    const b = v - row;
    const index = row * this.#width + column;
    const d00 = this.#distancesM[index] as number;
    const d10 = this.#distancesM[index + 1] as number;
    const d01 = this.#distancesM[index + this.#width] as number;
    const d11 = this.#distancesM[index + this.#width + 1] as number;
    this.distanceM = (1 - b) * ((1 - a) * d00 + a * d10) + b * ((1 - a) * d01 + a * d11);
    this.gradientX = ((1 - b) * (d10 - d00) + b * (d11 - d01)) / this.#resolutionM;
    this.gradientY = ((1 - a) * (d01 - d00) + a * (d11 - d10)) / this.#resolutionM;
    return true;
  }
}
