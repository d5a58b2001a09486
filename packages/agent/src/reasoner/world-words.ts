import type { BeliefView } from '../belief/belief-view.ts';
import type { ParseResult } from '../language/command.ts';
import { Lexicon } from '../language/lexicon.ts';
import { type NamedWords, namedWords } from '../language/mentions.ts';
import { parseInstruction } from '../language/parser.ts';
import { rememberTexts } from '../language/remember-texts.ts';

/** The nouns of a world, and what texts say with them. */
export interface WorldWords {
  readonly lexicon: Lexicon;
  /** Reads an instruction into commands. */
  commands(instruction: string): ParseResult;
  /** Finds what an instruction names, word by word. */
  named(instruction: string): NamedWords;
}

/** What makes a lexicon: as long as this is the same, so are the words. */
interface Origin {
  readonly classNames: readonly string[];
  /** Names of fixtures and places, and kinds of fixtures. */
  readonly names: readonly (string | readonly string[])[];
}

const known = new WeakMap<BeliefView, WorldWords>();
let newest: { readonly origin: Origin; readonly words: WorldWords } | undefined;

/** The built-in nouns, the classes that were seen, and the names of the prior map; views of one world share them. */
export function wordsOf(view: BeliefView): WorldWords {
  let words = known.get(view);
  if (words !== undefined) return words;
  const origin = originOf(view);
  if (newest === undefined || !areEqual(newest.origin, origin)) newest = { origin, words: makeWords(view) };
  words = newest.words;
  known.set(view, words);
  return words;
}

const originOf = (view: BeliefView): Origin => ({
  classNames: [...new Set(view.objects.map((object) => object.className))],
  names: [
    ...view.fixtures.flatMap(({ names, kind }) => [names, kind]),
    ...view.places.map(({ names }) => names),
  ],
});

const areEqual = (a: Origin, b: Origin): boolean =>
  isSameList(a.classNames, b.classNames) && isSameList(a.names, b.names);

const isSameList = (a: readonly unknown[], b: readonly unknown[]): boolean =>
  a.length === b.length && a.every((item, index) => item === b[index]);

function makeWords(view: BeliefView): WorldWords {
  const lexicon = new Lexicon();
  for (const object of view.objects) lexicon.addClass(object.className);
  for (const fixture of view.fixtures)
    for (const name of fixture.names) lexicon.addFixtureKind(name, fixture.kind);
  for (const place of view.places)
    for (const name of place.names) if (name !== 'me') lexicon.addFixtureKind(name, '');
  return {
    lexicon,
    commands: rememberTexts((text) => parseInstruction(text, lexicon)),
    named: rememberTexts((text) => namedWords(text, lexicon)),
  };
}
