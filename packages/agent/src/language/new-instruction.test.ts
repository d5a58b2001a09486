import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatCommand, formatNounPhrase } from './command.ts';
import { Lexicon } from './lexicon.ts';
import { type Correction, readNewInstruction } from './new-instruction.ts';

const lexicon = new Lexicon();
for (const name of ['left drawer', 'right drawer', 'fridge door']) lexicon.addFixtureKind(name, '');

const list = (phrases: readonly Parameters<typeof formatNounPhrase>[0][]) =>
  phrases.map(formatNounPhrase).join(' & ');

function describe(correction: Correction): string {
  switch (correction.kind) {
    case 'other':
      return `other ${correction.of === undefined ? 'one' : formatNounPhrase(correction.of)}`;
    case 'things': {
      const old =
        correction.insteadOf === undefined ? '' : ` instead of ${formatNounPhrase(correction.insteadOf)}`;
      return `${list(correction.now)}${old}`;
    }
    case 'place': {
      const old =
        correction.insteadOf === undefined ? '' : ` instead of ${formatNounPhrase(correction.insteadOf)}`;
      return `${correction.now.preposition} ${formatNounPhrase(correction.now.object)}${old}`;
    }
    case 'more-things':
      return `more ${list(correction.things)}`;
    case 'fewer-things':
      return `without ${list(correction.things)}`;
    case 'more-commands':
      return `more ${correction.commands.map(formatCommand).join(' | ')}`;
    case 'restated':
      return `rather ${correction.commands.map(formatCommand).join(' | ')}`;
  }
}

function read(said: string): string {
  const heard = readNewInstruction(said, lexicon);
  switch (heard.kind) {
    case 'cancel':
      return heard.tidy ? 'cancel and tidy' : 'cancel';
    case 'amend':
      return `amend: ${describe(heard.correction)}`;
    case 'unclear':
      return `unclear: ${heard.failure.kind}`;
    default:
      return `${heard.kind}: ${heard.instruction}`;
  }
}

test.each([
  ['stop', 'cancel'],
  ['Stop!', 'cancel'],
  ['no!', 'cancel'],
  ['no, stop that', 'cancel'],
  ['never mind', 'cancel and tidy'],
  ['ok, forget it', 'cancel and tidy'],
  ['stop that, bring me the can', 'replace: bring me the can'],
  ['Stop that and bring me the can, please.', 'replace: bring me the can, please'],
  ['forget it and open the fridge', 'replace: open the fridge'],
  ['instead, bring me the can', 'replace: bring me the can'],
  ['bring me the can instead', 'replace: bring me the can'],
  ['never mind, go to the table', 'replace: go to the table'],
  ['then bring me the can', 'queue: bring me the can'],
  ['And then bring me the can!', 'queue: bring me the can'],
  ['after that close the fridge', 'queue: close the fridge'],
  ["when you're done, close the fridge", 'queue: close the fridge'],
  ['close the fridge when you are done', 'queue: close the fridge'],
  ['bring me the can afterwards', 'queue: bring me the can'],
  ['open the fridge', 'plain: open the fridge'],
  ['please put the apple in the bowl', 'plain: please put the apple in the bowl'],
  ['no, the other mug', 'amend: other definite(other mug)'],
  ['the other one', 'amend: other one'],
  ['no, not that one, the other one', 'amend: other definite(thing)'],
  ['another mug', 'amend: other any(mug)'],
  ['the red one', 'amend: definite(red thing)'],
  ['no, the one on the table', 'amend: definite(thing on definite(table))'],
  ['I meant the blue mug', 'amend: definite(blue mug)'],
  ['the banana instead', 'amend: definite(banana)'],
  ['the banana instead of the apple', 'amend: definite(banana) instead of definite(apple)'],
  ['not the apple, the banana', 'amend: definite(banana) instead of definite(apple)'],
  ['no, not the red one, the blue one', 'amend: definite(blue thing) instead of definite(red thing)'],
  ['the blue one, not the red one', 'amend: definite(blue thing) instead of definite(red thing)'],
  ['not there, on the shelf', 'amend: on definite(shelf) instead of there'],
  ['no, on the shelf', 'amend: on definite(shelf)'],
  ['into the fridge instead', 'amend: in definite(fridge)'],
  ['not in the fridge, on the table', 'amend: on definite(table) instead of definite(fridge)'],
  ['and the banana as well', 'amend: more definite(banana)'],
  ['the banana too', 'amend: more definite(banana)'],
  ['and the orange and the lemon', 'amend: more definite(orange) & definite(lemon)'],
  ['and close the fridge', 'amend: more then close definite(fridge)'],
  ['not the banana', 'amend: without definite(banana)'],
  ['leave the banana where it is', 'amend: without definite(banana)'],
  ['forget the banana', 'amend: without definite(banana)'],
  ['without the mug', 'amend: without definite(mug)'],
  ['no, put it on the shelf', 'amend: rather put it on definite(shelf)'],
  ['no, bring me the can', 'amend: rather bring definite(can) to definite(me)'],
  ['not there', 'unclear: missing-destination'],
  ['no, sing', 'unclear: unknown-verb'],
  ['then dance', 'unclear: unknown-verb'],
  ['', 'unclear: empty'],
])('"%s" during a task is read as "%s"', (said, meaning) => {
  expect(read(said)).toBe(meaning);
});

test('never throws, whatever is said', () => {
  const words = fc.constantFrom(
    ...'no not the other one ones red blue mug apple on in table shelf and then stop instead of there put bring me it as well , . forget leave when you are done'.split(
      ' ',
    ),
  );
  fc.assert(
    fc.property(fc.array(words, { maxLength: 9 }), (said) => {
      expect(readNewInstruction(said.join(' '), lexicon).kind).not.toBe('');
    }),
    { seed: 4, numRuns: 3000 },
  );
});
