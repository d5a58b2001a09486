import { expect, test } from 'vitest';
import { slope } from './soak-suite.ts';

test('the slope of steady growth is found in spite of outliers', () => {
  const points = Array.from({ length: 40 }, (_, i) => [i, 3 + 0.25 * i + (i % 9 === 4 ? 500 : 0)] as const);
  expect(slope(points)).toBeCloseTo(0.25);
});

test('what stays has no slope', () => {
  expect(slope([0, 1, 2, 3].map((x) => [x, 7] as const))).toBe(0);
});
