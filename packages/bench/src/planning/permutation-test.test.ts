import { Rng } from '@efferent/core';
import { expect, test } from 'vitest';
import { permutationTest } from './permutation-test.ts';

test('a difference in every one of ten tasks is as rare as two of 1024 exchanges', () => {
  expect(permutationTest(Array(10).fill(3), 1)).toEqual({ p: 2 / 1024, clusters: 10, isExact: true });
});

test('equal arms differ by chance in every exchange', () => {
  expect(permutationTest([0, 0, 0], 1).p).toBe(1);
  expect(permutationTest([2, -2], 1).p).toBe(1);
});

test('draws for many tasks agree with what the normal distribution says', () => {
  // 40 tasks, 27 of them better by one: z = 14 / sqrt(40) = 2.21, two-sided p about 0.027 (0.038 with continuity).
  const { p, isExact } = permutationTest([...Array(27).fill(1), ...Array(13).fill(-1)], 1);
  expect(isExact).toBe(false);
  expect(p).toBeGreaterThan(0.02);
  expect(p).toBeLessThan(0.055);
});

test('arms that do not differ are called different at the stated rate', () => {
  const rng = new Rng(1000);
  let called = 0;
  for (let run = 0; run < 300; run++) {
    const differences = Array.from({ length: 12 }, () => rng.integer(7) - 3);
    if (permutationTest(differences, run).p < 0.05) called += 1;
  }
  expect(called / 300).toBeLessThan(0.09);
});
