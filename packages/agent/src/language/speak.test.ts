import { expect, test } from 'vitest';
import { formatCommand } from './command.ts';
import { Lexicon } from './lexicon.ts';
import { parseInstruction } from './parser.ts';
import { speakCommands } from './speak.ts';

const lexicon = new Lexicon();
for (const name of ['left drawer', 'right drawer', 'fridge door']) lexicon.addFixtureKind(name, '');

const read = (text: string) => {
  const parsed = parseInstruction(text, lexicon);
  if (!parsed.ok) throw new Error(`${text}: ${parsed.failure.message}`);
  return parsed.commands;
};

test.each([
  'put the apple in the bowl',
  'put the apple in the bowl and the mug on the table',
  'put the apple and the orange in the bowl, then close the fridge',
  'put the apple on the table in the bowl',
  'put the mug that is on the table into the sink',
  'put everything from the table into the sink',
  'put everything except the mug in the sink',
  'put everything on the table in the bin',
  'put two apples in the bowl',
  'put all the fruit in the bowl',
  'put the cereal box next to the bowl',
  'take the apple out of the drawer and put it in the bowl',
  'bring me the apple',
  'bring the apple',
  'get me the mug from the drawer',
  'bring the apple to the counter and the mug to the table',
  'put the mug down',
  'put away the mug',
  'throw away the can',
  'open the left drawer, look in it and close it',
  'look around',
  'look for a bottle',
  "what's on the table?",
  'clear the table except the bowl',
  'clear everything off the table to the counter',
  'go to the fridge, then stow your arm',
  'put the spoon in the drawer and put the fork there',
  'turn off the light, then wipe the table with the sponge',
  'wipe up the spill on the table',
  'bring the mug to my mouth and press the button',
])('"%s" is said in words that mean the same', (text) => {
  const commands = read(text);
  expect(read(speakCommands(commands)).map(formatCommand)).toEqual(commands.map(formatCommand));
});
