import { sleeveShape } from '../signal/sleeve-shape.ts';
import { type ClassMoments, emptyMoments } from './class-moments.ts';

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

/** How the value of each feature of a displaced sleeve is made of values where it sits: up to four electrodes each. */
interface MoveWeights {
  /** `[feature, 4]`, index of a feature */
  readonly from: Uint16Array;
  /** `[feature, 4]` */
  readonly share: Float64Array;
}

/**
 * Estimates the features that a displaced sleeve would see: linear between the electrodes, around the forearm without a
 * seam, and beyond the outer rings by continuing the last step.
 *
 * @param logFeatures - `[feature, ring, column]`
 * @param out - same shape, overwritten
 */
export function imagineMove(logFeatures: Float64Array, move: SleeveMove, out: Float64Array): void {
  const { from, share } = weightsOf(move, logFeatures.length);
  out.fill(0);
  for (let i = 0; i < share.length; i++)
    out[i >> 2] = (out[i >> 2] as number) + (share[i] as number) * (logFeatures[from[i] as number] as number);
}

/**
 * Returns the moments of windows as a displaced sleeve would see them; the same as moving every window, for features are
 * moved linearly.
 */
export function imagineMoments(moments: ClassMoments, move: SleeveMove): ClassMoments {
  const { featureCount, classCount } = moments;
  const moved = emptyMoments(featureCount, classCount);
  moved.counts.set(moments.counts);
  for (let k = 0; k < classCount; k++) {
    const row = [k * featureCount, (k + 1) * featureCount] as const;
    imagineMove(moments.sums.subarray(...row), move, moved.sums.subarray(...row));
  }
  const { from, share } = weightsOf(move, featureCount);
  for (let i = 0; i < featureCount; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let a = 4 * i; a < 4 * i + 4; a++) {
        const x = from[a] as number;
        for (let b = 4 * j; b < 4 * j + 4; b++) {
          const y = from[b] as number;
          const at = x > y ? x * featureCount + y : y * featureCount + x;
          sum += (share[a] as number) * (share[b] as number) * (moments.products[at] as number);
        }
      }
      moved.products[i * featureCount + j] = sum;
    }
  }
  return moved;
}

const known = new Map<string, MoveWeights>();

function weightsOf(move: SleeveMove, featureCount: number): MoveWeights {
  const key = `${move.columns} ${move.rings} ${featureCount}`;
  const weights = known.get(key) ?? makeWeights(move, featureCount);
  known.set(key, weights);
  return weights;
}

function makeWeights(move: SleeveMove, featureCount: number): MoveWeights {
  const { rings, columns } = sleeveShape;
  const from = new Uint16Array(4 * featureCount);
  const share = new Float64Array(4 * featureCount);
  const whole = Math.floor(move.columns);
  const part = move.columns - whole;
  for (let feature = 0; feature < featureCount; feature++) {
    const column = feature % columns;
    const ring = Math.floor(feature / columns) % rings;
    const at = ring + move.rings;
    const lower = Math.min(rings - 2, Math.max(0, Math.floor(at)));
    const upperShare = at - lower;
    const row = feature + (lower - ring) * columns - column;
    const left = (((column + whole) % columns) + columns) % columns;
    const right = (left + 1) % columns;
    from.set([row + left, row + right, row + columns + left, row + columns + right], 4 * feature);
    share.set(
      [(1 - upperShare) * (1 - part), (1 - upperShare) * part, upperShare * (1 - part), upperShare * part],
      4 * feature,
    );
  }
  return { from, share };
}
