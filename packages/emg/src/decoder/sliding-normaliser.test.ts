import { Rng } from '@efferent/core';
import { expect, test } from 'vitest';
import { defaultSignalSettings } from './calibrate-synthetic.ts';
import { normaliserOf, SlidingNormaliser } from './sliding-normaliser.ts';

const gestures = ['grip', 'open'] as const;
/** Two gestures of three features. */
const featureMeans = Float32Array.from([3, 1, 2, 1, 3, 2]);
const raised = [0.5, 0, -0.5];

function windowOf(gesture: number, change: readonly number[], rng: Rng): Float32Array {
  return Float32Array.from(change, (by, f) =>
    Math.expm1((featureMeans[gesture * 3 + f] as number) + by + rng.normal(0, 0.05)),
  );
}

const reference = { gestures, featureMeans, signal: defaultSignalSettings(2000, 1) };
const make = (timeConstantS: number) => new SlidingNormaliser(reference, timeConstantS);
const decided = (at: number) => ({ gesture: gestures[at % 2]!, rejected: false });

/** Has gestures decided on for a while and returns what is left of the change. */
function leftAfter(normaliser: SlidingNormaliser, gestureAt: (at: number) => number, strides: number) {
  const rng = new Rng(1000);
  for (let at = 0; at < strides; at++) {
    normaliser.normalise(windowOf(gestureAt(at), raised, rng));
    normaliser.follow(decided(gestureAt(at)));
  }
  const left = normaliser.normalise(
    Float32Array.from(raised, (by, f) => Math.expm1((featureMeans[f] as number) + by)),
  );
  return Array.from(left, (value, f) => Math.log1p(value) - (featureMeans[f] as number));
}

test('a lasting change is taken out with the time constant', () => {
  const [up, none, down] = leftAfter(make(30), (at) => at % 2, 600);
  // 600 strides are one time constant: 1/e is left.
  expect(up).toBeCloseTo(0.5 / Math.E, 1);
  expect(none).toBeCloseTo(0, 1);
  expect(down).toBeCloseTo(-0.5 / Math.E, 1);
  const later = leftAfter(make(30), (at) => at % 2, 4000);
  for (const left of later) expect(Math.abs(left)).toBeLessThan(0.05);
});

test('a gesture that is held for long is no change', () => {
  const normaliser = make(30);
  const rng = new Rng(1001);
  for (let at = 0; at < 4000; at++) {
    normaliser.normalise(windowOf(0, [0, 0, 0], rng));
    normaliser.follow(decided(0));
  }
  expect(normaliser.largestChange).toBeLessThan(0.05);
});

test('rejected windows and rest teach nothing', () => {
  const normaliser = make(1);
  normaliser.normalise(Float32Array.from([1e3, 1e3, 1e3]));
  normaliser.follow({ gesture: 'grip', rejected: true });
  normaliser.follow({ gesture: 'rest', rejected: false });
  expect(normaliser.largestChange).toBe(0);
});

test('nothing is followed with 0, nor without means to go by, nor farther than a factor of e', () => {
  expect(normaliserOf(reference, 0)).toBeUndefined();
  expect(normaliserOf({ ...reference, featureMeans: new Float32Array(0) }, 30)).toBeUndefined();
  const normaliser = make(1);
  for (let at = 0; at < 1000; at++) {
    normaliser.normalise(Float32Array.from([1e6, 1e6, 1e6]));
    normaliser.follow(decided(1));
  }
  expect(normaliser.largestChange).toBe(1);
});

test('every window of a history is normalised, and the newest is learned from', () => {
  const normaliser = make(1);
  const newest = Array.from(featureMeans.slice(0, 3), (mean) => Math.expm1(mean + 0.4));
  for (let at = 0; at < 400; at++) {
    normaliser.normalise(Float32Array.from([0, 0, 0, ...newest]));
    normaliser.follow(decided(0));
  }
  const out = normaliser.normalise(Float32Array.from([...newest, ...newest]));
  for (let f = 0; f < 3; f++) {
    expect(Math.log1p(out[f] as number)).toBeCloseTo(featureMeans[f] as number, 3);
    expect(out[f + 3]).toBe(out[f]);
  }
});

test('what is not finite teaches nothing', () => {
  const normaliser = make(30);
  normaliser.normalise(Float32Array.from([Number.NaN, 1, 1]));
  normaliser.follow(decided(0));
  expect(normaliser.largestChange).toBeGreaterThan(0);
  expect(normaliser.normalise(Float32Array.from([1, 1, 1]))[0]).toBeCloseTo(1, 5);
});
