import { Rng } from '@efferent/core';
import { expect, test } from 'vitest';
import { ledoitWolfCovariance } from './ledoit-wolf.ts';

test('shrinkage is that of the definition, observation by observation', () => {
  const dimension = 4;
  const count = 30;
  const rng = new Rng(3);
  const rows = Float64Array.from({ length: count * dimension }, (_, i) => rng.normal(0, 1 + (i % dimension)));
  const sample = outerMean(rows, dimension, count);
  const mean = [0, 1, 2, 3].reduce((sum, i) => sum + sample[i]![i]! / dimension, 0);
  const target = sample.map((row, i) => row.map((_, j) => (i === j ? mean : 0)));
  let error = 0;
  for (let k = 0; k < count; k++) {
    const x = rows.subarray(k * dimension, (k + 1) * dimension);
    error += squaredDistance(outerMean(x, dimension, 1), sample) / count ** 2;
  }
  const expected = Math.min(1, error / squaredDistance(sample, target));
  const { covariance, shrinkage } = ledoitWolfCovariance(rows, dimension);
  expect(expected).toBeGreaterThan(0.01);
  expect(expected).toBeLessThan(0.99);
  expect(shrinkage).toBeCloseTo(expected, 10);
  expect(covariance.get(2, 1)).toBeCloseTo((1 - expected) * sample[2]![1]!, 10);
  expect(covariance.get(3, 3)).toBeCloseTo((1 - expected) * sample[3]![3]! + expected * mean, 10);
});

test('with many observations of few variables hardly anything is shrunk', () => {
  const rng = new Rng(5);
  const rows = Float64Array.from({ length: 3 * 20_000 }, (_, i) => rng.normal(0, [1, 2, 5][i % 3]!));
  expect(ledoitWolfCovariance(rows, 3).shrinkage).toBeLessThan(0.001);
});

test('with fewer observations than variables the covariance can still be inverted', () => {
  const rng = new Rng(6);
  const rows = Float64Array.from({ length: 10 * 40 }, () => rng.normal());
  const { covariance, shrinkage } = ledoitWolfCovariance(rows, 40);
  expect(shrinkage).toBeGreaterThan(0.5);
  for (let i = 0; i < 40; i++) expect(covariance.get(i, i)).toBeGreaterThan(0.3);
});

function outerMean(rows: Float64Array, dimension: number, count: number): readonly (readonly number[])[] {
  return Array.from({ length: dimension }, (_, i) =>
    Array.from({ length: dimension }, (_, j) => {
      let sum = 0;
      for (let k = 0; k < count; k++) sum += rows[k * dimension + i]! * rows[k * dimension + j]!;
      return sum / count;
    }),
  );
}

function squaredDistance(a: readonly (readonly number[])[], b: readonly (readonly number[])[]): number {
  return a
    .flatMap((row, i) => row.map((value, j) => (value - b[i]![j]!) ** 2))
    .reduce((sum, v) => sum + v, 0);
}
