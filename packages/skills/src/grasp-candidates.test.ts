import { Transform, type Vector3 } from '@efferent/core';
import { expect, test } from 'vitest';
import type { SupportArea } from './geometry.ts';
import { graspCandidates, slantCandidates } from './grasp-candidates.ts';

const tableM = 0.75;
const table: SupportArea = {
  id: 'table-top',
  furnitureId: 'table',
  mapFromArea: new Transform([0, 0, tableM], [0, 0, 0, 1]),
  sizeM: [1, 1],
  clearanceM: 1,
  topOnly: false,
  boxIds: ['table'],
};
const limits = { maxWidthM: 0.1, topClearanceM: 0.4 };
const heights = (centerM: number, sizeM: Vector3) =>
  graspCandidates(new Transform([0, 0, centerM], [0, 0, 0, 1]), sizeM, table, 0, limits).map(
    ({ kind, mapFromGrasp }) => ({ kind, heightM: mapFromGrasp.translation[2] }),
  );

test('the fingers stay clear of what a thing stands on, however low a picture places it', () => {
  for (const sunkM of [0, 0.01, 0.02]) {
    const grasps = heights(tableM + 0.025 - sunkM, [0.05, 0.04, 0.05]);
    expect(new Set(grasps.map(({ kind }) => kind))).toEqual(new Set(['side', 'top']));
    for (const { heightM } of grasps) expect(heightM).toBeGreaterThanOrEqual(tableM + 0.02);
  }
});

test('a tall thing is taken at its middle', () => {
  for (const { heightM } of heights(tableM + 0.1, [0.06, 0.06, 0.2]))
    expect(heightM).toBeCloseTo(tableM + 0.1);
});

test('a slanting hand comes from before and above, closes sideways, and takes no lower thing than the fingers allow', () => {
  const slants = slantCandidates(
    new Transform([0, 0, tableM + 0.02], [0, 0, 0, 1]),
    [0.06, 0.06, 0.04],
    table,
    0.3,
    limits,
  );
  expect(slants.length).toBeGreaterThan(0);
  for (const { kind, mapFromGrasp, mapFromPregrasp, widthM } of slants) {
    const rotate = (axis: Vector3) =>
      mapFromGrasp.apply(axis).map((value, i) => value - mapFromGrasp.translation[i]!);
    expect(kind).toBe('slant');
    expect(rotate([1, 0, 0])[2]).toBeLessThan(-0.4);
    expect(rotate([0, 1, 0])[2]).toBeCloseTo(0);
    expect(mapFromGrasp.translation[2]).toBeGreaterThanOrEqual(tableM + 0.02);
    expect(mapFromPregrasp.translation[2]).toBeGreaterThan(mapFromGrasp.translation[2] + 0.05);
    expect(widthM).toBeLessThanOrEqual(limits.maxWidthM);
  }
  const shelf = { ...table, clearanceM: 0.3 };
  expect(
    slantCandidates(
      new Transform([0, 0, tableM + 0.02], [0, 0, 0, 1]),
      [0.06, 0.06, 0.04],
      shelf,
      0.3,
      limits,
    ),
  ).toEqual([]);
});
