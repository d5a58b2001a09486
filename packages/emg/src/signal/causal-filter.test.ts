import { Rng } from '@efferent/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CausalFilter, defaultFilterSettings, designFilter } from './causal-filter.ts';

const rateHz = 2000;
const sections = designFilter(defaultFilterSettings, rateHz);

function filtered(samples: Float32Array, channelCount = 1): Float32Array {
  const out = new Float32Array(samples.length);
  new CausalFilter(sections, channelCount).process(samples, out);
  return out;
}

function noise(seed: number, length: number): Float32Array {
  const rng = new Rng(seed);
  return Float32Array.from({ length }, () => rng.normal(0, 100));
}

test('what comes later never changes what came out earlier', () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 1, max: 299 }), (seed, cut) => {
      const samples = noise(seed, 300);
      const changed = samples.slice();
      changed.fill(1e4, cut);
      expect(filtered(changed).slice(0, cut)).toEqual(filtered(samples).slice(0, cut));
    }),
  );
});

test('cutting the signal into frames of any length changes nothing', () => {
  fc.assert(
    fc.property(fc.integer(), fc.array(fc.integer({ min: 0, max: 60 })), (seed, lengths) => {
      const samples = noise(seed, 600);
      const filter = new CausalFilter(sections, 2);
      const out = new Float32Array(600);
      let from = 0;
      for (const length of [...lengths, 300]) {
        const to = Math.min(600, from + 2 * length);
        filter.process(samples.subarray(from, to), out.subarray(from, to));
        from = to;
      }
      expect(out).toEqual(filtered(samples, 2));
    }),
  );
});

test('an impulse of any size dies away', () => {
  fc.assert(
    fc.property(fc.double({ min: -1e5, max: 1e5, noNaN: true }), (height) => {
      const samples = new Float32Array(4 * rateHz);
      samples[0] = height;
      const tail = filtered(samples).slice(2 * rateHz);
      for (const value of tail) expect(Math.abs(value)).toBeLessThanOrEqual(1e-6 * Math.abs(height));
    }),
    { numRuns: 5 },
  );
});

test('mains hum and drift go, muscle stays', () => {
  const rmsAt = (hz: number) => {
    const tone = Float32Array.from({ length: 6 * rateHz }, (_, i) =>
      Math.sin((2 * Math.PI * hz * i) / rateHz),
    );
    const settled = filtered(tone).slice(4 * rateHz);
    return Math.sqrt(settled.reduce((sum, value) => sum + value * value, 0) / settled.length);
  };
  expect(rmsAt(50)).toBeLessThan(1e-3);
  expect(rmsAt(150)).toBeLessThan(1e-3);
  expect(rmsAt(1)).toBeLessThan(1e-3);
  expect(rmsAt(100)).toBeCloseTo(Math.SQRT1_2, 2);
});

test('channels do not mix', () => {
  const samples = new Float32Array(400);
  for (let i = 0; i < 200; i++) samples[2 * i] = Math.sin(i);
  const out = filtered(samples, 2);
  for (let i = 0; i < 200; i++) expect(out[2 * i + 1]).toBe(0);
  expect(Math.abs(out[100]!)).toBeGreaterThan(0.01);
});
