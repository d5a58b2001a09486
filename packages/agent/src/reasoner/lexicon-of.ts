import type { BeliefView } from '../belief/belief-view.ts';
import { Lexicon } from '../language/lexicon.ts';

/** The nouns of a world: the built-in ones, the classes that were seen, and the names of the prior map. */
export function lexiconOf(view: BeliefView): Lexicon {
  const lexicon = new Lexicon();
  for (const object of view.objects) lexicon.addClass(object.className);
  for (const fixture of view.fixtures)
    for (const name of fixture.names) lexicon.addFixtureKind(name, fixture.kind);
  for (const place of view.places)
    for (const name of place.names) if (name !== 'me') lexicon.addFixtureKind(name, '');
  return lexicon;
}
