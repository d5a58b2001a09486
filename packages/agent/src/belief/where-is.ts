import type { Belief } from './belief.ts';
import type { FixtureView, PlaceChance } from './belief-view.ts';
import { decay } from './kinds.ts';
import type { ObjectTrack } from './object-track.ts';
import { placeChances } from './place-chances.ts';

/** A thing that is not seen. */
export interface WhereQuery {
  /** Classes that it may have, most literal first. */
  readonly classNames: readonly string[];
  /** Fixture where the person said that it is, or empty. */
  readonly within: string;
  /** The thing, when it was seen before. */
  readonly track?: ObjectTrack | undefined;
  /** Looks before this time say nothing, s. */
  readonly sinceS: number;
}

/** Estimates where a thing is, from its kind, its last place, earlier tasks, and looks that did not show it. */
export function whereIs(
  belief: Belief,
  fixtures: readonly FixtureView[],
  { classNames, within, track, sinceS }: WhereQuery,
  nowS: number,
): readonly PlaceChance[] {
  const kind = belief.map.kinds.of(classNames[0] ?? '');
  const seen = (how: 'at-all' | 'closely') => (id: string) =>
    belief.coverage.fresh(id, sinceS, nowS, kind.halfLifeS, how);
  return placeChances(fixtures, {
    kind,
    within,
    lastSupport: track === undefined ? '' : belief.fixtureAround(track.positionM),
    stayed:
      track === undefined || track.state === 'missing' ? 0 : decay(nowS - track.judgedS, kind.halfLifeS),
    remembered: belief.recall(classNames),
    seen: seen('at-all'),
    closelySeen: seen('closely'),
  });
}
