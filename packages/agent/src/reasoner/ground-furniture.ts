import { atom } from '../belief/atom.ts';
import type { NounPhrase, PrepositionalPhrase } from '../language/command.ts';
import { isSpill } from '../language/lexicon.ts';
import type { GoalDraft } from './goal-draft.ts';
import { freeSurface, noSuchPlace } from './ground-place.ts';
import { putAt } from './ground-transfer.ts';
import { notUnderstood } from './interruption.ts';
import { resolveFixture } from './resolve-fixture.ts';
import { locationsOf } from './resolve-object.ts';
import { isOpenVolume } from './things.ts';

export function openClose(draft: GoalDraft, phrases: readonly NounPhrase[], verb: 'open' | 'close'): void {
  for (const phrase of phrases) {
    const target = phrase.pronoun === undefined ? phrase : draft.mentionedPlace;
    if (target === undefined)
      throw notUnderstood(`I do not know what "${phrase.text}" means here; name what to ${verb}.`);
    const every = target.quantity.kind === 'every' ? resolveFixture(draft.view, target, 'opens') : undefined;
    const fixtures = every?.kind === 'found' ? every.fixtures : [draft.fixture(target, 'opens')];
    for (const fixture of fixtures) {
      if (fixture === undefined) {
        const doors = draft.view.fixtures
          .filter((candidate) => candidate.opens)
          .map((candidate) => candidate.label);
        throw notUnderstood(
          `I do not know how to ${verb} "${target.text}". I can ${verb}: ${doors.join(', ')}.`,
        );
      }
      draft.add(atom(verb === 'open' ? 'open' : 'closed', fixture.id));
    }
    draft.mentionedPlace = target;
  }
}

export function look(draft: GoalDraft, objects: readonly NounPhrase[]): void {
  if (objects.length === 0) {
    for (const fixture of draft.view.fixtures) {
      if (fixture.isSurface && isOpenVolume(draft.view, fixture))
        draft.add(atom('inspected', fixture.id), { renew: true });
    }
    return;
  }
  for (const phrase of objects) {
    const volumes = resolveFixture(draft.view, phrase, 'any');
    if (volumes.kind === 'none') {
      for (const name of draft.things([phrase])) draft.add(atom('known', name), { renew: true });
      continue;
    }
    const able = volumes.fixtures.filter((fixture) => fixture.isSurface || fixture.isContainer);
    const wanted =
      volumes.kind === 'several' && phrase.quantity.kind !== 'every'
        ? [draft.fixture(phrase, 'any')!]
        : able.length > 0
          ? able
          : volumes.fixtures;
    for (const fixture of wanted) {
      const shut = fixture.behind !== undefined && !isOpenVolume(draft.view, fixture);
      if (shut) {
        draft.add(atom('open', fixture.behind!));
        draft.beginStage();
      }
      draft.add(atom('inspected', fixture.id), { renew: true });
    }
  }
}

export function clear(
  draft: GoalDraft,
  phrases: readonly NounPhrase[],
  to: PrepositionalPhrase | undefined,
): void {
  for (const phrase of phrases) {
    const source = draft.fixture(phrase, 'surface') ?? draft.fixture(phrase, 'container');
    if (source === undefined && phrase.meaning?.kind !== 'object') throw noSuchPlace(draft.view, phrase);
    const sourceIds =
      source === undefined
        ? locationsOf(draft.view, { ...phrase, modifiers: [{ preposition: 'on', object: phrase }] })
        : [source.id];
    if (
      source !== undefined &&
      source.seenShare < 0.5 &&
      !draft.context.achieved.includes(`inspected(${source.id})`)
    ) {
      draft.survey(source.id);
      continue;
    }
    const kept = new Set(phrase.except.flatMap((other) => draft.resolve(other)));
    for (const object of draft.view.objects) {
      // What is in the hand in the middle of clearing was taken from there.
      const isThere = sourceIds.includes(object.support) || object.relation === 'held-by';
      if (object.missing || isSpill(object.className) || kept.has(object.id) || !isThere) continue;
      if (to !== undefined) putAt(draft, [object.id], to);
      else draft.add(atom('on', object.id, freeSurface(draft.view, draft.robot, object, source).id));
    }
  }
}
