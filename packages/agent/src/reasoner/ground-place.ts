import type { BeliefView, FixtureView, ObjectView } from '../belief/belief-view.ts';
import { isVessel } from '../belief/relations.ts';
import type { NounPhrase, PrepositionalPhrase } from '../language/command.ts';
import { type Interruption, notUnderstood, question } from './interruption.ts';
import { type FixtureRole, resolveFixture, resolvePlace } from './resolve-fixture.ts';
import { type ObjectContext, referenceName } from './resolve-object.ts';

/** Where a thing is to end. */
export interface Destination {
  readonly relation: 'in' | 'on';
  /** A fixture, or a vessel. */
  readonly id: string;
  /** Place or object near which to put the thing down. */
  readonly near: string | undefined;
}

/**
 * Finds where a phrase wants a thing to be.
 *
 * @param nameOf - the thing that a noun phrase means, which asks or fails like every other mention of a thing
 * @returns undefined where it has to be looked first which thing is meant
 * @throws {@link Interruption} no such place, or several
 */
export function groundDestination(
  context: ObjectContext,
  { preposition, object }: PrepositionalPhrase,
  nameOf: (phrase: NounPhrase) => string | undefined,
): Destination | undefined {
  const { view } = context;
  const place =
    preposition === 'to' || preposition === 'near' || object.meaning?.kind === 'person'
      ? resolvePlace(view, object)
      : undefined;
  if (place?.delivery !== undefined) return { relation: 'on', id: place.delivery.surfaceId, near: place.id };
  if (object.meaning?.kind === 'object') {
    const name = nameOf(object);
    return name === undefined ? undefined : besideOrInside(view, preposition, object, name);
  }
  const order: readonly FixtureRole[] =
    preposition === 'in' ? ['container', 'surface'] : ['surface', 'container'];
  for (const role of order) {
    const fixture = groundFixture(context, object, role);
    if (fixture !== undefined)
      return { relation: role === 'container' ? 'in' : 'on', id: fixture.id, near: undefined };
  }
  throw noSuchPlace(view, object);
}

/** A bowl takes things in; next to any other thing means on the surface that it stands on. */
function besideOrInside(
  view: BeliefView,
  preposition: PrepositionalPhrase['preposition'],
  object: NounPhrase,
  name: string,
): Destination {
  const known = view.objects.find((candidate) => candidate.id === name);
  const vessel = isVessel(known?.className ?? object.meaning?.noun ?? '');
  if (vessel && preposition !== 'near') return { relation: 'in', id: name, near: undefined };
  const surface = view.fixtures.find((fixture) => fixture.id === known?.support && fixture.isSurface);
  if (preposition === 'near' && surface !== undefined) return { relation: 'on', id: surface.id, near: name };
  if (preposition === 'near')
    throw notUnderstood(
      `I do not know on what the ${object.meaning?.noun} stands; say "find the ${object.meaning?.noun}" first.`,
    );
  throw notUnderstood(
    `I do not know how to put something ${preposition} a ${object.meaning?.noun}; I can put things in a bowl, a drawer, the fridge, the sink or the bin, and on a table, counter or shelf.`,
  );
}

/** Says which places there are. */
export function noSuchPlace(view: BeliefView, object: NounPhrase): Interruption {
  const places = view.fixtures.filter((fixture) => fixture.isSurface || fixture.isContainer);
  const names = [...new Set(places.map((fixture) => fixture.label))];
  return notUnderstood(
    `I know of no "${object.text.replace(/^(the|my|your|a|an) /, '')}" to put things. I know of: ${names.join(', ')}.`,
  );
}

/**
 * Finds the fixture that a phrase means.
 *
 * @returns `undefined` where no fixture of that role is meant
 * @throws {@link Interruption} several are meant, and nobody has said which
 */
export function groundFixture(
  context: ObjectContext,
  phrase: NounPhrase,
  role: FixtureRole,
): FixtureView | undefined {
  const match = resolveFixture(context.view, phrase, role);
  if (match.kind === 'none') return undefined;
  const excluded = context.excluded?.[referenceName(phrase)] ?? [];
  const fixtures = match.fixtures.filter((fixture) => !excluded.includes(fixture.id));
  if (match.kind === 'found' || fixtures.length === 1) return fixtures[0];
  const text = `Which ${phrase.meaning?.noun ?? phrase.text} do you mean?`;
  const choices = fixtures.map((fixture) => fixture.label);
  const answer = context.answers[text];
  const chosen = fixtures.find((fixture) => fixture.label === answer);
  if (chosen === undefined) throw question(text, choices);
  return chosen;
}

/**
 * Finds the open surface nearest to an object, other than the one it is to leave.
 *
 * @throws {@link Interruption} there is none
 */
export function freeSurface(
  view: BeliefView,
  robotName: string,
  object: ObjectView | undefined,
  leave: FixtureView | undefined,
): FixtureView {
  const robot = view.robots.find((candidate) => candidate.name === robotName);
  const from = object === undefined || object.relation === 'held-by' ? robot?.positionM : object.positionM;
  const surfaces = view.fixtures
    .filter(
      (fixture) =>
        fixture.isSurface && fixture.furnitureId !== leave?.furnitureId && fixture.behind === undefined,
    )
    .filter((fixture) => fixture.sizeM[0] * fixture.sizeM[1] > 0.4)
    .sort((a, b) => distance(a, from) - distance(b, from));
  if (surfaces[0] === undefined) throw notUnderstood('I know of no other surface to put things on.');
  return surfaces[0];
}

const distance = (fixture: FixtureView, from: readonly number[] | undefined): number =>
  from === undefined ? 0 : Math.hypot(fixture.positionM[0] - from[0]!, fixture.positionM[1] - from[1]!);
