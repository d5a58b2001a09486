import { sleeveShape } from '../signal/sleeve-shape.ts';

/** A displacement of the sleeve in spacings of its electrodes. */
export interface SleeveMove {
  readonly columns: number;
  readonly rings: number;
}

/**
 * How a sleeve may sit next time, where it is now first: columns are 22.5 degrees apart, rings 20 mm. A decoder that is
 * fitted to all of them stands a shift of 10 mm and a rotation of 13 degrees.
 */
export const imaginedMoves: readonly SleeveMove[] = [
  { columns: 0, rings: 0 },
  { columns: 0.6, rings: 0 },
  { columns: -0.6, rings: 0 },
  { columns: 0, rings: 0.5 },
  { columns: 0, rings: -0.5 },
];

/**
 * Estimates the features that a displaced sleeve would see: linear between the electrodes, around the forearm without a
 * seam, and beyond the outer rings by continuing the last step.
 *
 * @param logFeatures - `[feature, ring, column]`
 * @param out - same shape, overwritten
 */
export function imagineMove(logFeatures: Float64Array, move: SleeveMove, out: Float64Array): void {
  const { rings, columns } = sleeveShape;
  const whole = Math.floor(move.columns);
  const part = move.columns - whole;
  for (let map = 0; map < logFeatures.length; map += rings * columns) {
    for (let ring = 0; ring < rings; ring++) {
      const at = ring + move.rings;
      const lower = Math.min(rings - 2, Math.max(0, Math.floor(at)));
      const upperShare = at - lower;
      const row = map + lower * columns;
      for (let column = 0; column < columns; column++) {
        const left = (((column + whole) % columns) + columns) % columns;
        const right = (left + 1) % columns;
        const near =
          (1 - part) * (logFeatures[row + left] as number) + part * (logFeatures[row + right] as number);
        const far =
          (1 - part) * (logFeatures[row + columns + left] as number) +
          part * (logFeatures[row + columns + right] as number);
        out[map + ring * columns + column] = (1 - upperShare) * near + upperShare * far;
      }
    }
  }
}
