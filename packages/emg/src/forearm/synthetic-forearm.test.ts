import { expect, test } from 'vitest';
import type { GestureName } from '../gestures.ts';
import { CausalFilter, defaultFilterSettings, designFilter } from '../signal/causal-filter.ts';
import { parseActivation } from './activation-request.ts';
import { sleeveLayout } from './sleeve.ts';
import { SyntheticForearm } from './synthetic-forearm.ts';
import { createVirtualPerson } from './virtual-person.ts';

const sampleRateHz = 2000;
const open = (personSeed: number, recordingSeed = 1) =>
  new SyntheticForearm({ person: createVirtualPerson(personSeed), recordingSeed, sampleRateHz });

function generate(forearm: SyntheticForearm, durationS: number): Float32Array {
  const samples = new Float32Array(Math.round(durationS * sampleRateHz) * forearm.channelCount);
  forearm.generate(samples);
  return samples;
}

const wearer = open(1);

/** RMS of each channel after the filters, over half a second that begins half a second into a gesture, µV. */
function channelRms(gesture: GestureName, effort: number): readonly number[] {
  wearer.perform(gesture, effort);
  const samples = generate(wearer, 1);
  new CausalFilter(designFilter(defaultFilterSettings, sampleRateHz), 64).process(samples, samples);
  return Array.from({ length: 64 }, (_, channel) => {
    let sum = 0;
    for (let i = 1000; i < 2000; i++) sum += samples[i * 64 + channel]! ** 2;
    return Math.sqrt(sum / 1000);
  });
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

test('equal seeds give equal samples, other people and recordings give others', () => {
  const run = (person: number, recording: number) => {
    const forearm = open(person, recording);
    forearm.perform('grip', 0.5);
    return Buffer.from(generate(forearm, 0.1).buffer).toString('base64');
  };
  const first = run(1, 1);
  expect(run(1, 1) === first).toBe(true);
  expect(run(2, 1) === first).toBe(false);
  expect(run(1, 2) === first).toBe(false);
});

test('a resting forearm shows noise only, a firm grip tens of microvolts', () => {
  const rest = channelRms('rest', 0);
  expect(Math.max(...rest)).toBeLessThan(15);
  const grip = channelRms('grip', 0.6);
  expect(mean(grip)).toBeGreaterThan(4 * mean(rest));
  expect(mean(grip)).toBeLessThan(300);
});

test('harder contractions give stronger signals', () => {
  const levels = [0.15, 0.35, 0.8].map((effort) => mean(channelRms('wextend', effort)));
  expect(levels).toEqual([...levels].sort((a, b) => a - b));
  expect(levels[2]! / levels[0]!).toBeGreaterThan(2);
});

test('flexion is strongest on the volar side, extension on the dorsal side', () => {
  const sideOf = (gesture: GestureName) => {
    const rms = channelRms(gesture, 0.5);
    let x = 0;
    let y = 0;
    rms.forEach((value, channel) => {
      const angle = ((channel % sleeveLayout.columns) / sleeveLayout.columns) * 2 * Math.PI;
      x += value ** 2 * Math.cos(angle);
      y += value ** 2 * Math.sin(angle);
    });
    return Math.atan2(y, x) / (2 * Math.PI);
  };
  expect(Math.abs(sideOf('wflex'))).toBeLessThan(0.2);
  expect(Math.abs(sideOf('wextend'))).toBeGreaterThan(0.3);
});

test('raw electrodes carry mains hum and drift that the filters have to remove', () => {
  const samples = generate(open(3), 2);
  const powerAt = (hz: number) => {
    let cosine = 0;
    let sine = 0;
    for (let i = 0; i < 4000; i++) {
      cosine += samples[i * 64]! * Math.cos((2 * Math.PI * hz * i) / sampleRateHz);
      sine += samples[i * 64]! * Math.sin((2 * Math.PI * hz * i) / sampleRateHz);
    }
    return Math.hypot(cosine, sine) / 2000;
  };
  expect(powerAt(50)).toBeGreaterThan(5 * powerAt(71));
  expect(powerAt(0.5)).toBeGreaterThan(5 * powerAt(71));
});

test('a transition takes 200 to 400 ms', () => {
  const forearm = wearer;
  for (let i = 0; i < 30; i++) {
    forearm.perform(i % 2 === 0 ? 'grip' : 'rest', 0.5);
    const transitionS = (forearm.transitionEndSample - forearm.sampleIndex) / sampleRateHz;
    expect(transitionS).toBeGreaterThanOrEqual(0.2);
    expect(transitionS).toBeLessThanOrEqual(0.401);
  }
});

test('an activation is a gesture and maybe an effort; anything else is explained', () => {
  expect(parseActivation('grip')).toEqual({ gesture: 'grip', effort: undefined });
  expect(parseActivation(' wflex 0.6 ')).toEqual({ gesture: 'wflex', effort: 0.6 });
  expect(parseActivation('clench')).toMatch(/unknown gesture "clench"; expected one of rest, grip/);
  for (const text of ['grip 2', 'grip -1', 'grip x', 'grip 0.5 0.5']) {
    expect(parseActivation(text)).toMatch(/effort in \[0, 1\]/);
  }
});
