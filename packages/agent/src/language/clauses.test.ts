import { expect, test } from 'vitest';
import { clausesOf } from './clauses.ts';

test.each([
  ['find the lemon and put it on the table', ['find the lemon', 'put the lemon on the table']],
  ['put the apple and the banana in the bowl', ['put the apple and the banana in the bowl']],
  [
    'can you please open the fridge, put the milk in it and close it again',
    ['open the fridge', 'put the milk in the fridge', 'close the fridge again'],
  ],
  [
    'put the mug in the sink, then close the left drawer',
    ['put the mug in the sink', 'close the left drawer'],
  ],
  [
    'open the drawer, take out the spoon and bring it to me',
    ['open the drawer', 'take out the spoon', 'bring the spoon to me'],
  ],
  ['put it down and open the fridge', ['put it down and open the fridge']],
])('"%s" has its clauses, each understood by itself', (instruction, clauses) => {
  expect(clausesOf(instruction)).toEqual(clauses);
});
