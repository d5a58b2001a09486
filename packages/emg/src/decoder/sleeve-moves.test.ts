import { Rng } from '@efferent/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sleeveShape } from '../signal/sleeve-shape.ts';
import { momentsOf } from './class-moments.ts';
import { sleeveCohort, sleeveFeatureCount } from './sleeve-cohort.ts';
import { imagineMoments, imagineMove } from './sleeve-moves.ts';

const { rings, columns } = sleeveShape;

function mapOf(value: (ring: number, column: number) => number): Float64Array {
  return Float64Array.from({ length: 2 * rings * columns }, (_, i) =>
    value(Math.floor(i / columns) % rings, i % columns),
  );
}

function moved(map: Float64Array, move: { readonly columns: number; readonly rings: number }): Float64Array {
  const out = new Float64Array(map.length);
  imagineMove(map, move, out);
  return out;
}

test('a rotation by whole columns rolls every ring across the seam', () => {
  const map = mapOf((ring, column) => 100 * ring + column);
  expect(moved(map, { columns: 3, rings: 0 })).toEqual(
    mapOf((ring, column) => 100 * ring + ((column + 3) % columns)),
  );
  expect(moved(map, { columns: -1, rings: 0 })).toEqual(
    mapOf((ring, column) => 100 * ring + ((column + 15) % columns)),
  );
});

test('a smooth map is seen where the electrodes have moved to', () => {
  fc.assert(
    fc.property(
      fc.double({ min: -4, max: 4, noNaN: true }),
      fc.double({ min: -0.5, max: 0.5, noNaN: true }),
      (byColumns, byRings) => {
        const at = (ring: number, column: number) =>
          3 + 0.4 * ring + Math.cos((2 * Math.PI * column) / columns);
        const map = moved(mapOf(at), { columns: byColumns, rings: byRings });
        mapOf((ring, column) => at(ring + byRings, column + byColumns)).forEach((expected, i) => {
          expect(Math.abs(map[i]! - expected)).toBeLessThan(0.03);
        });
      },
    ),
    { numRuns: 50 },
  );
});

test('the cohort does not know where the seam of a sleeve lies', () => {
  const cohort = sleeveCohort();
  const entry = (i: number, j: number) => cohort[Math.max(i, j) * sleeveFeatureCount + Math.min(i, j)]!;
  const turned = (feature: number) => feature - (feature % columns) + (((feature % columns) + 5) % columns);
  for (let i = 0; i < sleeveFeatureCount; i += 7) {
    expect(entry(i, i)).toBeGreaterThan(0);
    for (let j = 0; j < i; j += 11) expect(entry(turned(i), turned(j))).toBeCloseTo(entry(i, j), 5);
  }
});

test('moments of moved windows come from the moments of the windows', () => {
  const rng = new Rng(3);
  const windows = Array.from({ length: 20 }, () => mapOf(() => rng.normal(3, 1)));
  const labels = windows.map((_, i) => i % 2);
  const move = { columns: -0.6, rings: 0.5 };
  const featureCount = 2 * rings * columns;
  const fromMoments = imagineMoments(momentsOf(windows, labels, featureCount, 2), move);
  const fromWindows = momentsOf(
    windows.map((window) => moved(window, move)),
    labels,
    featureCount,
    2,
  );
  for (const field of ['counts', 'sums', 'products'] as const)
    fromWindows[field].forEach((expected, i) => {
      expect(fromMoments[field][i]).toBeCloseTo(expected, 8);
    });
});
