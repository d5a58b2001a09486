import { atom } from '../belief/atom.ts';
import type { NounPhrase, PrepositionalPhrase } from '../language/command.ts';
import { isDrinkingVessel } from '../language/lexicon.ts';
import { plainPhrase } from '../language/plain-phrase.ts';
import type { GoalDraft } from './goal-draft.ts';
import { offer } from './ground-care.ts';
import { type Destination, freeSurface, groundDestination } from './ground-place.ts';
import { notUnderstood, question } from './interruption.ts';
import { isNear, isOpenVolume, labelOf } from './things.ts';

const me = plainPhrase('me', { kind: 'person', noun: 'me' });

/** "put the apple on the table in the bowl": phrases before the last describe the object, unless they cannot. */
export function put(
  draft: GoalDraft,
  objects: readonly NounPhrase[],
  chain: readonly PrepositionalPhrase[],
): void {
  const sources = chain.filter((phrase) => phrase.preposition === 'from');
  const rest = chain.filter((phrase) => phrase.preposition !== 'from');
  const destination = rest[rest.length - 1];
  if (destination === undefined) throw notUnderstood('I did not understand where to put it.');
  const described = objects.map((object, index) =>
    index === objects.length - 1
      ? { ...object, modifiers: [...object.modifiers, ...sources, ...rest.slice(0, -1)] }
      : object,
  );
  const names = draft.things(described);
  putAt(draft, names, destination);
}

/** Has things put where one phrase says. */
export function putAt(draft: GoalDraft, names: readonly string[], destination: PrepositionalPhrase): void {
  const target = destinationOf(draft, destination);
  if (target === undefined) return;
  draft.mentionedPlace = destination.object.pronoun === undefined ? destination.object : draft.mentionedPlace;
  for (const name of names) {
    if (name === target.id)
      throw notUnderstood(`I cannot put the ${labelOf(draft.view, name)} ${target.relation} itself.`);
    const renew = target.near !== undefined && !isNear(draft.view, name, target.near);
    draft.add(atom(target.relation, name, target.id), { near: target.near, renew });
  }
}

function destinationOf(draft: GoalDraft, phrase: PrepositionalPhrase): Destination | undefined {
  if (phrase.object.pronoun === undefined)
    return groundDestination(draft.context, phrase, (object) => draft.nameOf(object));
  if (draft.mentionedPlace === undefined)
    throw notUnderstood(`I do not know where "${phrase.object.text}" is; name the place.`);
  return destinationOf(draft, { ...phrase, object: draft.mentionedPlace });
}

export function bring(draft: GoalDraft, objects: readonly NounPhrase[], to: NounPhrase | undefined): void {
  const names = draft.things(objects);
  const person = draft.view.places.find((place) => place.id === 'person' && place.delivery !== undefined);
  const isToPerson = to === undefined || to.meaning?.kind === 'person';
  const isHeldOut = isToPerson && person === undefined && draft.view.places.some((place) => place.hasPerson);
  if (isHeldOut && names.every((name) => isDrinkingVessel(draft.classOf(name)))) {
    offer(draft, names, to ?? me);
    return;
  }
  if (to === undefined && person === undefined) {
    const surfaces = draft.view.fixtures
      .filter((fixture) => fixture.isSurface && isOpenVolume(draft.view, fixture))
      .map((fixture) => fixture.label);
    const text = 'Where should I bring it?';
    const answer = draft.context.answers[text];
    const chosen = draft.view.fixtures.find((fixture) => fixture.isSurface && fixture.label === answer);
    if (chosen === undefined) throw question(text, [...new Set(surfaces)]);
    for (const name of names) draft.add(atom('on', name, chosen.id));
    return;
  }
  putAt(draft, names, { preposition: 'to', object: to ?? me });
}

export function putAway(draft: GoalDraft, objects: readonly NounPhrase[]): void {
  for (const name of draft.things(objects)) {
    const object = draft.view.objects.find((candidate) => candidate.id === name);
    draft.add(atom('on', name, freeSurface(draft.view, draft.robot, object, undefined).id));
  }
}

export function release(draft: GoalDraft): void {
  const robot = draft.view.robots.find((candidate) => candidate.name === draft.robot);
  if (robot === undefined || robot.held === '') throw notUnderstood('I hold nothing that I could put down.');
  const held = draft.view.objects.find((object) => object.id === robot.held);
  draft.add(atom('on', robot.held, freeSurface(draft.view, draft.robot, held, undefined).id));
}
