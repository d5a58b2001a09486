import { atom } from '../belief/atom.ts';
import type { BeliefView, FixtureView } from '../belief/belief-view.ts';
import type { NounPhrase } from '../language/command.ts';
import { isOfferable, isSpill, isWiper } from '../language/lexicon.ts';
import { plainPhrase } from '../language/plain-phrase.ts';
import type { GoalDraft } from './goal-draft.ts';
import { groundFixture } from './ground-place.ts';
import { notUnderstood } from './interruption.ts';
import { resolvePlace } from './resolve-fixture.ts';
import type { ObjectContext } from './resolve-object.ts';
import { labelOf } from './things.ts';

/** A surface of which less was seen is looked at before it is wiped. */
const seenEnough = 0.5;

export function press(draft: GoalDraft, phrases: readonly NounPhrase[]): void {
  for (const phrase of phrases) {
    const button = groundButton(draft.context, phrase);
    // What a button did cannot be seen: it is pressed whenever that is asked for.
    draft.add(atom('pressed', button.id), { renew: true });
  }
}

export function wipe(draft: GoalDraft, phrases: readonly NounPhrase[], means: NounPhrase | undefined): void {
  const targets = wipeTargets(draft.context, phrases, (phrase) => draft.things([phrase]));
  for (const id of targets.surveys) draft.survey(id);
  if (targets.ids.length === 0) return;
  const [tool] = draft.things([means ?? wiperPhrase(draft)]);
  if (tool !== undefined && !draft.classesOf(tool).some(isWiper))
    throw notUnderstood(
      `I can wipe with a sponge, a cloth or a towel, not with the ${labelOf(draft.view, tool)}.`,
    );
  for (const id of targets.ids) draft.add(atom('wiped', id), { tool, renew: true });
}

/** Words for what to wipe with: what is in the hand, or what is known, or a sponge that has to be found. */
function wiperPhrase(draft: GoalDraft): NounPhrase {
  const known = draft.view.objects
    .filter(({ className, missing }) => !missing && isWiper(className))
    .sort(
      (a, b) =>
        Number(b.relation === 'held-by') - Number(a.relation === 'held-by') || b.confidence - a.confidence,
    );
  const noun = known[0]?.className ?? 'sponge';
  return {
    ...plainPhrase(noun, { kind: 'object', noun, classes: [noun] }),
    quantity: { kind: 'any' },
  };
}

/** Has a thing held before the face of somebody. */
export function offer(draft: GoalDraft, names: readonly string[], to: NounPhrase): void {
  const named = resolvePlace(draft.view, to);
  const place = named?.hasPerson === true ? named : draft.view.places.find(({ hasPerson }) => hasPerson);
  if (place === undefined) throw notUnderstood('I know of nobody here to whom I could hold it.');
  if (names.length > 1) throw notUnderstood('I can hold only one thing at a time before a face.');
  const [name] = names;
  if (name === undefined) return;
  if (!isOfferable(draft.classOf(name)))
    throw notUnderstood(`I do not hold a ${labelOf(draft.view, name)} before a face.`);
  draft.add(atom('offered', name, place.id), { renew: true });
}

/**
 * Finds the button or switch that a phrase means: by its name, by a word of its name ("the light" of a light switch), or as
 * the only one.
 *
 * @throws {@link Interruption} there is no such button, or several
 */
function groundButton(context: ObjectContext, phrase: NounPhrase): FixtureView {
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
interface WipeTargets {
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
function wipeTargets(
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
