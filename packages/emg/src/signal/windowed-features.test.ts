import { Rng } from '@efferent/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { featureNames, WindowedFeatures } from './windowed-features.ts';

test('features of a short window are those computed by hand', () => {
  const windows = new WindowedFeatures(1, { windowSamples: 8, strideSamples: 4, deadbandUv: 1.5 });
  const samples = Float32Array.of(1, 3, -2, -1, 0, 4, 5, -3);
  for (let i = 0; i < samples.length; i++) windows.push(samples, i);
  const out = new Float32Array(windows.length);
  windows.writeFeatures(out);
  const [rms, mav, wl, zc, ssc] = out;
  expect(rms).toBeCloseTo(Math.sqrt((1 + 9 + 4 + 1 + 0 + 16 + 25 + 9) / 8), 6);
  expect(mav).toBeCloseTo(19 / 8, 6);
  expect(wl).toBe(2 + 5 + 1 + 1 + 4 + 1 + 8);
  // 3 -> -2 (step 5), 0 -> 4 (step 4) and 5 -> -3 (step 8) cross; nothing else does.
  expect(zc).toBe(3);
  // Turns at 3, at -2 and at 5; every one has a step above the deadband beside it.
  expect(ssc).toBe(3);
});

test('steps inside the deadband count neither as crossings nor as turns', () => {
  const windows = new WindowedFeatures(1, { windowSamples: 6, strideSamples: 6, deadbandUv: 3 });
  const samples = Float32Array.of(1, -1, 1, -1, 1, -1);
  for (let i = 0; i < samples.length; i++) windows.push(samples, i);
  const out = new Float32Array(windows.length);
  windows.writeFeatures(out);
  expect([out[3], out[4]]).toEqual([0, 0]);
});

test('overlapping windows of many channels equal the features of each window alone', () => {
  const settings = { windowSamples: 40, strideSamples: 10, deadbandUv: 20 };
  const channelCount = 3;
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const rng = new Rng(seed);
      const samples = Float32Array.from({ length: 200 * channelCount }, () => Math.round(rng.normal(0, 50)));
      const windows = new WindowedFeatures(channelCount, settings);
      const out = new Float32Array(windows.length);
      for (let i = 0; i < 200; i++) {
        if (!windows.push(samples, i * channelCount) || !windows.isFull) continue;
        windows.writeFeatures(out);
        for (let channel = 0; channel < channelCount; channel++) {
          const window = Array.from(
            { length: 40 },
            (_, k) => samples[(i - 39 + k) * channelCount + channel]!,
          );
          const expected = textbookFeatures(window, settings.deadbandUv);
          featureNames.forEach((_, f) => {
            expect(out[f * channelCount + channel]).toBeCloseTo(expected[f]!, 3);
          });
        }
      }
    }),
    { numRuns: 30 },
  );
});

test('a reset forgets every earlier sample', () => {
  const settings = { windowSamples: 8, strideSamples: 4, deadbandUv: 0.5 };
  const after = Float32Array.of(2, 1, -1, 3, 2, -2, 1, 1);
  const run = (before: readonly number[]) => {
    const windows = new WindowedFeatures(1, settings);
    for (const value of before) windows.push(Float32Array.of(value), 0);
    if (before.length > 0) windows.reset();
    for (let i = 0; i < after.length; i++) {
      expect(windows.isFull).toBe(false);
      windows.push(after, i);
    }
    expect(windows.isFull).toBe(true);
    const out = new Float32Array(windows.length);
    windows.writeFeatures(out);
    return out;
  };
  expect(run([9, -9, 9, -9, 7, 8, 9, 1, 5, -100])).toEqual(run([]));
});

test('the RMS of the newest stride sees nothing older', () => {
  const windows = new WindowedFeatures(1, { windowSamples: 8, strideSamples: 4, deadbandUv: 0 });
  const samples = Float32Array.of(50, 50, 50, 50, 3, -3, 3, -3);
  for (let i = 0; i < samples.length; i++) windows.push(samples, i);
  const rms = new Float32Array(1);
  windows.writeBlockRms(rms);
  expect(rms[0]).toBeCloseTo(3, 6);
});

function textbookFeatures(x: readonly number[], deadband: number): readonly number[] {
  const steps = x.slice(1).map((value, i) => value - x[i]!);
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return [
    Math.sqrt(mean(x.map((value) => value * value))),
    mean(x.map(Math.abs)),
    steps.reduce((sum, step) => sum + Math.abs(step), 0),
    steps.filter((step, i) => x[i]! > 0 !== x[i + 1]! > 0 && Math.abs(step) > deadband).length,
    steps
      .slice(1)
      .filter((step, i) => steps[i]! * step < 0 && Math.max(Math.abs(step), Math.abs(steps[i]!)) > deadband)
      .length,
  ];
}
