import fc from 'fast-check';
import { expect, test } from 'vitest';
import { GestureBelief } from './gesture-belief.ts';

test('windows that agree make surer than one, and one that does not is doubted', () => {
  const belief = new GestureBelief(3);
  const grip = Float32Array.of(0.1, 0.7, 0.2);
  belief.update(grip);
  expect(belief.probabilities[1]).toBeCloseTo(0.7);
  belief.update(grip);
  const sure = belief.probabilities[1]!;
  expect(sure).toBeGreaterThan(0.8);
  belief.update(Float32Array.of(0.1, 0.3, 0.6));
  expect(belief.probabilities[1]).toBeLessThan(sure);
  expect(belief.probabilities[1]).toBeGreaterThan(belief.probabilities[2]!);
});

test('another gesture is believed in after two windows, however long the last one was held', () => {
  const belief = new GestureBelief(10);
  const showing = (gesture: number) =>
    Float32Array.from({ length: 10 }, (_, k) => (k === gesture ? 0.9 : 0.1 / 9));
  for (let i = 0; i < 1000; i++) belief.update(showing(3));
  belief.update(showing(5));
  belief.update(showing(5));
  expect(belief.probabilities[5]).toBeGreaterThan(0.8);
});

test('what is not a number is as if nothing were known, and so is what came before a reset', () => {
  const belief = new GestureBelief(2);
  belief.update(Float32Array.of(0.9, 0.1));
  belief.update(Float32Array.of(Number.NaN, 0.1));
  expect([...belief.probabilities]).toEqual([0.5, 0.5]);
  belief.update(Float32Array.of(0.9, 0.1));
  belief.reset();
  expect([...belief.probabilities]).toEqual([0.5, 0.5]);
});

test('beliefs are probabilities', () => {
  const window = fc.array(fc.float({ min: 0, max: 1, noNaN: true }), { minLength: 4, maxLength: 4 });
  fc.assert(
    fc.property(fc.array(window, { maxLength: 30 }), (windows) => {
      const belief = new GestureBelief(4);
      for (const evidence of windows) belief.update(Float32Array.from(evidence));
      expect(belief.probabilities.every((p) => p >= 0 && p <= 1)).toBe(true);
      expect(belief.probabilities.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1);
    }),
  );
});
