import { Rng } from '@efferent/core';
import { expect, test } from 'vitest';
import { defaultFilterSettings } from './causal-filter.ts';
import { SignalChain } from './signal-chain.ts';

const settings = {
  sampleRateHz: 2000,
  channelCount: 2,
  filter: defaultFilterSettings,
  window: { windowSamples: 400, strideSamples: 100, deadbandUv: 5 },
};

function frame(firstSample: number, samples = 50) {
  const rng = new Rng(firstSample);
  const samplesUv = Float32Array.from({ length: samples * 2 }, () => rng.normal(0, 30));
  return { stampNs: 0n, firstSample, sampleRateHz: 2000, channelCount: 2, samplesUv };
}

function run(
  chain: SignalChain,
  fromSample: number,
  frames: number,
): { strides: number; readyStrides: number } {
  let strides = 0;
  let readyStrides = 0;
  for (let i = 0; i < frames; i++) {
    chain.push(frame(fromSample + i * 50), () => {
      strides += 1;
      if (chain.isReady) readyStrides += 1;
    });
  }
  return { strides, readyStrides };
}

test('windows come every stride and count once the filters have settled', () => {
  const chain = new SignalChain(settings);
  expect(run(chain, 0, 20)).toEqual({ strides: 10, readyStrides: 6 });
  expect(chain.lostSamples).toBe(0);
  expect(chain.channelRmsUv[0]).toBeGreaterThan(10);
});

test('nothing is decoded across a gap, and the gap is counted', () => {
  const chain = new SignalChain(settings);
  run(chain, 0, 20);
  expect(chain.push(frame(1150), () => undefined)).toBe('gap');
  expect(chain.lostSamples).toBe(150);
  expect(chain.isReady).toBe(false);
  expect(run(chain, 1200, 9).readyStrides).toBe(1);
});

test('after a gap the features are those of a chain that has just started', () => {
  const used = new SignalChain(settings);
  const fresh = new SignalChain(settings);
  run(used, 0, 33);
  run(used, 5000, 20);
  run(fresh, 5000, 20);
  expect(used.features).toEqual(fresh.features);
});

test.each([Number.NaN, Number.POSITIVE_INFINITY])('a frame with %s is lost and poisons nothing', (bad) => {
  const chain = new SignalChain(settings);
  run(chain, 0, 20);
  const broken = frame(1000);
  broken.samplesUv[7] = bad;
  expect(chain.push(broken, () => expect.unreachable())).toBe('not-finite');
  expect(chain.lostSamples).toBe(50);
  expect(run(chain, 1050, 20).readyStrides).toBeGreaterThan(0);
  expect(chain.features.every(Number.isFinite)).toBe(true);
});

test('a frame of another device is refused', () => {
  const chain = new SignalChain(settings);
  expect(chain.push({ ...frame(0), sampleRateHz: 4000 }, () => expect.unreachable())).toBe('wrong-shape');
  expect(chain.push({ ...frame(0), channelCount: 3 }, () => expect.unreachable())).toBe('wrong-shape');
});
