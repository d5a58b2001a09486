import type { BeliefView, FixtureView, ObjectView } from '../belief/belief-view.ts';
import { isColor } from '../language/colors.ts';
import type { Command, NounPhrase } from '../language/command.ts';
import { spokenName } from '../language/lexicon.ts';
import { speakCommands } from '../language/speak.ts';
import type { PlanGraph } from '../plan/plan-graph.ts';
import { freeSurface } from '../reasoner/ground-place.ts';
import { groundCommands } from '../reasoner/grounding.ts';
import { Interruption } from '../reasoner/interruption.ts';
import { resolveFixture } from '../reasoner/resolve-fixture.ts';
import { classMatches } from '../reasoner/things.ts';
import { wordsOf } from '../reasoner/world-words.ts';
import type { TaskMemory } from './task-memory.ts';

/** Ids and reference names that commands speak of; undefined while the person or a look has to say which. */
export function thingsMeant(
  commands: readonly Command[],
  view: BeliefView,
  {
    answers,
    achieved,
    bindings,
    excluded,
  }: Pick<TaskMemory, 'answers' | 'achieved' | 'bindings' | 'excluded'>,
  robot: string,
): ReadonlySet<string> | undefined {
  const grounding = groundCommands(commands, { view, answers, achieved, bindings, excluded }, robot);
  if (grounding.kind !== 'goals') return undefined;
  return new Set(
    grounding.goals.flatMap(({ atom, near }) => [...atom.arguments, ...(near === undefined ? [] : [near])]),
  );
}

/** What a plan took a phrase to mean: the things that its steps and goals name and that the phrase fits. */
export function chosenFor(
  phrase: NounPhrase,
  view: BeliefView,
  plan: PlanGraph | undefined,
): readonly string[] {
  const named = new Set([
    ...(plan?.subGoals.flatMap((subGoal) => Object.values(subGoal.arguments)) ?? []),
    ...(plan?.goals.flatMap((goal) => goal.match(/[\w-]+/g) ?? []) ?? []),
    ...view.objects.filter((object) => object.relation === 'held-by').map((object) => object.id),
  ]);
  const fixtures = resolveFixture(view, phrase, 'any');
  const places = fixtures.kind === 'none' ? [] : fixtures.fixtures.map((fixture) => fixture.id);
  const things = view.objects.filter((object) => fits(phrase, object)).map((object) => object.id);
  return [...things, ...places].filter((id) => named.has(id));
}

function fits(phrase: NounPhrase, object: ObjectView): boolean {
  const { meaning } = phrase;
  if (meaning?.kind !== 'object' && meaning?.kind !== 'category') return false;
  const colors = phrase.adjectives.filter((word) => isColor(word));
  const words = object.className.split('-');
  return classMatches(object.className, meaning.classes) && colors.every((word) => words.includes(word));
}

/**
 * Says where a thing that is held and no longer wanted goes: to where it was taken from, else to the nearest free surface.
 *
 * @param origin - id of where it was taken from, when that is known
 * @returns undefined when there is no such place
 */
export function putBackCommand(
  held: ObjectView,
  robot: string,
  view: BeliefView,
  origin: string | undefined,
): Command | undefined {
  const before = view.fixtures.find((each) => each.id === origin && (each.isSurface || each.isContainer));
  const fixture = before ?? surfaceFor(held, robot, view);
  if (fixture === undefined) return undefined;
  const noun = spokenName(held.className);
  const meaning = { kind: 'object', noun, classes: [held.className] } as const;
  const place = { kind: 'fixture', noun: fixture.label, fixtureKind: fixture.kind } as const;
  return {
    verb: 'put',
    objects: [phrase(`the held ${noun}`, meaning, ['held'])],
    chain: [
      { preposition: fixture.isSurface ? 'on' : 'in', object: phrase(`the ${fixture.label}`, place, []) },
    ],
    after: false,
  };
}

/** The name that {@link putBackCommand} gives to a held thing; it has to be bound to its id. */
export const heldName = (held: Pick<ObjectView, 'className'>): string => `held-${held.className}`;

/** The object in a robot's hand; undefined when that is empty. */
export const heldObject = (view: BeliefView, robot: string): ObjectView | undefined =>
  view.objects.find((object) => object.relation === 'held-by' && object.support === robot);

/** An instruction before which a robot puts down what it holds, unless the instruction is about that. */
export function withTidyHand(instruction: string, view: BeliefView, robot: string): string {
  const held = heldObject(view, robot);
  if (held === undefined) return instruction;
  const parsed = wordsOf(view).commands(instruction);
  const nothing = { answers: {}, achieved: [], bindings: {}, excluded: {} };
  const meant = parsed.ok ? thingsMeant(parsed.commands, view, nothing, robot) : undefined;
  const back = putBackCommand(held, robot, view, undefined);
  if (back === undefined || meant?.has(held.id) === true) return instruction;
  if (instruction === '') return speakCommands([back]);
  // What cannot be told is not about the thing in the hand as far as anybody knows; a pronoun is.
  if (!parsed.ok) return instruction;
  return `${speakCommands([back])}, then ${instruction}`;
}

const phrase = (text: string, meaning: NounPhrase['meaning'], adjectives: readonly string[]): NounPhrase => ({
  text,
  quantity: { kind: 'definite' },
  adjectives,
  meaning,
  pronoun: undefined,
  plural: false,
  modifiers: [],
  except: [],
});

function surfaceFor(held: ObjectView, robot: string, view: BeliefView): FixtureView | undefined {
  try {
    return freeSurface(view, robot, held, undefined);
  } catch (thrown) {
    if (thrown instanceof Interruption) return undefined;
    throw thrown;
  }
}
