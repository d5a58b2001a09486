import { expect, test } from 'vitest';
import {
  actionPotentialDurationS,
  computeActionPotential,
  type FibreBundle,
  tripole,
} from './volume-conductor.ts';

const bundle: FibreBundle = {
  angleRad: 0,
  radiusM: 0.032,
  innervationM: 0,
  semiLengthsM: [0.05, 0.05],
  territoryRadiusM: 0.002,
  conductionVelocityMps: 4,
};
const rateHz = 16_000;

function potentialAt(alongM: number, angleRad = 0, radiusM = bundle.radiusM): Float32Array {
  const out = new Float32Array(Math.ceil(actionPotentialDurationS(bundle) * rateHz) + 1);
  computeActionPotential({ ...bundle, radiusM }, [{ angleRad, alongM }], 0.042, rateHz, out);
  return out;
}

const indexOfTrough = (values: Float32Array) => values.indexOf(Math.min(...values));
const size = (values: Float32Array) => Math.max(...values) - Math.min(...values);

test('the tripole carries no net current and no net moment', () => {
  const current = tripole.reduce((sum, pole) => sum + pole.current, 0);
  const moment = tripole.reduce((sum, pole) => sum + pole.current * pole.behindM, 0);
  expect(current).toBeCloseTo(0, 12);
  expect(moment).toBeCloseTo(0, 12);
  expect(tripole.map((pole) => Math.sign(pole.current))).toEqual([1, -1, 1]);
});

test('an action potential travels along the forearm at its conduction velocity', () => {
  const delayS = (indexOfTrough(potentialAt(0.03)) - indexOfTrough(potentialAt(0.02))) / rateHz;
  expect(0.01 / delayS).toBeGreaterThan(3.4);
  expect(0.01 / delayS).toBeLessThan(4.6);
});

test('it begins and ends at zero', () => {
  const values = potentialAt(0.02);
  expect(Math.abs(values[0]!)).toBeLessThan(0.01 * size(values));
  expect(Math.abs(values.at(-1)!)).toBeLessThan(0.01 * size(values));
});

test('it fades with depth and about the forearm, and both ends of the fibre look alike', () => {
  expect(size(potentialAt(0.02, 0, 0.025))).toBeLessThan(0.7 * size(potentialAt(0.02)));
  expect(size(potentialAt(0.02, 0.8))).toBeLessThan(0.5 * size(potentialAt(0.02)));
  const proximal = potentialAt(-0.02);
  potentialAt(0.02).forEach((value, i) => {
    expect(value).toBeCloseTo(proximal[i]!, 4);
  });
});
