import type { BeliefView, FixtureView } from '../belief/belief-view.ts';
import { isInCategory } from '../language/lexicon.ts';

/** The next thing to do while searching. */
export interface SearchMove {
  /** `navigate` goes there to look again from near. */
  readonly skill: 'look' | 'navigate' | 'open';
  readonly target: string;
  /** What to look at then; the target itself for a look. */
  readonly lookAt: string;
}

/** Rough chances that a thing of a kind is at a kind of place; common sense, not this room. */
const placeChances: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  fruit: { table: 0.35, counter: 0.3, fridge: 0.2, shelf: 0.1, sink: 0.05, drawer: 0.02, bin: 0.02 },
  drink: { fridge: 0.35, counter: 0.25, table: 0.2, shelf: 0.15, sink: 0.03, drawer: 0.02, bin: 0.02 },
  crockery: { table: 0.3, counter: 0.3, shelf: 0.2, sink: 0.15, drawer: 0.04, fridge: 0.02, bin: 0.01 },
  cutlery: { drawer: 0.5, table: 0.15, counter: 0.15, sink: 0.15, shelf: 0.03, fridge: 0.01, bin: 0.01 },
  other: { table: 0.28, counter: 0.28, shelf: 0.24, drawer: 0.1, fridge: 0.1, sink: 0.08, bin: 0.04 },
};
const cutleryNames = ['spoon', 'fork', 'knife'];

/** What finding out costs, s. */
const lookS = 8;
const openS = 30;
const travelMps = 0.2;
/** Chance that remains for a place that was just seen in full, from near and from afar: small things are overlooked. */
const overlooked = { near: 0.05, afar: 0.25 } as const;
/** A place that was seen from near by less than this share is worth a second look. */
const closelyEnough = 0.6;

/**
 * Chooses where to look next for a thing: the place with the best chance per second.
 *
 * @param classNames - classes that the thing may have
 * @param within - fixture where the person said that it is, or empty
 * @param lastSupport - fixture on which it was last believed to be, or empty; things do not go far
 * @param seenSince - share of a fixture that was in clear view since the search made sense, [0, 1]
 * @param closelySince - the same, from near
 * @param tried - moves made already in this search, as `look table-top`
 * @param handEmpty - whether something could be opened now
 * @returns undefined when nothing promising is left
 */
export function nextSearchMove(
  view: BeliefView,
  robotName: string,
  search: {
    readonly classNames: readonly string[];
    readonly within: string;
    readonly lastSupport: string;
    readonly seenSince: (fixtureId: string) => number;
    readonly closelySince: (fixtureId: string) => number;
    readonly tried: ReadonlySet<string>;
    readonly handEmpty: boolean;
  },
): SearchMove | undefined {
  const robot = view.robots.find((candidate) => candidate.name === robotName);
  const chances = placeChances[kindOf(search.classNames)]!;
  let best: SearchMove | undefined;
  let bestValue = 0;
  for (const fixture of view.fixtures) {
    if (!fixture.isSurface && !fixture.isContainer) continue;
    const shut =
      fixture.behind === undefined
        ? undefined
        : view.fixtures.find((door) => door.id === fixture.behind && door.state !== 'open');
    const wasLookedAt = search.tried.has(`look ${fixture.id}`);
    const closely = shut === undefined ? search.closelySince(fixture.id) : 0;
    if (wasLookedAt && (closely >= closelyEnough || search.tried.has(`navigate ${fixture.id}`))) continue;
    if (shut !== undefined && (!search.handEmpty || search.tried.has(`open ${shut.id}`))) continue;
    const seen = shut === undefined ? Math.max(closely, search.seenSince(fixture.id)) : 0;
    const prior = (chances[fixture.kind] ?? 0.05) / siblings(view, fixture);
    const hint =
      fixture.id === search.lastSupport ? 3 : sameFurniture(view, fixture, search.lastSupport) ? 2 : 1;
    const told = search.within === '' ? prior * hint : fixture.id === search.within ? 0.9 : 0.1 * prior;
    const chance = told * (1 - closely * (1 - overlooked.near) - (seen - closely) * (1 - overlooked.afar));
    const travelM =
      robot === undefined
        ? 0
        : Math.hypot(fixture.positionM[0] - robot.positionM[0], fixture.positionM[1] - robot.positionM[1]);
    const value = chance / (lookS + travelM / travelMps + (shut === undefined ? 0 : openS));
    if (value > bestValue) {
      bestValue = value;
      best =
        shut === undefined
          ? { skill: wasLookedAt ? 'navigate' : 'look', target: fixture.id, lookAt: fixture.id }
          : { skill: 'open', target: shut.id, lookAt: fixture.id };
    }
  }
  return best;
}

/** Shelves of one fridge share its chance. */
const siblings = (view: BeliefView, fixture: FixtureView): number =>
  view.fixtures.filter(
    (other) =>
      (other.isSurface || other.isContainer) &&
      other.kind === fixture.kind &&
      !other.opens === !fixture.opens,
  ).length || 1;

const sameFurniture = (view: BeliefView, fixture: FixtureView, otherId: string): boolean =>
  view.fixtures.some((other) => other.id === otherId && other.furnitureId === fixture.furnitureId);

function kindOf(classNames: readonly string[]): string {
  const plain = classNames.map((name) => name.split('-').at(-1) ?? name);
  if (plain.some((name) => cutleryNames.includes(name))) return 'cutlery';
  return (
    ['fruit', 'drink', 'crockery'].find((kind) => plain.some((name) => isInCategory(name, kind))) ?? 'other'
  );
}
