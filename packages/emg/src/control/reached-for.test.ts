import { expect, test } from 'vitest';
import { isReachedFor } from './reached-for.ts';

const mug = { class_name: 'mug', confidence: 0.9, relation: 'on' };

test.each([
  ['a mug on the table', mug, true],
  ['one that is hardly believed', { ...mug, confidence: 0.4 }, false],
  ['one that is held', { ...mug, relation: 'held-by' }, false],
  ['a spill', { ...mug, class_name: 'spill' }, false],
])('whether a hand is led to %s', (_what, thing, isLedTo) => {
  expect(isReachedFor(thing)).toBe(isLedTo);
});
