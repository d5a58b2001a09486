import { Rng } from '@efferent/core';
import { expect, test } from 'vitest';
import { defaultFilterSettings } from './causal-filter.ts';
import { SignalChain } from './signal-chain.ts';
import { sleeveNeighbours } from './sleeve-shape.ts';

const settings = {
  sampleRateHz: 2000,
  channelCount: 64,
  filter: defaultFilterSettings,
  window: { windowSamples: 400, strideSamples: 100, deadbandUv: 5 },
};

/** Runs 0.6 s of noise of 60 µV, with some electrodes otherwise. */
function run(otherwise: Readonly<Record<number, (noise: number, timeS: number) => number>>): SignalChain {
  const chain = new SignalChain(settings);
  const rng = new Rng(1);
  const samplesUv = new Float32Array(1200 * 64);
  for (let i = 0; i < samplesUv.length; i++) {
    const noise = rng.normal(0, 60);
    const change = otherwise[i % 64];
    samplesUv[i] = change === undefined ? noise : change(noise, Math.floor(i / 64) / 2000);
  }
  chain.push(
    { stampNs: 0n, firstSample: 0, sampleRateHz: 2000, channelCount: 64, samplesUv },
    () => undefined,
  );
  return chain;
}

const mains = (amplitudeUv: number) => (noise: number, timeS: number) =>
  noise + amplitudeUv * Math.sin(2 * Math.PI * 50 * timeS);

test('an electrode that hangs loose or is dead has the features of its neighbours', () => {
  const chain = run({ 0: mains(600), 37: (noise) => 0.02 * noise });
  expect(chain.offChannelCount).toBe(2);
  const neighbours = sleeveNeighbours();
  for (const channel of [0, 37]) {
    for (let feature = 0; feature < 5; feature++) {
      const around = neighbours[channel]!.map((other) => chain.features[feature * 64 + other]!);
      const mean = around.reduce((sum, value) => sum + value, 0) / around.length;
      expect(chain.features[feature * 64 + channel]).toBeCloseTo(mean, 2);
    }
  }
});

test('mains on all electrodes, or an electrode that hears a little less, is no lost contact', () => {
  const everywhere = Object.fromEntries(Array.from({ length: 64 }, (_, channel) => [channel, mains(300)]));
  expect(run(everywhere).offChannelCount).toBe(0);
  expect(run({ 5: (noise) => 0.3 * noise }).offChannelCount).toBe(0);
});

test('neighbours reach around the forearm but not beyond the outer rings', () => {
  const neighbours = sleeveNeighbours();
  expect([...neighbours[0]!].sort((a, b) => a - b)).toEqual([1, 15, 16, 17, 31]);
  expect(neighbours[20]).toHaveLength(8);
  neighbours.forEach((around, channel) => {
    for (const other of around) expect(neighbours[other]).toContain(channel);
  });
});
