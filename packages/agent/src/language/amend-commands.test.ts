import { expect, test } from 'vitest';
import { amendCommands } from './amend-commands.ts';
import { Lexicon } from './lexicon.ts';
import { readNewInstruction } from './new-instruction.ts';
import { parseInstruction } from './parser.ts';
import { speakCommands } from './speak.ts';

const lexicon = new Lexicon();
for (const name of ['left drawer', 'right drawer', 'fridge door']) lexicon.addFixtureKind(name, '');

function amend(instruction: string, said: string): string {
  const parsed = parseInstruction(instruction, lexicon);
  const heard = readNewInstruction(said, lexicon);
  if (!parsed.ok || heard.kind !== 'amend') throw new Error(`"${said}" is no correction`);
  const amended = amendCommands(parsed.commands, heard.correction);
  switch (amended.kind) {
    case 'amended':
      return `${speakCommands(amended.commands)} (${amended.change})`;
    case 'unclear':
      return `? ${amended.message}`;
    default:
      return amended.kind;
  }
}

test.each([
  [
    'put the mug in the bowl',
    'no, the other mug',
    'put the other mug in the bowl (the other mug instead of the mug)',
  ],
  [
    'bring me the red mug',
    'the other one',
    'bring the other mug to me (the other mug instead of the red mug)',
  ],
  [
    'put the red mug in the sink',
    'the blue one',
    'put the blue mug in the sink (the blue mug instead of the red mug)',
  ],
  [
    'put the apple in the bowl',
    'no, the banana',
    '? Instead of the apple or the bowl? Say for example "the banana instead of the apple".',
  ],
  [
    'put the apple in the bowl',
    'the banana instead of the apple',
    'put the banana in the bowl (the banana instead of the apple)',
  ],
  [
    'put the apple on the table',
    'I meant the banana',
    'put the banana on the table (the banana instead of the apple)',
  ],
  [
    'put the apple and the lemon on the table',
    'the banana instead',
    '? Instead of the apple or the lemon? Say for example "the banana instead of the apple".',
  ],
  [
    'open the left drawer',
    'no, the right drawer',
    'open the right drawer (the right drawer instead of the left drawer)',
  ],
  [
    'open the left drawer',
    'the right one',
    'open the right drawer (the right drawer instead of the left drawer)',
  ],
  [
    'put the apple in the fridge',
    'no, on the table',
    'put the apple on the table (on the table instead of the fridge)',
  ],
  [
    'put the apple in the fridge',
    'not there, on the table',
    'put the apple on the table (on the table instead of the fridge)',
  ],
  [
    'bring me the apple',
    'no, to the counter',
    'bring the apple to the counter (to the counter instead of me)',
  ],
  ['bring me the apple', 'on the table instead', 'put the apple on the table (on the table instead of me)'],
  ['go to the fridge', 'no, to the table', 'go to the table (to the table instead of the fridge)'],
  [
    'pick up the mug',
    'the one on the table',
    'pick up the mug that is on the table (the mug that is on the table instead of the mug)',
  ],
  [
    'put the apple in the bowl',
    'and the banana as well',
    'put the apple and the banana in the bowl (also the banana)',
  ],
  [
    'put the apple in the fridge',
    'and close it',
    'put the apple in the fridge, then close it (also close it)',
  ],
  [
    'put the apple and the banana in the bowl',
    'not the banana',
    'put the apple in the bowl (without the banana)',
  ],
  [
    'put all the fruit in the bowl',
    'leave the banana',
    'put all the fruit except the banana in the bowl (without the banana)',
  ],
  ['bring me the banana', 'forget the banana', 'emptied'],
  [
    'put the apple in the bowl',
    'no, put it in the fridge',
    'put the apple in the fridge (put the apple in the fridge)',
  ],
  [
    'put the apple in the bowl, then close the fridge',
    'no, put the apple on the table',
    'put the apple on the table, then close the fridge (put the apple on the table)',
  ],
  ['put the apple in the bowl', 'no, bring me the can', 'unrelated'],
  ['put the apple in the bowl', 'the mug instead of the lemon', '? I was not asked for the lemon.'],
  [
    'open the left drawer',
    'the other drawer',
    'open the other drawer (the other drawer instead of the left drawer)',
  ],
  [
    'bring me the red mug',
    'the other mug',
    'bring the other mug to me (the other mug instead of the red mug)',
  ],
  ['go to the table', 'the red one', '? I do not know instead of what you mean the red thing.'],
])('"%s" with "%s" becomes "%s"', (instruction, said, outcome) => {
  expect(amend(instruction, said)).toBe(outcome);
});
