import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PrivateStrings } from './private-strings.ts';

const both = new PrivateStrings({
  people: ['Anna', 'Anna Müller', 'Jörg'],
  strings: ['Lindenweg 5', '+49 151 2345', 'Hauptstraße 1'],
});

test.each([
  ['bring Anna the mug', 'bring PERSON1 the mug'],
  ["Anna's mug, ANNA's mug", "PERSON1's mug, PERSON1b's mug"],
  ['Anna   Müller and anna', 'PERSON2b and PERSON1b'],
  ['Annapolis is no Anna_2, johanna neither', 'Annapolis is no PERSON1_2, johanna neither'],
  ['go to lindenweg 5, not to Lindenweg 55', 'go to PRIVATE1b, not to Lindenweg 55'],
  ['call +49 151 2345', 'call PRIVATE2'],
  ['Jo\u0308rg', 'PERSON3b'],
  ['HAUPTSTRASSE 1, hauptstraße 1', 'PRIVATE3b, PRIVATE3c'],
  ['PERSON1 is not Anna', 'TEXT1 is not PERSON1'],
])('%s', (text, expected) => {
  const redaction = both.begin();
  expect(redaction.redact(text)).toBe(expected);
  expect(redaction.restore(expected)).toBe(text);
});

test('restores what a model writes, in any case and inside arguments', () => {
  const redaction = both.begin();
  redaction.redact('the mug of Anna at Lindenweg 5');
  expect(
    redaction.restoreAll({
      subGoals: [{ arguments: [{ name: 'near', value: 'person1' }] }],
      because: "PERSON1's, PRIVATE1",
    }),
  ).toEqual({ subGoals: [{ arguments: [{ name: 'near', value: 'Anna' }] }], because: "Anna's, Lindenweg 5" });
});

test('without private strings everything stays as it is', () => {
  const redaction = new PrivateStrings({ people: [], strings: [] }).begin();
  expect(redaction.redact('PERSON1 and Anna')).toBe('PERSON1 and Anna');
  expect(redaction.restore('PERSON1')).toBe('PERSON1');
});

const word = fc.stringMatching(/^[A-Za-zÄÖÜäöüß]{2,7}$/);
const entry = fc.array(word, { minLength: 1, maxLength: 3 }).map((words) => words.join(' '));

/** Texts in which the entries stand in other cases, beside punctuation, digits and each other. */
const textWith = (entries: readonly string[]) =>
  fc
    .array(
      fc.tuple(
        fc.oneof(
          fc
            .constantFrom(...entries, 'PERSON1', 'private2b', 'the mug')
            .chain((text) =>
              fc.constantFrom(text, text.toUpperCase(), text.toLowerCase(), text.replaceAll(' ', '\n ')),
            ),
          fc.string({ maxLength: 6 }),
        ),
        fc.constantFrom(' ', '-', '_', "'s ", '(', ', ', '', '1'),
      ),
      { maxLength: 12 },
    )
    .map((parts) => parts.flat().join(''));

test('no private string is left at word boundaries, and restoring is exact', () => {
  const cases = fc
    .uniqueArray(entry, { minLength: 1, maxLength: 6, selector: (text) => text.toLowerCase() })
    .chain((entries) => fc.tuple(fc.constant(entries), textWith(entries), textWith(entries)));
  fc.assert(
    fc.property(cases, ([entries, system, user]) => {
      const redaction = new PrivateStrings({
        people: entries.slice(0, 3),
        strings: entries.slice(3),
      }).begin();
      const sent = [redaction.redact(system), redaction.redact(user)];
      for (const text of sent)
        for (const each of entries) {
          const words = each.split(' ').join('\\s+');
          expect(text).not.toMatch(new RegExp(`(?<![\\p{L}\\p{N}])${words}(?![\\p{L}\\p{N}\\p{M}])`, 'iu'));
        }
      expect(sent.map((text) => redaction.restore(text))).toEqual([system, user]);
    }),
  );
});
