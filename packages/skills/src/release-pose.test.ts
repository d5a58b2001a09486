import { Transform } from '@efferent/core';
import { expect, test } from 'vitest';
import { topGraspRotation } from './geometry.ts';
import { hasNoSide, heldAs, releasePoses } from './release-pose.ts';
import type { CarriedThing } from './skill-body.ts';

/** An upright box whose middle is 1 cm below the tool of a hand that points down. */
const fromAbove = (sizeM: CarriedThing['sizeM']): CarriedThing => ({
  className: 'lemon',
  kind: 'top',
  toolFromBox: new Transform([0, 0, 0], topGraspRotation(0.4))
    .inverse()
    .multiply(new Transform([0, 0, -0.01], [0, 0, 0, 1])),
  sizeM,
  belowToolM: sizeM[2] / 2 + 0.01,
});

test('what hangs below the hand follows from the turn of the hand', () => {
  const lemon = fromAbove([0.06, 0.06, 0.07]);
  expect(heldAs(lemon, 'top')).toBe(lemon);
  const level = heldAs(lemon, 'side');
  expect(level.kind).toBe('side');
  // Level, its height points along the hand: what was its side hangs down.
  expect(level.belowToolM).toBeGreaterThan(0.029);
  expect(level.belowToolM).toBeLessThan(0.06 / Math.SQRT2 + 1e-6);
  const slanting = heldAs(lemon, 'slant').belowToolM;
  expect(slanting).toBeGreaterThan(0.03);
  expect(slanting).toBeLessThan(0.07);
});

test('only what is about as long as it is wide and high may lie on any side', () => {
  expect(hasNoSide(fromAbove([0.06, 0.06, 0.07]))).toBe(true);
  expect(hasNoSide(fromAbove([0.06, 0.06, 0.12]))).toBe(false);
});

test('a release of a thing held level has a level hand over the point, higher before than at the end', () => {
  const poses = releasePoses(heldAs(fromAbove([0.06, 0.06, 0.07]), 'side'), [1, 2], 0.8, 0.05, [0.3]);
  expect(poses.length).toBeGreaterThan(1);
  for (const { mapFromAbove, mapFromRelease } of poses) {
    expect(mapFromRelease.translation).toEqual([1, 2, 0.8]);
    expect(mapFromAbove.translation[2]).toBeCloseTo(0.85);
    expect(mapFromRelease.apply([1, 0, 0])[2]).toBeCloseTo(0.8);
  }
});
