import { Rng } from '@efferent/core';
import { expect, test } from 'vitest';
import { MotorUnitPool } from './motor-unit-pool.ts';

test('small units are recruited first and all fire at 75 % of maximal drive', () => {
  const pool = new MotorUnitPool(60);
  const firing = (excitation: number) =>
    Array.from({ length: 60 }, (_, unit) => pool.rateHz(unit, excitation) > 0);
  expect(firing(0.01).some(Boolean)).toBe(false);
  const half = firing(0.2);
  const recruited = half.filter(Boolean).length;
  expect(recruited).toBeGreaterThan(10);
  expect(recruited).toBeLessThan(50);
  expect(half.slice(0, recruited).every(Boolean)).toBe(true);
  expect(firing(0.75).every(Boolean)).toBe(true);
  expect([...pool.sizes]).toEqual([...pool.sizes].sort((a, b) => a - b));
});

test('units fire faster the harder the muscle is driven, between 5 and 40 Hz', () => {
  const pool = new MotorUnitPool(60);
  let previous = 0;
  for (let excitation = 0.05; excitation <= 1; excitation += 0.05) {
    const rate = pool.rateHz(0, excitation);
    expect(rate).toBeGreaterThanOrEqual(previous);
    previous = rate;
  }
  expect(previous).toBeGreaterThan(35);
  expect(previous).toBeLessThanOrEqual(40);
  expect(pool.rateHz(59, 0.75)).toBeCloseTo(5, 6);
});

test('discharges come at the asked rate with a spread of a sixth of the interval', () => {
  const pool = new MotorUnitPool(60);
  const rng = new Rng(1);
  const times: number[] = [];
  for (let step = 0; step < 8000; step++) {
    pool.advance(0.5, 0.0125, rng, (unit, atS) => {
      if (unit === 0) times.push(step * 0.0125 + atS);
    });
  }
  const intervals = times.slice(1).map((time, i) => time - times[i]!);
  const mean = intervals.reduce((sum, value) => sum + value, 0) / intervals.length;
  const sd = Math.sqrt(intervals.reduce((sum, value) => sum + (value - mean) ** 2, 0) / intervals.length);
  expect(1 / mean).toBeCloseTo(pool.rateHz(0, 0.5), 0);
  expect(sd / mean).toBeCloseTo(1 / 6, 1);
});

test('a muscle at rest falls silent within one step', () => {
  const pool = new MotorUnitPool(60);
  const rng = new Rng(2);
  pool.advance(1, 0.5, rng, () => undefined);
  let discharges = 0;
  pool.advance(0, 1, rng, () => discharges++);
  expect(discharges).toBe(0);
});
