import { placedBoxes } from './placed-boxes.ts';
import type { PriorMap } from './prior-map-schema.ts';

/** Farther than this from anything, all places are alike, m. */
export const farM = 0.6;
const cellM = 0.025;

/**
 * Distance from any point of the floor to the nearest solid of the map between two heights; negative inside. Outside of the
 * map's bounds nothing is free. Sampled on a grid, interpolated bilinearly.
 */
export class ClearanceField {
  readonly #originX: number;
  readonly #originY: number;
  readonly #width: number;
  readonly #height: number;
  readonly #distances: Float32Array;

  /**
   * @param lowM,highM - heights between which a solid counts, m
   * @param openings - believed positions of drawers and doors by id, m or rad; those that are left out are closed
   */
  constructor(map: PriorMap, lowM: number, highM: number, openings?: ReadonlyMap<string, number>) {
    const [minX, minY] = map.bounds.minM;
    this.#originX = minX;
    this.#originY = minY;
    this.#width = Math.ceil((map.bounds.maxM[0] - minX) / cellM) + 1;
    this.#height = Math.ceil((map.bounds.maxM[1] - minY) / cellM) + 1;
    this.#distances = new Float32Array(this.#width * this.#height).fill(farM);
    for (const { mapFromBox, sizeM, part } of placedBoxes(map, openings)) {
      const [x, y, z] = mapFromBox.translation;
      if (part === 'handle' || z - sizeM[2] / 2 > highM || z + sizeM[2] / 2 < lowM) continue;
      this.#addRectangle(x, y, mapFromBox.yaw, sizeM[0] / 2, sizeM[1] / 2);
    }
  }

  /** Returns the clearance at a point, m, at most {@link farM}. Runs in planners and loops; does not allocate. */
  at(x: number, y: number): number {
    const u = (x - this.#originX) / cellM;
    const v = (y - this.#originY) / cellM;
    const column = Math.floor(u);
    const row = Math.floor(v);
    if (column < 0 || row < 0 || column >= this.#width - 1 || row >= this.#height - 1) return -farM;
    const d = this.#distances;
    const i = row * this.#width + column;
    const a = u - column;
    const b = v - row;
    const low = d[i]! + (d[i + 1]! - d[i]!) * a;
    const high = d[i + this.#width]! + (d[i + this.#width + 1]! - d[i + this.#width]!) * a;
    return low + (high - low) * b;
  }

  #addRectangle(centerX: number, centerY: number, yaw: number, halfX: number, halfY: number): void {
    const c = Math.cos(yaw);
    const s = Math.sin(yaw);
    const reachX = Math.abs(c) * halfX + Math.abs(s) * halfY + farM;
    const reachY = Math.abs(s) * halfX + Math.abs(c) * halfY + farM;
    const firstColumn = Math.max(0, Math.floor((centerX - reachX - this.#originX) / cellM));
    const lastColumn = Math.min(this.#width - 1, Math.ceil((centerX + reachX - this.#originX) / cellM));
    const firstRow = Math.max(0, Math.floor((centerY - reachY - this.#originY) / cellM));
    const lastRow = Math.min(this.#height - 1, Math.ceil((centerY + reachY - this.#originY) / cellM));
    for (let row = firstRow; row <= lastRow; row++) {
      for (let column = firstColumn; column <= lastColumn; column++) {
        const dx = this.#originX + column * cellM - centerX;
        const dy = this.#originY + row * cellM - centerY;
        const outX = Math.abs(c * dx + s * dy) - halfX;
        const outY = Math.abs(c * dy - s * dx) - halfY;
        const distance = Math.hypot(Math.max(0, outX), Math.max(0, outY)) + Math.min(0, Math.max(outX, outY));
        const i = row * this.#width + column;
        if (distance < this.#distances[i]!) this.#distances[i] = distance;
      }
    }
  }
}
