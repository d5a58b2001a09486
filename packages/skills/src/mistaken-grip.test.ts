import { expect, test } from 'vitest';
import { mistakenGrip } from './mistaken-grip.ts';

test('the rim of a bowl is not the apple in it', () => {
  expect(mistakenGrip('apple', 0.017, [0.073, 0.073, 0.07])).toBe(
    'the gripper closed on something 1.7 cm wide, the apple is 7.0 cm at its thinnest',
  );
});

test.each([
  ['apple', 0.073, [0.075, 0.075, 0.07]],
  ['banana', 0.036, [0.19, 0.036, 0.034]],
  ['spoon', 0.013, [0.18, 0.036, 0.014]],
  ['half-hidden orange', 0.059, [0.075, 0.04, 0.05]],
] as const)('a %s is taken for itself', (className, heldM, sizeM) => {
  expect(mistakenGrip(className, heldM, [...sizeM])).toBeUndefined();
});
