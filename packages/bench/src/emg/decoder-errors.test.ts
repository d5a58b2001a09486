import { Rng } from '@efferent/core';
import { expect, test } from 'vitest';
import { DecoderErrors } from './decoder-errors.ts';

const names = ['rest', 'grip', 'open', 'wextend'];

test.each([0, 0.05, 0.2, 0.35])('replaces a share of %f of the decisions, in runs of three', (share) => {
  const errors = new DecoderErrors(new Rng(1000), share);
  const passed = Array.from({ length: 40_000 }, () => errors.pass('open', names));
  const wrong = passed.filter((gesture) => gesture !== 'open').length;
  expect(Math.abs(wrong / passed.length - share)).toBeLessThan(0.02);
  if (share === 0) return;
  const runs = passed.filter((gesture, i) => gesture !== 'open' && gesture !== passed[i - 1]).length;
  expect(wrong / runs).toBeGreaterThan(2.6);
  expect(wrong / runs).toBeLessThan(3.4);
});
