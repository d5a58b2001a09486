import { Rng } from '@efferent/core';
import { expect, test } from 'vitest';
import { addWindow, emptyMoments } from './class-moments.ts';
import { fitLinearDiscriminant, softmaxInPlace, writeLogits } from './linear-discriminant.ts';
import { fitTemperature, meanNegativeLogLikelihood } from './temperature.ts';

/** Draws windows whose logarithms are normal with a shared diagonal covariance: N(mean of class, sd²). */
function drawWindows(
  means: readonly (readonly number[])[],
  sd: readonly number[],
  perClass: number,
  seed: number,
) {
  const rng = new Rng(seed);
  return means.flatMap((mean, label) =>
    Array.from({ length: perClass }, () => ({
      label,
      logFeatures: Float64Array.from(mean, (value, f) => rng.normal(value, sd[f]!)),
    })),
  );
}

function momentsOf(windows: ReturnType<typeof drawWindows>, classCount: number) {
  const moments = emptyMoments(windows[0]!.logFeatures.length, classCount);
  for (const { logFeatures, label } of windows) addWindow(moments, logFeatures, label);
  return moments;
}

test('probabilities are those of Bayes for normal classes with one covariance', () => {
  const means = [
    [5, 3],
    [5.6, 3.3],
    [5.2, 4],
  ];
  const sd = [0.3, 0.4];
  const model = fitLinearDiscriminant(momentsOf(drawWindows(means, sd, 40_000, 1), 3));
  const probabilities = new Float64Array(3);
  for (const point of [
    [5.1, 3.2],
    [5.5, 3.4],
    [5.3, 3.7],
  ]) {
    writeLogits(model, Float64Array.from(point), probabilities);
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
  const model = fitLinearDiscriminant(momentsOf(drawWindows(means, sd, 20, 3), 2));
  const unseen = drawWindows(means, sd, 200, 4);
  const logits = new Float64Array(2);
  let right = 0;
  for (const { label, logFeatures } of unseen) {
    writeLogits(model, logFeatures, logits);
    if (logits[label]! > logits[1 - label]!) right += 1;
  }
  expect(right / unseen.length).toBeGreaterThan(0.95);
});

test('a class without windows is refused', () => {
  const windows = drawWindows([[1], [2]], [0.1], 3, 1);
  expect(() => fitLinearDiscriminant(momentsOf(windows, 3))).toThrowError('class 2 has 0 windows');
});

test('what a cohort knows of correlations helps who was recorded only briefly', () => {
  const rng = new Rng(5);
  // Repetitions differ by a common gain of both channels; the classes lie across it.
  const draw = (label: number) => {
    const gain = rng.normal(0, 1);
    return { label, logFeatures: Float64Array.of(3 + gain + 0.2 * label, 3 + gain - 0.2 * label) };
  };
  const brief = [0, 0, 0, 1, 1, 1].map(draw);
  const cohort = Float64Array.of(1.01, 0, 1, 1.01);
  const rightShare = (model: ReturnType<typeof fitLinearDiscriminant>) => {
    const logits = new Float64Array(2);
    const unseen = Array.from({ length: 400 }, (_, i) => draw(i % 2));
    return (
      unseen.filter(({ label, logFeatures }) => {
        writeLogits(model, logFeatures, logits);
        return logits[label]! > logits[1 - label]!;
      }).length / 400
    );
  };
  const moments = momentsOf(brief, 2);
  expect(rightShare(fitLinearDiscriminant(moments, cohort))).toBeGreaterThan(0.95);
  expect(rightShare(fitLinearDiscriminant(moments))).toBeLessThan(0.9);
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
  const isFirst = labels.map(() => true);
  const temperature = fitTemperature({ logits, labels, isFirst });
  expect(temperature).toBeGreaterThan(4.5);
  expect(temperature).toBeLessThan(5.5);
  expect(meanNegativeLogLikelihood({ logits, labels, isFirst }, temperature)).toBeLessThan(
    meanNegativeLogLikelihood({ logits, labels, isFirst }, 1),
  );
});
