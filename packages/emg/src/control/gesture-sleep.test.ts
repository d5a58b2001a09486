import { expect, test } from 'vitest';
import { GestureSleep } from './gesture-sleep.ts';
import { SpentGesture } from './spent-gesture.ts';

const second = 1_000_000_000n;
const alone = { moves: false, hasRobot: false };

test('without a gesture for a while it falls asleep once, and a gesture alone does not wake it', () => {
  const sleep = new GestureSleep(30);
  expect(sleep.update(true, alone, 0n)).toBe(false);
  expect(sleep.update(false, alone, 29n * second)).toBe(false);
  expect(sleep.update(false, alone, 30n * second)).toBe(true);
  expect(sleep.update(true, alone, 31n * second)).toBe(false);
  expect(sleep.isAsleep).toBe(true);
  sleep.wake(40n * second);
  expect(sleep.isAsleep).toBe(false);
  expect(sleep.update(false, alone, 69n * second)).toBe(false);
  expect(sleep.update(false, alone, 70n * second)).toBe(true);
});

test('it stays awake while the agent has the robot, and knows that the agent is at work between two motions', () => {
  const sleep = new GestureSleep(30);
  expect(sleep.update(false, { moves: true, hasRobot: true }, 0n)).toBe(false);
  expect(sleep.update(false, { moves: true, hasRobot: true }, 40n * second)).toBe(false);
  expect(sleep.update(false, alone, 44n * second)).toBe(true);
  expect(sleep.agentIsAtWork).toBe(true);
  sleep.update(false, alone, 46n * second);
  expect(sleep.agentIsAtWork).toBe(false);
});

test('it never falls asleep where the mapping does not say after how long', () => {
  const sleep = new GestureSleep(undefined);
  sleep.update(false, alone, 0n);
  expect(sleep.update(false, alone, 10_000n * second)).toBe(false);
});

test('a gesture that has chosen counts again after a break, or when it lasts; another one at once', () => {
  const spent = new SpentGesture();
  expect(spent.update('open', 0n)).toBe(false);
  spent.spend('open', second);
  expect(spent.update('open', second + second / 20n)).toBe(true);
  expect(spent.update('grip', second + second / 10n)).toBe(false);
  expect(spent.update(undefined, second + second / 2n)).toBe(false);
  expect(spent.update('open', second + second / 2n)).toBe(false);
  spent.spend('open', 10n * second);
  for (let i = 1; i < 30; i++)
    expect(spent.update('open', 10n * second + (BigInt(i) * second) / 20n)).toBe(true);
  expect(spent.update('open', 11n * second + second / 2n)).toBe(false);
});
