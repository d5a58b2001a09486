import { Rng } from '@efferent/core';
import { expect, test } from 'vitest';
import { fitLinearDiscriminant, softmaxInPlace, writeLogits } from './linear-discriminant.ts';
import { fitTemperature, meanNegativeLogLikelihood } from './temperature.ts';

/** Draws rows whose logarithms are normal with a shared diagonal covariance: log(1 + x) ~ N(mean of class, sd²). */
function drawRows(
  means: readonly (readonly number[])[],
  sd: readonly number[],
  perClass: number,
  seed: number,
) {
  const rng = new Rng(seed);
  const featureCount = sd.length;
  const labels = means.flatMap((_, label) => Array.from({ length: perClass }, () => label));
  const features = new Float32Array(labels.length * featureCount);
  labels.forEach((label, row) => {
    for (let f = 0; f < featureCount; f++) {
      features[row * featureCount + f] = Math.expm1(rng.normal(means[label]![f]!, sd[f]!));
    }
  });
  return { features, featureCount, labels, classCount: means.length };
}

test('probabilities are those of Bayes for normal classes with one covariance', () => {
  const means = [
    [5, 3],
    [5.6, 3.3],
    [5.2, 4],
  ];
  const sd = [0.3, 0.4];
  const model = fitLinearDiscriminant(drawRows(means, sd, 40_000, 1));
  const probabilities = new Float64Array(3);
  for (const point of [
    [5.1, 3.2],
    [5.5, 3.4],
    [5.3, 3.7],
  ]) {
    writeLogits(model, Float32Array.from(point, Math.expm1), probabilities);
    softmaxInPlace(probabilities, 1);
    const likelihoods = means.map((mean) =>
      Math.exp(-0.5 * mean.reduce((sum, m, f) => sum + ((point[f]! - m) / sd[f]!) ** 2, 0)),
    );
    const total = likelihoods.reduce((sum, value) => sum + value, 0);
    likelihoods.forEach((likelihood, k) => {
      expect(probabilities[k]).toBeCloseTo(likelihood / total, 2);
    });
  }
});

test('more features than windows still give a decoder that separates', () => {
  const rng = new Rng(2);
  const base = Array.from({ length: 100 }, () => rng.range(2, 4));
  const means = [base, base.map((m, f) => (f < 10 ? m + 1 : m))];
  const sd = base.map(() => 0.5);
  const model = fitLinearDiscriminant(drawRows(means, sd, 20, 3));
  const test = drawRows(means, sd, 200, 4);
  const logits = new Float64Array(2);
  let right = 0;
  test.labels.forEach((label, row) => {
    writeLogits(model, test.features.subarray(row * 100, (row + 1) * 100), logits);
    if (logits[label]! > logits[1 - label]!) right += 1;
  });
  expect(right / test.labels.length).toBeGreaterThan(0.95);
});

test('a class without windows is refused', () => {
  const rows = drawRows([[1], [2]], [0.1], 3, 1);
  expect(() => fitLinearDiscriminant({ ...rows, classCount: 3 })).toThrowError('class 2 has 0 windows');
});

test('the temperature undoes overconfidence', () => {
  const rng = new Rng(8);
  const logits: Float64Array[] = [];
  const labels: number[] = [];
  for (let row = 0; row < 4000; row++) {
    const honest = Float64Array.from({ length: 4 }, () => rng.normal(0, 1.5));
    const probabilities = honest.slice();
    softmaxInPlace(probabilities, 1);
    let draw = rng.uniform();
    let label = 0;
    while (label < 3 && draw >= probabilities[label]!) draw -= probabilities[label++]!;
    logits.push(honest.map((value) => 5 * value));
    labels.push(label);
  }
  const temperature = fitTemperature({ logits, labels });
  expect(temperature).toBeGreaterThan(4.5);
  expect(temperature).toBeLessThan(5.5);
  expect(meanNegativeLogLikelihood({ logits, labels }, temperature)).toBeLessThan(
    meanNegativeLogLikelihood({ logits, labels }, 1),
  );
});
