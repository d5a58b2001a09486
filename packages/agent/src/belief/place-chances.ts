import type { FixtureView, PlaceChance } from './belief-view.ts';
import { type Kind, otherPlaceWeight } from './kinds.ts';

/** What is known about where a thing may be that is not seen. */
export interface PlaceEvidence {
  /** What is known of its kind. */
  readonly kind: Kind;
  /** Fixture where the person said that it is, or empty. */
  readonly within: string;
  /** Fixture on or in which it was last believed to be, or empty. */
  readonly lastSupport: string;
  /** Chance that it is still there, [0, 1]; small when a look did not find it. */
  readonly stayed: number;
  /** How often such things were at a place in earlier tasks, faded with time, by fixture id. */
  readonly remembered: ReadonlyMap<string, number>;
  /** How much of a fixture was seen without the thing, [0, 1]; fades with time. */
  readonly seen: (fixtureId: string) => number;
  /** The same, from near. */
  readonly closelySeen: (fixtureId: string) => number;
}

/** Chance of a thing that is at no place that the map knows, before anything is seen. */
const elsewhereChance = 0.08;
/** Common sense weighs as much as a third of a find: a household's things have their places. */
const commonSenseFinds = 1 / 3;
/** Things do not go far: weight of the last place and of other parts of the same furniture. */
const lastPlaceFactor = 3;
const sameFurnitureFactor = 2;
/** How much the person's word weighs against all other places. */
const toldChance = 0.9;
/** Chance that a look over all of a place misses a thing there, from near and from afar: small things are overlooked. */
const overlooked = { near: 0.05, afar: 0.25 } as const;

/**
 * Estimates where a thing is that is not seen: Bayes over all surfaces and containers, and `''` for somewhere else.
 *
 * The prior is the kind's common sense and where such things were found before, the likelihood what looks did not show.
 *
 * @returns likeliest first; the probabilities sum to 1
 */
export function placeChances(
  fixtures: readonly FixtureView[],
  evidence: PlaceEvidence,
): readonly PlaceChance[] {
  const places = fixtures.filter((fixture) => fixture.isSurface || fixture.isContainer);
  const prior = priorOf(places, evidence);
  const weights = places.map((place) => prior.get(place.id)! * chanceUnseen(place.id, evidence));
  const elsewhere = places.length === 0 ? 1 : elsewhereChance * (evidence.within === '' ? 1 : 1 - toldChance);
  const total = weights.reduce((sum, weight) => sum + weight, elsewhere);
  return [
    ...places.map((place, index) => ({
      place: place.id,
      probability: weights[index]! / total,
      source: sourceOf(place.id, evidence),
    })),
    { place: '', probability: elsewhere / total, source: 'map' as const },
  ].sort((a, b) => b.probability - a.probability);
}

/** Chances before any look, by fixture; with `elsewhereChance` they sum to 1. */
function priorOf(places: readonly FixtureView[], evidence: PlaceEvidence): ReadonlyMap<string, number> {
  const { kind, remembered, lastSupport, within } = evidence;
  const lastFurniture = places.find((place) => place.id === lastSupport)?.furnitureId;
  const stayed = lastFurniture === undefined ? 0 : evidence.stayed;
  const siblings = new Map<string, number>();
  for (const place of places) siblings.set(place.kind, (siblings.get(place.kind) ?? 0) + 1);
  const common = normalised(
    places.map((place) => (kind.places[place.kind] ?? otherPlaceWeight) / siblings.get(place.kind)!),
  );
  const finds = places.map((place) => remembered.get(place.id) ?? 0);
  const near = normalised(
    places.map((place, index) => {
      const factor =
        place.id === lastSupport
          ? lastPlaceFactor
          : lastFurniture !== undefined && place.furnitureId === lastFurniture
            ? sameFurnitureFactor
            : 1;
      return factor * (commonSenseFinds * common[index]! + finds[index]!);
    }),
  );
  const told = within === '' || !places.some((place) => place.id === within) ? 0 : toldChance;
  return new Map(
    places.map((place, index) => {
      const moved = (1 - stayed) * near[index]! + (place.id === lastSupport ? stayed : 0);
      return [
        place.id,
        (1 - elsewhereChance) * ((1 - told) * moved + (place.id === within ? told : 0)),
      ] as const;
    }),
  );
}

/** Chance that the looks of this search would have missed the thing if it were there. */
function chanceUnseen(id: string, { seen, closelySeen }: PlaceEvidence): number {
  const closely = closelySeen(id);
  const afar = Math.max(0, seen(id) - closely);
  return 1 - closely * (1 - overlooked.near) - afar * (1 - overlooked.afar);
}

function sourceOf(id: string, { lastSupport, remembered }: PlaceEvidence): PlaceChance['source'] {
  if (id === lastSupport) return 'detection';
  return (remembered.get(id) ?? 0) > 0 ? 'memory' : 'map';
}

function normalised(weights: readonly number[]): readonly number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => (total === 0 ? 0 : weight / total));
}
