import type { Belief } from '../belief/belief.ts';
import type { BeliefView, ExpectedThing } from '../belief/belief-view.ts';
import { knownConfidence } from '../belief/confidence.ts';
import { whereIs } from '../belief/where-is.ts';
import { Lexicon } from '../language/lexicon.ts';
import { rememberTexts } from '../language/remember-texts.ts';
import { fitsReference } from '../reasoner/things.ts';

/** Things that a request names at most, and places for each. */
const mostThings = 5;
const mostPlaces = 3;
/** Words that one noun may have. */
const mostWords = 3;

/** Names the things that an instruction speaks of and that the belief does not hold, with where they may be. */
export function expectedThings(
  belief: Belief,
  view: BeliefView,
  instruction: string,
): readonly ExpectedThing[] {
  const query = { within: '', sinceS: Number.NEGATIVE_INFINITY };
  return spokenClasses(instruction)
    .filter((classNames) => !view.objects.some((object) => isKnown(object, classNames)))
    .slice(0, mostThings)
    .map((classNames) => ({
      classNames,
      likelyPlaces: whereIs(belief, view.fixtures, { ...query, classNames }, view.timeS).slice(0, mostPlaces),
    }));
}

/** A thing that is missing is among the objects, with places of its own. */
const isKnown = (object: BeliefView['objects'][number], classNames: readonly string[]): boolean =>
  fitsReference(object.className, classNames) && (object.missing || object.confidence >= knownConfidence);

const lexicon = new Lexicon();

/** Classes of the nouns in a text, longest nouns first. */
const spokenClasses = rememberTexts((text: string): readonly (readonly string[])[] => {
  const words = text.toLowerCase().match(/\p{L}+/gu) ?? [];
  const found = new Map<string, readonly string[]>();
  const used = new Set<number>();
  for (let length = mostWords; length > 0; length--) {
    for (let start = 0; start + length <= words.length; start++) {
      const span = Array.from({ length }, (_, offset) => start + offset);
      if (span.some((index) => used.has(index))) continue;
      const meaning = lexicon.lookUp(words.slice(start, start + length))?.meaning;
      if (meaning?.kind !== 'object') continue;
      for (const index of span) used.add(index);
      found.set(meaning.noun, meaning.classes);
    }
  }
  return [...found.values()];
});
