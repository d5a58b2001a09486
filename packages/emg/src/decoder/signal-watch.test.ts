import { Rng } from '@efferent/core';
import { expect, test } from 'vitest';
import { SignalWatch } from './signal-watch.ts';

const channels = 64;
const samples = 50;

/** A frame of noise in which some channels are replaced. */
function frame(replaced: readonly number[], value: (sample: number) => number): Float32Array {
  const rng = new Rng(3).fork('frame');
  return Float32Array.from({ length: samples * channels }, (_, i) =>
    replaced.includes(i % channels) ? value(Math.floor(i / channels)) : rng.normal(0, 40),
  );
}
const first = (count: number) => Array.from({ length: count }, (_, i) => i);
const update = (samplesUv: Float32Array) => new SignalWatch(channels).update(samplesUv);

test('ordinary signal, also a strong one, is well', () => {
  expect(update(frame([], () => 0))).toBeUndefined();
  const large = frame([], () => 0).map((value) => 60 * value);
  expect(update(large)).toBeUndefined();
});

test('more than a fifth of the electrodes that show nothing are too many', () => {
  expect(update(frame(first(12), () => 0))).toBeUndefined();
  expect(update(frame(first(13), () => 0))).toBe('dead-channels');
  expect(update(frame(first(13), () => 4321))).toBe('saturated');
});

test('electrodes that are off the skin count, although they show something', () => {
  const watch = new SignalWatch(channels);
  expect(
    watch.update(
      frame([], () => 0),
      12,
    ),
  ).toBeUndefined();
  expect(
    watch.update(
      frame([], () => 0),
      13,
    ),
  ).toBe('dead-channels');
});

test('amplifiers at the end of their range are told from peaks', () => {
  const clipped = (sample: number) => Math.max(-5000, Math.min(5000, 9000 * Math.sin(sample / 3)));
  expect(update(frame(first(3), clipped))).toBeUndefined();
  expect(update(frame(first(4), clipped))).toBe('saturated');
  expect(update(frame(first(4), (sample) => 9000 * Math.sin(sample / 3)))).toBeUndefined();
});
