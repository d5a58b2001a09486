import { expect, test } from 'vitest';
import { SendPacer } from './send-pacer.ts';

test('large messages follow each other at the given rate, small ones go at once', () => {
  const pacer = new SendPacer(50_000);
  expect(pacer.delayMs(230_000, 1000)).toBe(0);
  expect(pacer.delayMs(150_000, 1000)).toBeCloseTo(4.6);
  expect(pacer.delayMs(1024, 1000)).toBe(0);
  expect(pacer.delayMs(150_000, 1004.7)).toBe(0);
  expect(pacer.delayMs(150_000, 1004.7)).toBeCloseTo(3);
});

test('without a limit nothing waits', () => {
  const pacer = new SendPacer(Number.POSITIVE_INFINITY);
  expect(pacer.delayMs(1_000_000, 5)).toBe(0);
  expect(pacer.delayMs(1_000_000, 5)).toBe(0);
});
