import type { BeliefView, FixtureView, PlaceChance } from '../belief/belief-view.ts';
import { firstToSearch, type SearchSite } from './search-order.ts';

/** The next thing to do while searching. */
export interface SearchMove {
  /** `navigate` goes there to look again from near. */
  readonly skill: 'look' | 'navigate' | 'open';
  readonly target: string;
  /** What to look at then; the target itself for a look. */
  readonly lookAt: string;
}

/** What finding out costs, s; measured by `bench tasks`. */
const lookS = 6;
const openS = 45;
const travelMps = 0.2;
/** A robot sees and works from this far, m. */
const workingM = 1.2;
/** A place that was seen from near by less than this share is worth a second look. */
const closelyEnough = 0.6;
/** What was overlooked from near is mostly hidden, and overlooked again: share that another look finds. */
const foundAtSecondLook = 0.1;

interface MoveSite extends SearchSite {
  readonly move: SearchMove;
  readonly positionM: readonly number[];
}

/**
 * Chooses where to look next for a thing, so that the expected time until it is found is least.
 *
 * @param chances - where it may be; see {@link placeChances}
 * @param closelySince - share of a fixture that was in clear view from near since the search made sense, [0, 1]
 * @param tried - moves made already in this search, as `look table-top`
 * @param handEmpty - whether something could be opened now
 * @returns undefined when nothing promising is left
 */
export function nextSearchMove(
  view: BeliefView,
  robotName: string,
  search: {
    readonly chances: readonly PlaceChance[];
    readonly closelySince: (fixtureId: string) => number;
    readonly tried: ReadonlySet<string>;
    readonly handEmpty: boolean;
  },
): SearchMove | undefined {
  const { tried, handEmpty } = search;
  const sites: MoveSite[] = [];
  const behindDoor = new Map<string, FixtureView[]>();
  const chances = new Map(search.chances.map(({ place, probability }) => [place, probability]));
  const chanceOf = (fixture: FixtureView) => chances.get(fixture.id) ?? 0;
  for (const fixture of view.fixtures) {
    if (!fixture.isSurface && !fixture.isContainer) continue;
    const isTried = tried.has(`look ${fixture.id}`);
    const door = view.fixtures.find((other) => other.id === fixture.behind && other.state !== 'open');
    if (door !== undefined) {
      // One opening shows all that is behind a door.
      if (handEmpty && !isTried && !tried.has(`open ${door.id}`))
        behindDoor.set(door.id, [...(behindDoor.get(door.id) ?? []), fixture]);
      continue;
    }
    const wasSeenWell = search.closelySince(fixture.id) >= closelyEnough;
    if (isTried && (wasSeenWell || tried.has(`navigate ${fixture.id}`))) continue;
    const move = { skill: isTried ? 'navigate' : 'look', target: fixture.id, lookAt: fixture.id } as const;
    const chance = chanceOf(fixture) * (wasSeenWell ? foundAtSecondLook : 1);
    sites.push({ move, chance, costS: lookS, positionM: fixture.positionM });
  }
  for (const [door, hidden] of behindDoor) {
    const likeliest = hidden.reduce((best, each) => (chanceOf(each) > chanceOf(best) ? each : best));
    sites.push({
      move: { skill: 'open', target: door, lookAt: likeliest.id },
      chance: hidden.reduce((sum, each) => sum + chanceOf(each), 0),
      costS: openS + lookS,
      positionM: likeliest.positionM,
    });
  }
  const robot = view.robots.find((candidate) => candidate.name === robotName);
  const first = firstToSearch(sites, (from, to) =>
    travelS(from === undefined ? robot?.positionM : sites[from]!.positionM, sites[to]!.positionM),
  );
  return first === undefined ? undefined : sites[first]!.move;
}

function travelS(fromM: readonly number[] | undefined, toM: readonly number[]): number {
  if (fromM === undefined) return 0;
  return Math.max(0, Math.hypot(toM[0]! - fromM[0]!, toM[1]! - fromM[1]!) - workingM) / travelMps;
}
