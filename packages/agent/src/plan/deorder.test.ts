import { skillContracts } from '@efferent/skills';
import { expect, test } from 'vitest';
import { symbolicState } from '../reasoner/symbolic-state.ts';
import { everydayObjects, kitchenView, robotName, robotOffer } from '../testing/kitchen-view.ts';
import { parseCall } from './call-text.ts';
import { dependenciesOf } from './deorder.ts';

const skills = Object.values(skillContracts);
const start = symbolicState(kitchenView(everydayObjects()), [robotOffer], []);

/** Which earlier line each line waits for, counted from 1. */
const waits = (...lines: readonly string[]) => {
  const calls = lines.map((line) => ({ ...parseCall(line, skills)!, robot: robotName }));
  return dependenciesOf(calls, start, skills).map((list) => list.map((at) => at + 1));
};

test('leaves what is independent open', () => {
  expect(
    waits('pick(apple-1)', 'place-in(apple-1, bowl-1)', 'pick(banana-1)', 'place-in(banana-1, bowl-1)'),
  ).toEqual([[], [1], [], [3]]);
});

test('opens before it reaches in, and closes after', () => {
  expect(
    waits('open(left-drawer)', 'pick(apple-1)', 'place-in(apple-1, left-drawer)', 'close(left-drawer)'),
  ).toEqual([[], [1], [1, 2], [1, 3]]);
});

test('opens what a thing goes into before the hand is filled with it, where the list says so', () => {
  expect(
    waits(
      'pick(banana-1)',
      'place-in(banana-1, bowl-1)',
      'open(left-drawer)',
      'pick(apple-1)',
      'place-in(apple-1, left-drawer)',
    ),
  ).toEqual([[], [1], [], [3], [3, 4]]);
});
