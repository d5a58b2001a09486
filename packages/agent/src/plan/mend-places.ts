import type { Atom } from '../belief/atom.ts';
import type { BeliefView } from '../belief/belief-view.ts';
import type { NamedWords } from '../language/mentions.ts';
import { MentionMatch } from './mention-match.ts';

/** Looks that a plan without any step is given at most. */
const mostLooks = 3;

/** Names what the instruction says of furniture and was not looked at, else the open surface that was seen least. */
export function placesToLookAt({
  view,
  words,
  achieved,
}: {
  readonly view: BeliefView;
  readonly words: NamedWords;
  readonly achieved: readonly string[];
}): readonly string[] {
  const match = new MentionMatch(view, [], {});
  const named = new Set(words.mentions.flatMap(({ phrase }) => [...match.placesOf(phrase)]));
  const unseen = view.fixtures.filter((fixture) => !achieved.includes(`inspected(${fixture.id})`));
  const parts = unseen.filter((fixture) => named.has(fixture.id) && (fixture.opens || fixture.isSurface));
  if (parts.length > 0) return parts.slice(0, mostLooks).map((fixture) => fixture.id);
  return unseen
    .filter((fixture) => fixture.isSurface && fixture.behind === undefined)
    .sort((a, b) => a.seenShare - b.seenShare)
    .slice(0, 1)
    .map((fixture) => fixture.id);
}

/** Finds the widest open surface of other furniture than a fixture's. */
export function otherSurface({ fixtures }: BeliefView, name: string): string | undefined {
  const leave = fixtures.find((fixture) => fixture.id === name)?.furnitureId;
  return fixtures
    .filter((other) => other.isSurface && other.behind === undefined && other.furnitureId !== leave)
    .sort((a, b) => b.sizeM[0] * b.sizeM[1] - a.sizeM[0] * a.sizeM[1])[0]?.id;
}

/**
 * Finds the one of several places that can be to the goals what a wrong one was.
 *
 * @param name - the wrong one
 * @returns undefined when none or several can
 */
export function placeLike(
  { fixtures }: BeliefView,
  goals: readonly Atom[],
  name: string,
  places: ReadonlySet<string>,
): string | undefined {
  const predicate = goals.find((goal) => goal.arguments.includes(name))?.predicate;
  const able = fixtures.filter(
    (fixture) =>
      places.has(fixture.id) &&
      (predicate !== 'on' || fixture.isSurface) &&
      (predicate !== 'in' || fixture.isContainer) &&
      ((predicate !== 'open' && predicate !== 'closed') || fixture.opens),
  );
  return able.length === 1 ? able[0]?.id : undefined;
}
