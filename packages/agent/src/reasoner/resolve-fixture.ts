import type { BeliefView, FixtureView, PlaceView } from '../belief/belief-view.ts';
import type { NounPhrase } from '../language/command.ts';

/** What a noun phrase must be able to do in its clause. */
export type FixtureRole = 'opens' | 'presses' | 'container' | 'surface' | 'any';

export type FixtureMatch =
  | { readonly kind: 'found'; readonly fixtures: readonly FixtureView[] }
  | { readonly kind: 'several'; readonly fixtures: readonly FixtureView[] }
  | { readonly kind: 'none' };

const fills = (fixture: FixtureView, role: FixtureRole): boolean =>
  role === 'any' ||
  (role === 'opens' && fixture.opens) ||
  (role === 'presses' && fixture.kind === 'button') ||
  (role === 'container' && fixture.isContainer) ||
  (role === 'surface' && fixture.isSurface);

/** Words that tell one fixture from its siblings; other adjectives are ignored. */
const telling = new Set([
  'left',
  'right',
  'top',
  'bottom',
  'upper',
  'lower',
  'middle',
  'first',
  'second',
  'third',
  'last',
]);
const sameWords: Readonly<Record<string, readonly string[]>> = {
  top: ['upper'],
  bottom: ['lower'],
  upper: ['top'],
  lower: ['bottom'],
};

/**
 * Finds the fixtures that a noun phrase names, by the names of the prior map.
 *
 * @param role - what the fixture must be able to do; "the fridge" opens by its door and contains by its inside
 */
export function resolveFixture(view: BeliefView, phrase: NounPhrase, role: FixtureRole): FixtureMatch {
  const noun = phrase.meaning?.noun;
  if (noun === undefined) return { kind: 'none' };
  const adjectives = phrase.adjectives.filter((word) => telling.has(word));
  const spoken = [...adjectives, noun].join(' ');
  const exactly = (fixture: FixtureView) =>
    fixture.names.includes(spoken) ||
    fixture.names.includes(noun) ||
    fixture.id === spoken.replaceAll(' ', '-');
  const ending = (fixture: FixtureView) => fixture.names.some((name) => name.endsWith(` ${noun}`));
  const kind = phrase.meaning?.kind === 'fixture' ? phrase.meaning.fixtureKind : '';
  const ofKind = (fixture: FixtureView) => fixture.kind === kind;
  for (const matches of [exactly, ending, ofKind]) {
    const named = view.fixtures.filter(
      (fixture) => matches(fixture) && adjectives.every((word) => isCalled(fixture, word)),
    );
    const able = asRole(view, named, role);
    if (able.length === 0) continue;
    if (able.length === 1 || phrase.quantity.kind === 'every') return { kind: 'found', fixtures: able };
    if (phrase.quantity.kind === 'any') return { kind: 'found', fixtures: able.slice(0, 1) };
    return { kind: 'several', fixtures: able };
  }
  return { kind: 'none' };
}

const isCalled = (fixture: FixtureView, word: string): boolean =>
  [word, ...(sameWords[word] ?? [])].some(
    (candidate) =>
      fixture.names.some((name) => name.split(' ').includes(candidate)) ||
      fixture.id.split('-').includes(candidate),
  );

/** Fixtures that fill the role themselves, else the doors in front of them or what belongs to the same furniture. */
function asRole(view: BeliefView, named: readonly FixtureView[], role: FixtureRole): readonly FixtureView[] {
  const direct = named.filter((fixture) => fills(fixture, role));
  if (direct.length > 0) return direct;
  if (role === 'opens') {
    const doors = named.map((fixture) => fixture.behind).filter((id) => id !== undefined);
    return view.fixtures.filter((fixture) => fixture.opens && doors.includes(fixture.id));
  }
  const furniture = new Set(named.map((fixture) => fixture.furnitureId));
  const sides = view.fixtures.filter((fixture) => furniture.has(fixture.furnitureId) && fills(fixture, role));
  // "on the fridge" must not fall back on one of several shelves behind its door without a word.
  return sides.length === 1 ? sides : [];
}

/** Finds the place that a noun phrase names. */
export function resolvePlace(view: BeliefView, phrase: NounPhrase): PlaceView | undefined {
  const noun = phrase.meaning?.noun;
  const spoken =
    phrase.meaning?.kind === 'person'
      ? 'person'
      : [...phrase.adjectives, noun ?? phrase.text.replace(/^(the|my|your) /, '')].join(' ');
  return view.places.find(
    (place) =>
      place.names.includes(spoken) ||
      place.id === spoken ||
      (noun !== undefined && place.names.includes(noun)),
  );
}
