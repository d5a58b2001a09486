import { Rng } from '@efferent/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addWindow, classMeans, emptyMoments, joinMoments, withinClassCovariance } from './class-moments.ts';

const featureCount = 3;

function draw(seed: number, count: number) {
  const rng = new Rng(seed);
  return Array.from({ length: count }, (_, i) => ({
    label: i % 2,
    logFeatures: Float64Array.from({ length: featureCount }, () => rng.normal(4 + (i % 2), 1)),
  }));
}

function momentsOf(windows: ReturnType<typeof draw>) {
  const moments = emptyMoments(featureCount, 2);
  for (const { logFeatures, label } of windows) addWindow(moments, logFeatures, label);
  return moments;
}

test('the covariance is that of deviations from the means of the classes', () => {
  const windows = draw(1, 60);
  const moments = momentsOf(windows);
  const means = classMeans(moments);
  const covariance = withinClassCovariance(moments);
  for (let i = 0; i < featureCount; i++) {
    for (let j = 0; j <= i; j++) {
      const expected = windows.reduce((sum, { logFeatures, label }) => {
        const deviation = (f: number) => logFeatures[f]! - means[label * featureCount + f]!;
        return sum + (deviation(i) * deviation(j)) / windows.length;
      }, 0);
      expect(covariance[i * featureCount + j]).toBeCloseTo(expected, 9);
    }
  }
});

test('moments of parts join to the moments of the whole', () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 2, max: 28 }), (seed, cut) => {
      const windows = draw(seed, 30);
      const joined = joinMoments([momentsOf(windows.slice(0, cut)), momentsOf(windows.slice(cut))]);
      const whole = momentsOf(windows);
      for (const field of ['counts', 'sums', 'products'] as const)
        joined[field].forEach((value, i) => {
          expect(value).toBeCloseTo(whole[field][i]!, 6);
        });
    }),
    { numRuns: 30 },
  );
});
