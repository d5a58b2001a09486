import { expect, test } from 'vitest';
import { FeatureHistory, historyLength } from './feature-history.ts';

test('the newest window is last, and the first stands for those before it, also after a gap', () => {
  const history = new FeatureHistory(2);
  history.push(Float32Array.of(1, 10));
  history.push(Float32Array.of(2, 20));
  const older = Array.from({ length: historyLength - 1 }, () => [1, 10]).flat();
  expect([...history.values]).toEqual([...older, 2, 20]);
  for (let window = 3; window < 3 + historyLength; window++) history.push(Float32Array.of(window, 0));
  expect(history.values[0]).toBe(3);
  history.reset();
  history.push(Float32Array.of(7, 8));
  expect([...history.values]).toEqual(Array.from({ length: historyLength }, () => [7, 8]).flat());
});
