import type { BeliefView } from '../belief/belief-view.ts';
import { Lexicon } from '../language/lexicon.ts';

const lexicons = new WeakMap<BeliefView, Lexicon>();

/** The nouns of a world: the built-in ones, the classes that were seen, and the names of the prior map. */
export function lexiconOf(view: BeliefView): Lexicon {
  const known = lexicons.get(view);
  if (known !== undefined) return known;
  const lexicon = makeLexicon(view);
  lexicons.set(view, lexicon);
  return lexicon;
}

function makeLexicon(view: BeliefView): Lexicon {
  const lexicon = new Lexicon();
  for (const className of new Set(view.objects.map((object) => object.className)))
    lexicon.addClass(className);
  for (const fixture of view.fixtures)
    for (const name of fixture.names) lexicon.addFixtureKind(name, fixture.kind);
  for (const place of view.places)
    for (const name of place.names) if (name !== 'me') lexicon.addFixtureKind(name, '');
  return lexicon;
}
