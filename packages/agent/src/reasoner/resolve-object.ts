import type { BeliefView, FixtureView, ObjectView } from '../belief/belief-view.ts';
import { isColor } from '../language/colors.ts';
import type { NounPhrase } from '../language/command.ts';
import { isInCategory, isSpill, spokenName } from '../language/lexicon.ts';
import type { ProposedReference } from '../model/proposal.ts';
import { resolveFixture } from './resolve-fixture.ts';
import { classMatches, isOpenVolume, labelOf, whereabouts } from './things.ts';

/** What a noun phrase for movable things comes to. */
export type ObjectResolution =
  /** Ids of the belief, or names of references that have to be found first. */
  | {
      readonly kind: 'things';
      readonly names: readonly string[];
      readonly references: readonly ProposedReference[];
      /** Places that must be looked over from near before these can be called all. */
      readonly unchecked: readonly string[];
    }
  /** Look at these first: without it one cannot say what "all" or "the" means. */
  | { readonly kind: 'survey'; readonly targets: readonly string[]; readonly closely?: boolean }
  | { readonly kind: 'question'; readonly text: string; readonly choices: readonly string[] }
  | { readonly kind: 'unknown'; readonly message: string };

export interface ObjectContext {
  readonly view: BeliefView;
  readonly answers: Readonly<Record<string, string>>;
  readonly achieved: readonly string[];
  readonly bindings: Readonly<Record<string, string>>;
  /** What a phrase does not mean, by reference name. */
  readonly excluded?: Readonly<Record<string, readonly string[]>>;
}

const bigWords = new Set(['big', 'large', 'long', 'tall', 'wide']);
const smallWords = new Set(['small', 'little', 'tiny', 'short']);
/** A candidate that was not seen for longer may be the same thing at its old place, s. */
const staleS = 6;
/** Share of a surface that must have been seen before "all" can be answered. */
const surveyedShare = 0.5;

/** Finds the movable things that a noun phrase names. */
export function resolveObject(context: ObjectContext, phrase: NounPhrase): ObjectResolution {
  const { view } = context;
  const { meaning } = phrase;
  if (meaning === undefined || meaning.kind === 'fixture' || meaning.kind === 'person') {
    return { kind: 'unknown', message: `I do not know what "${phrase.text}" is.` };
  }
  const within = locationsOf(view, phrase);
  if (phrase.quantity.kind === 'every' || phrase.quantity.kind === 'count') {
    const missing = unsurveyed(context, within);
    const found = candidatesOf(context, phrase, within);
    const enough = phrase.quantity.kind === 'count' && found.length >= phrase.quantity.count;
    if (missing.length > 0 && !enough) return { kind: 'survey', targets: missing };
    const unchecked = enough ? [] : unseenClosely(context, within);
    if (unchecked.length > 0 && found.length === 0)
      return { kind: 'survey', targets: unchecked, closely: true };
    if (found.length === 0)
      return {
        kind: 'unknown',
        message: `I looked, but found no ${meaning.noun}${within.length > 0 ? ' there' : ''}.`,
      };
    if (phrase.quantity.kind === 'count' && found.length < phrase.quantity.count) {
      return {
        kind: 'unknown',
        message: `I found only ${found.length} of ${phrase.quantity.count} ${meaning.noun}.`,
      };
    }
    const wanted =
      phrase.quantity.kind === 'count' ? byConfidence(found).slice(0, phrase.quantity.count) : found;
    return { kind: 'things', names: wanted.map((object) => object.id), references: [], unchecked };
  }
  return resolveOne(context, phrase, within);
}

function resolveOne(context: ObjectContext, phrase: NounPhrase, within: readonly string[]): ObjectResolution {
  const { view } = context;
  const name = spokenReference(phrase);
  const bound = context.bindings[referenceName(phrase)];
  if (bound !== undefined && view.objects.some((object) => object.id === bound))
    return { kind: 'things', names: [bound], references: [], unchecked: [] };
  let found = candidatesOf(context, phrase, within);
  if (found.length === 0 && within.length > 0)
    found = candidatesOf(context, phrase, []).filter((object) => object.missing);
  if (found.length === 0) {
    const others = otherColors(view, phrase);
    if (others.length > 0 && isOpenlySeen(view))
      return { kind: 'unknown', message: `I know of no ${name}; I know of: ${others.join(', ')}.` };
    return {
      kind: 'things',
      names: [referenceName(phrase)],
      references: [referenceFor(phrase, name, within)],
      unchecked: [],
    };
  }
  found = found.filter((object) => !isLostTwin(object, found));
  const [only] = found;
  if (found.length === 1 && only !== undefined)
    return { kind: 'things', names: [only.id], references: [], unchecked: [] };
  if (phrase.quantity.kind === 'any')
    return { kind: 'things', names: [byConfidence(found)[0]!.id], references: [], unchecked: [] };
  const stale = found.filter((object) => isPerhapsATwin(context, object, found));
  if (stale.length > 0) return { kind: 'survey', targets: stale.map((object) => object.id) };
  return askWhich(context, phrase, found);
}

/** What nobody knows the place of cannot be told from another of its class: it is no choice beside one that was seen later. */
const isLostTwin = (object: ObjectView, found: readonly ObjectView[]): boolean =>
  isPlaceless(object) &&
  found.some(
    (other) =>
      other !== object &&
      other.className === object.className &&
      (!isPlaceless(other) ||
        other.ageS < object.ageS ||
        (other.ageS === object.ageS && other.id < object.id)),
  );

const isPlaceless = ({ missing, relation }: ObjectView): boolean => missing || relation === 'unknown';

/** A thing that was moved out of view shows up a second time; a look at its old place tells the two cases apart. */
const isPerhapsATwin = (context: ObjectContext, object: ObjectView, found: readonly ObjectView[]): boolean =>
  object.ageS > staleS &&
  !object.missing &&
  !context.achieved.includes(`inspected(${object.id})`) &&
  found.some((other) => other !== object && other.className === object.className);

function askWhich(
  context: ObjectContext,
  phrase: NounPhrase,
  found: readonly ObjectView[],
): ObjectResolution {
  const { view, answers } = context;
  const text = `Which ${phrase.meaning?.noun ?? phrase.text} do you mean?`;
  const choices = found.map((object) => choiceFor(view, object, found));
  const answer = answers[text];
  const index = answer === undefined ? -1 : choices.indexOf(answer);
  if (index >= 0) return { kind: 'things', names: [found[index]!.id], references: [], unchecked: [] };
  return { kind: 'question', text, choices };
}

/** A choice that tells it from the others: by class when the classes differ, else by where it is. */
function choiceFor(view: BeliefView, object: ObjectView, among: readonly ObjectView[]): string {
  const name = spokenName(object.className);
  const twins = among.filter((other) => other.className === object.className);
  if (twins.length === 1) return name;
  const place = whereabouts(view, object);
  const together = twins.filter((other) => whereabouts(view, other) === place);
  return together.length === 1 ? `${name} ${place}` : `${labelOf(view, object.id)} ${place}`;
}

const byConfidence = (objects: readonly ObjectView[]): readonly ObjectView[] =>
  [...objects].sort((a, b) => Number(a.missing) - Number(b.missing) || b.confidence - a.confidence);

function candidatesOf(
  context: ObjectContext,
  phrase: NounPhrase,
  within: readonly string[],
): readonly ObjectView[] {
  const { view } = context;
  const { meaning } = phrase;
  const except = phrase.except.flatMap((other) =>
    other.meaning === undefined ? [] : candidatesOf(context, other, []).map((object) => object.id),
  );
  const excluded = context.excluded?.[referenceName(phrase)] ?? [];
  const plain = view.objects.filter((object) => {
    if (except.includes(object.id) || excluded.includes(object.id)) return false;
    if (within.length > 0 && (object.missing || !within.some((place) => isWithin(view, object, place))))
      return false;
    if (meaning?.kind === 'anything') return !object.missing && !isSpill(object.className);
    if (meaning?.kind === 'category')
      return (
        !object.missing &&
        (classMatches(object.className, meaning.classes) || isInCategory(object.className, meaning.noun))
      );
    return meaning?.kind === 'object' && classMatches(object.className, meaning.classes);
  });
  const literal =
    meaning?.kind === 'object'
      ? plain.filter((object) => classMatches(object.className, meaning.classes.slice(0, 1)))
      : [];
  return byAdjectives(literal.length > 0 ? literal : plain, phrase.adjectives);
}

/** Colours filter where the detector's classes tell colours apart; sizes take the biggest or the smallest. */
function byAdjectives(objects: readonly ObjectView[], words: readonly string[]): readonly ObjectView[] {
  let left = objects;
  for (const word of words) {
    if (isColor(word) && left.some((object) => tellsColor(object.className))) {
      left = left.filter((object) => object.className.split('-').includes(word));
    } else if ((bigWords.has(word) || smallWords.has(word)) && left.length > 1) {
      const volume = (object: ObjectView) => object.sizeM[0] * object.sizeM[1] * object.sizeM[2];
      const sorted = [...left].sort((a, b) => volume(b) - volume(a));
      left = [bigWords.has(word) ? sorted[0]! : sorted[sorted.length - 1]!];
    }
  }
  return left;
}

/** Tells whether a detector names the colour of this class. */
export const tellsColor = (className: string): boolean =>
  className.includes('-') && className.split('-').some((part) => isColor(part));

/** Tells whether all that stands open was looked at: what was not seen there is hardly worth a search. */
const isOpenlySeen = (view: BeliefView): boolean =>
  view.fixtures.every(
    (fixture) => !fixture.isSurface || fixture.behind !== undefined || fixture.seenShare >= surveyedShare,
  );

function otherColors(view: BeliefView, phrase: NounPhrase): readonly string[] {
  if (!phrase.adjectives.some((word) => isColor(word)) || phrase.meaning?.kind !== 'object') return [];
  const { classes } = phrase.meaning;
  return view.objects
    .filter(
      (object) => !object.missing && tellsColor(object.className) && classMatches(object.className, classes),
    )
    .map((object) => spokenName(object.className));
}

function isWithin(view: BeliefView, object: ObjectView, place: string): boolean {
  if (object.support === place) return true;
  const fixture = view.fixtures.find((candidate) => candidate.id === object.support);
  const wanted = view.fixtures.find((candidate) => candidate.id === place);
  if (fixture !== undefined && wanted !== undefined) {
    return wanted.behind !== undefined && fixture.behind === wanted.behind && wanted.isContainer;
  }
  const carrier = view.objects.find((candidate) => candidate.id === object.support);
  return carrier !== undefined && carrier.id !== object.id && isWithin(view, carrier, place);
}

/** Ids of the furniture or vessels that the phrase's modifiers name. */
export function locationsOf(view: BeliefView, phrase: NounPhrase): readonly string[] {
  return phrase.modifiers.flatMap(({ object }) => {
    const match = resolveFixture(view, object, 'any');
    if (match.kind !== 'none') return match.fixtures.map((fixture) => fixture.id);
    const { meaning } = object;
    if (meaning?.kind !== 'object') return [];
    return view.objects
      .filter((candidate) => classMatches(candidate.className, meaning.classes))
      .map((candidate) => candidate.id);
  });
}

/** Surfaces and open containers that have not been seen well enough to say "all". */
function unsurveyed(context: ObjectContext, within: readonly string[]): readonly string[] {
  const { achieved } = context;
  return placesToSurvey(context, within)
    .filter((fixture) => fixture.seenShare < surveyedShare && !achieved.includes(`inspected(${fixture.id})`))
    .map((fixture) => fixture.id);
}

/** Those that were seen, but mostly from afar, where a small thing beside a big one is overlooked. */
function unseenClosely(context: ObjectContext, within: readonly string[]): readonly string[] {
  const { achieved } = context;
  return placesToSurvey(context, within)
    .filter((fixture) => fixture.closelySeenShare < surveyedShare && !achieved.includes(`at(${fixture.id})`))
    .map((fixture) => fixture.id);
}

function placesToSurvey({ view }: ObjectContext, within: readonly string[]): readonly FixtureView[] {
  return view.fixtures
    .filter((fixture) =>
      within.length === 0 ? fixture.isSurface || fixture.kind === 'sink' : within.includes(fixture.id),
    )
    .filter((fixture) => (fixture.isSurface || fixture.isContainer) && isOpenVolume(view, fixture));
}

/** Adjectives that make a phrase a name of its own, beside colours. */
const naming = ['other', 'different', 'held'];

const spokenReference = (phrase: NounPhrase): string => {
  const words = phrase.adjectives.filter((word) => isColor(word) || naming.includes(word));
  return [...words, phrase.meaning?.noun ?? phrase.text].join(' ');
};

/** What a plan calls the thing that a phrase means while it has no id; bindings and exclusions go by it. */
export const referenceName = (phrase: NounPhrase): string => spokenReference(phrase).replaceAll(' ', '-');

function referenceFor(phrase: NounPhrase, name: string, within: readonly string[]): ProposedReference {
  const { meaning } = phrase;
  const classes = meaning?.kind === 'object' || meaning?.kind === 'category' ? meaning.classes : [];
  const color = phrase.adjectives.find((word) => isColor(word));
  const classNames =
    color === undefined ? classes : [...classes.map((className) => `${color}-${className}`), ...classes];
  return {
    name: referenceName(phrase),
    classNames: classNames.length === 0 ? [name] : classNames.slice(0, 24),
    choose: phrase.quantity.kind === 'any' ? 'any' : 'ask',
    within: within[0] ?? '',
  };
}
