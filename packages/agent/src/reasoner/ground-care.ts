import type { BeliefView, FixtureView } from '../belief/belief-view.ts';
import type { NounPhrase } from '../language/command.ts';
import { isSpill } from '../language/lexicon.ts';
import { groundFixture } from './ground-place.ts';
import { notUnderstood } from './interruption.ts';
import type { ObjectContext } from './resolve-object.ts';
import { labelOf } from './things.ts';

/** A surface of which less was seen is looked at before it is wiped. */
const seenEnough = 0.5;

/**
 * Finds the button or switch that a phrase means: by its name, by a word of its name ("the light" of a light switch), or as
 * the only one.
 *
 * @throws {@link Interruption} there is no such button, or several
 */
export function groundButton(context: ObjectContext, phrase: NounPhrase): FixtureView {
  const { view } = context;
  const named = phrase.pronoun === undefined ? groundFixture(context, phrase, 'presses') : undefined;
  if (named !== undefined) return named;
  const buttons = view.fixtures.filter(({ kind }) => kind === 'button');
  const said = phrase.meaning?.noun.split(' ') ?? [];
  const alike = buttons.filter(({ names }) =>
    names.some((name) => name.split(' ').some((word) => said.includes(word))),
  );
  if (alike.length === 1) return alike[0]!;
  const known = buttons.map((button) => labelOf(view, button.id)).join(', ') || 'none';
  throw notUnderstood(`I know of no "${bare(phrase)}" to press. Buttons and switches that I know: ${known}.`);
}

/** What is to be wiped. */
export interface WipeTargets {
  /** Spills, surfaces, or names of spills that have to be found. */
  readonly ids: readonly string[];
  /** Surfaces that have to be looked at first. */
  readonly surveys: readonly string[];
}

/**
 * Finds what phrases want to have wiped: the spills on a surface that is named, the surface as a whole when it was looked at
 * and none is known there, or a spill that is named.
 *
 * @param thingsOf - the things that a noun phrase means
 * @throws {@link Interruption} it can not be wiped
 */
export function wipeTargets(
  context: ObjectContext,
  phrases: readonly NounPhrase[],
  thingsOf: (phrase: NounPhrase) => readonly string[],
): WipeTargets {
  const { view, achieved } = context;
  const ids: string[] = [];
  const surveys: string[] = [];
  for (const phrase of phrases) {
    if (phrase.meaning?.kind === 'person') throw notUnderstood('I do not touch people with what I hold.');
    if (phrase.meaning?.kind === 'object' && phrase.meaning.classes.some(isSpill)) {
      ids.push(...thingsOf(phrase));
      continue;
    }
    const surface = groundFixture(context, phrase, 'surface');
    if (surface === undefined)
      throw notUnderstood(`I cannot wipe "${bare(phrase)}"; I can wipe ${surfacesOf(view)}.`);
    const there = view.objects.filter(
      ({ className, support, missing }) => isSpill(className) && support === surface.id && !missing,
    );
    const isSeen = surface.seenShare >= seenEnough || achieved.includes(`inspected(${surface.id})`);
    const wiped = achieved.flatMap((text) => /^wiped\((.+)\)$/.exec(text)?.[1] ?? []);
    if (there.length > 0) ids.push(...there.map(({ id }) => id));
    else if (wiped.length > 0) ids.push(...wiped);
    else if (isSeen) ids.push(surface.id);
    else surveys.push(surface.id);
  }
  return { ids, surveys };
}

const bare = ({ text }: NounPhrase): string => text.replace(/^(the|my|your|a|an) /, '');

const surfacesOf = (view: BeliefView): string => {
  const labels = view.fixtures.filter(({ isSurface }) => isSurface).map(({ label }) => `the ${label}`);
  return [...new Set(labels)].join(', ') || 'no surface that I know of';
};
