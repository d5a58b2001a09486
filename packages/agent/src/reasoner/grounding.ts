import type { Atom } from '../belief/atom.ts';
import { atom } from '../belief/atom.ts';
import type { BeliefView, FixtureView, ObjectView } from '../belief/belief-view.ts';
import type { Command, NounPhrase, PrepositionalPhrase } from '../language/command.ts';
import { isDrinkingVessel, isOfferable, isSpill, isWiper } from '../language/lexicon.ts';
import type { ProposedReference } from '../model/proposal.ts';
import { groundButton, wipeTargets } from './ground-care.ts';
import {
  type Destination,
  freeSurface,
  groundDestination,
  groundFixture,
  noSuchPlace,
} from './ground-place.ts';
import { Interruption, notUnderstood, question } from './interruption.ts';
import { type FixtureRole, resolveFixture, resolvePlace } from './resolve-fixture.ts';
import { locationsOf, type ObjectContext, resolveObject } from './resolve-object.ts';
import { isNear, isOpenVolume, knownObjects, labelOf } from './things.ts';

/** One condition that an instruction asks for. */
export interface Goal {
  readonly atom: Atom;
  /** Place or object near which to put something down. */
  readonly near: string | undefined;
  /** Clauses said to come later have a higher stage; goals of one stage may be reached in any order. */
  readonly stage: number;
  /** With what it is to be reached, when that is not for the planner to choose. */
  readonly tool?: string | undefined;
  /** Even when it holds already, do it again: "look", "find" of something not seen lately. */
  readonly renew: boolean;
}

export type Grounding =
  | {
      readonly kind: 'goals';
      readonly goals: readonly Goal[];
      readonly references: readonly ProposedReference[];
      readonly surveys: readonly string[];
      /** Places to be looked over from near; the goals may grow by what is found there. */
      readonly unchecked: readonly string[];
      /** Whether the goals speak of all things of a kind: more may be seen on the way. */
      readonly mayGrow: boolean;
    }
  | { readonly kind: 'question'; readonly text: string; readonly choices: readonly string[] }
  | { readonly kind: 'not-understood'; readonly message: string };

/** Things last seen longer ago are looked for again when the person asks where they are, s. */
const findAgainS = 10;

/**
 * Turns commands into conditions on the things of the belief.
 *
 * @returns goals, or what must be asked or seen before goals can be stated
 */
export function groundCommands(
  commands: readonly Command[],
  context: ObjectContext,
  robot: string,
): Grounding {
  try {
    return new Grounder(context, robot).ground(commands);
  } catch (thrown) {
    if (thrown instanceof Interruption) return thrown.grounding;
    throw thrown;
  }
}

class Grounder {
  readonly #context: ObjectContext;
  readonly #view: BeliefView;
  readonly #robot: string;
  readonly #goals: Goal[] = [];
  readonly #references = new Map<string, ProposedReference>();
  readonly #surveys = new Set<string>();
  readonly #unchecked = new Set<string>();
  #mayGrow = false;
  #mentioned: readonly string[] = [];
  #mentionedPlace: NounPhrase | undefined;
  #stage = 0;

  constructor(context: ObjectContext, robot: string) {
    this.#context = context;
    this.#view = context.view;
    this.#robot = robot;
  }

  ground(commands: readonly Command[]): Grounding {
    for (const command of commands) {
      if (command.after) this.#stage += 1;
      this.#command(command);
    }
    return {
      kind: 'goals',
      goals: this.#goals,
      references: [...this.#references.values()],
      surveys: [...this.#surveys],
      unchecked: [...this.#unchecked],
      mayGrow: this.#mayGrow,
    };
  }

  #add(
    statement: Atom,
    options: {
      readonly near?: string | undefined;
      readonly tool?: string | undefined;
      readonly renew?: boolean;
    } = {},
  ): void {
    this.#goals.push({
      atom: statement,
      near: options.near,
      tool: options.tool,
      stage: this.#stage,
      renew: options.renew ?? false,
    });
  }

  #command(command: Command): void {
    switch (command.verb) {
      case 'put':
        this.#put(command.objects, command.chain);
        break;
      case 'bring':
        this.#bring(command.objects, command.to);
        break;
      case 'put-away':
        this.#putAway(command.objects);
        break;
      case 'throw-away':
        this.#put(command.objects, [{ preposition: 'in', object: bin }]);
        break;
      case 'pick':
        for (const name of this.#things(command.objects)) this.#add(atom('holding', name));
        break;
      case 'release':
        this.#release();
        break;
      case 'open':
      case 'close':
        this.#openClose(command.objects, command.verb);
        break;
      case 'find':
        this.#find(command.objects);
        break;
      case 'look':
        this.#look(command.objects);
        break;
      case 'clear':
        this.#clear(command.objects, command.to);
        break;
      case 'go':
        this.#add(atom('at', this.#placeOf(command.to)), { renew: true });
        break;
      case 'press':
        this.#press(command.objects);
        break;
      case 'wipe':
        this.#wipe(command.objects, command.with);
        break;
      case 'offer':
        this.#offer(this.#things(command.objects), command.to);
        break;
      case 'stow':
        this.#add(atom('stowed'), { renew: true });
        break;
    }
  }

  /** Names of the things that noun phrases mean; pronouns mean the things of the clause before. */
  #things(phrases: readonly NounPhrase[]): readonly string[] {
    const names = phrases.flatMap((phrase) =>
      phrase.pronoun === undefined ? this.#resolve(phrase) : this.#pronoun(phrase),
    );
    this.#mentioned = names;
    return names;
  }

  #pronoun(phrase: NounPhrase): readonly string[] {
    if (this.#mentioned.length > 0)
      return phrase.pronoun === 'it' ? this.#mentioned.slice(-1) : this.#mentioned;
    const held = this.#view.robots.find((robot) => robot.name === this.#robot)?.held ?? '';
    if (held === '') throw notUnderstood(`I do not know what "${phrase.text}" means here; name the thing.`);
    return [held];
  }

  #resolve(phrase: NounPhrase): readonly string[] {
    const result = resolveObject(this.#context, phrase);
    this.#mayGrow ||= phrase.quantity.kind === 'every';
    switch (result.kind) {
      case 'things':
        for (const reference of result.references) this.#references.set(reference.name, reference);
        for (const id of result.unchecked) this.#unchecked.add(id);
        return result.names;
      case 'survey':
        for (const target of result.targets)
          (result.closely === true ? this.#unchecked : this.#surveys).add(target);
        return [];
      case 'question':
        throw question(result.text, result.choices);
      case 'unknown':
        throw notUnderstood(`${result.message} Objects I know of here: ${knownObjects(this.#view)}.`);
    }
  }

  /** "put the apple on the table in the bowl": phrases before the last describe the object, unless they cannot. */
  #put(objects: readonly NounPhrase[], chain: readonly PrepositionalPhrase[]): void {
    const sources = chain.filter((phrase) => phrase.preposition === 'from');
    const rest = chain.filter((phrase) => phrase.preposition !== 'from');
    const destination = rest[rest.length - 1];
    if (destination === undefined) throw notUnderstood('I did not understand where to put it.');
    const described = objects.map((object, index) =>
      index === objects.length - 1
        ? { ...object, modifiers: [...object.modifiers, ...sources, ...rest.slice(0, -1)] }
        : object,
    );
    const names = this.#things(described);
    this.#putAt(names, destination);
  }

  #putAt(names: readonly string[], destination: PrepositionalPhrase): void {
    const target = this.#destination(destination);
    if (target === undefined) return;
    this.#mentionedPlace =
      destination.object.pronoun === undefined ? destination.object : this.#mentionedPlace;
    for (const name of names) {
      if (name === target.id)
        throw notUnderstood(`I cannot put the ${labelOf(this.#view, name)} ${target.relation} itself.`);
      const renew = target.near !== undefined && !isNear(this.#view, name, target.near);
      this.#add(atom(target.relation, name, target.id), { near: target.near, renew });
    }
  }

  #destination(phrase: PrepositionalPhrase): Destination | undefined {
    if (phrase.object.pronoun === undefined)
      return groundDestination(this.#context, phrase, (object) => this.#nameOf(object));
    if (this.#mentionedPlace === undefined)
      throw notUnderstood(`I do not know where "${phrase.object.text}" is; name the place.`);
    return this.#destination({ ...phrase, object: this.#mentionedPlace });
  }

  /** A thing named as a place: "it" in what follows still means what is put there. */
  #nameOf(object: NounPhrase): string | undefined {
    const before = this.#mentioned;
    const name = this.#things([object])[0];
    this.#mentioned = before;
    return name;
  }

  #fixture(phrase: NounPhrase, role: FixtureRole): FixtureView | undefined {
    return groundFixture(this.#context, phrase, role);
  }

  #freeSurface(object: ObjectView | undefined, leave: FixtureView | undefined): FixtureView {
    return freeSurface(this.#view, this.#robot, object, leave);
  }

  #bring(objects: readonly NounPhrase[], to: NounPhrase | undefined): void {
    const names = this.#things(objects);
    const person = this.#view.places.find((place) => place.id === 'person' && place.delivery !== undefined);
    const isToPerson = to === undefined || to.meaning?.kind === 'person';
    const isHeldOut =
      isToPerson && person === undefined && this.#view.places.some((place) => place.hasPerson);
    if (isHeldOut && names.every((name) => isDrinkingVessel(this.#classOf(name)))) {
      this.#offer(names, to ?? plain('me', { kind: 'person', noun: 'me' }));
      return;
    }
    if (to === undefined && person === undefined) {
      const surfaces = this.#view.fixtures
        .filter((fixture) => fixture.isSurface && isOpenVolume(this.#view, fixture))
        .map((fixture) => fixture.label);
      const text = 'Where should I bring it?';
      const answer = this.#context.answers[text];
      const chosen = this.#view.fixtures.find((fixture) => fixture.isSurface && fixture.label === answer);
      if (chosen === undefined) throw question(text, [...new Set(surfaces)]);
      for (const name of names) this.#add(atom('on', name, chosen.id));
      return;
    }
    this.#putAt(names, { preposition: 'to', object: to ?? plain('me', { kind: 'person', noun: 'me' }) });
  }

  #putAway(objects: readonly NounPhrase[]): void {
    for (const name of this.#things(objects)) {
      const object = this.#view.objects.find((candidate) => candidate.id === name);
      this.#add(atom('on', name, this.#freeSurface(object, undefined).id));
    }
  }

  #release(): void {
    const robot = this.#view.robots.find((candidate) => candidate.name === this.#robot);
    if (robot === undefined || robot.held === '')
      throw notUnderstood('I hold nothing that I could put down.');
    const held = this.#view.objects.find((object) => object.id === robot.held);
    this.#add(atom('on', robot.held, this.#freeSurface(held, undefined).id));
  }

  #openClose(phrases: readonly NounPhrase[], verb: 'open' | 'close'): void {
    for (const phrase of phrases) {
      const target = phrase.pronoun === undefined ? phrase : this.#mentionedPlace;
      if (target === undefined)
        throw notUnderstood(`I do not know what "${phrase.text}" means here; name what to ${verb}.`);
      const every =
        target.quantity.kind === 'every' ? resolveFixture(this.#view, target, 'opens') : undefined;
      const fixtures = every?.kind === 'found' ? every.fixtures : [this.#fixture(target, 'opens')];
      for (const fixture of fixtures) {
        if (fixture === undefined) {
          const doors = this.#view.fixtures
            .filter((candidate) => candidate.opens)
            .map((candidate) => candidate.label);
          throw notUnderstood(
            `I do not know how to ${verb} "${target.text}". I can ${verb}: ${doors.join(', ')}.`,
          );
        }
        this.#add(atom(verb === 'open' ? 'open' : 'closed', fixture.id));
      }
      this.#mentionedPlace = target;
    }
  }

  #press(phrases: readonly NounPhrase[]): void {
    for (const phrase of phrases) {
      const button = groundButton(this.#context, phrase);
      // What a button did cannot be seen: it is pressed whenever that is asked for.
      this.#add(atom('pressed', button.id), { renew: true });
    }
  }

  #wipe(phrases: readonly NounPhrase[], means: NounPhrase | undefined): void {
    const targets = wipeTargets(this.#context, phrases, (phrase) => this.#things([phrase]));
    for (const id of targets.surveys) this.#surveys.add(id);
    if (targets.ids.length === 0) return;
    const [tool] = this.#things([means ?? this.#wiper()]);
    if (tool !== undefined && !this.#isWiper(tool))
      throw notUnderstood(
        `I can wipe with a sponge, a cloth or a towel, not with the ${labelOf(this.#view, tool)}.`,
      );
    for (const id of targets.ids) this.#add(atom('wiped', id), { tool, renew: true });
  }

  /** Words for what to wipe with: what is in the hand, or what is known, or a sponge that has to be found. */
  #wiper(): NounPhrase {
    const known = this.#view.objects
      .filter(({ className, missing }) => !missing && isWiper(className))
      .sort(
        (a, b) =>
          Number(b.relation === 'held-by') - Number(a.relation === 'held-by') || b.confidence - a.confidence,
      );
    const noun = known[0]?.className ?? 'sponge';
    return {
      ...plain(noun, { kind: 'object', noun, classes: [noun] }),
      quantity: { kind: 'any' },
    };
  }

  #isWiper(name: string): boolean {
    const reference = this.#references.get(name);
    return isWiper(this.#classOf(name)) || reference?.classNames.some(isWiper) === true;
  }

  /** Class of a thing; the first that is looked for when it was not seen. */
  #classOf(name: string): string {
    const object = this.#view.objects.find((candidate) => candidate.id === name);
    return object?.className ?? this.#references.get(name)?.classNames[0] ?? name;
  }

  #offer(names: readonly string[], to: NounPhrase): void {
    const named = resolvePlace(this.#view, to);
    const place = named?.hasPerson === true ? named : this.#view.places.find(({ hasPerson }) => hasPerson);
    if (place === undefined) throw notUnderstood('I know of nobody here to whom I could hold it.');
    if (names.length > 1) throw notUnderstood('I can hold only one thing at a time before a face.');
    const [name] = names;
    if (name === undefined) return;
    if (!isOfferable(this.#classOf(name)))
      throw notUnderstood(`I do not hold a ${labelOf(this.#view, name)} before a face.`);
    this.#add(atom('offered', name, place.id), { renew: true });
  }

  #find(objects: readonly NounPhrase[]): void {
    for (const phrase of objects) {
      if (phrase.meaning?.kind === 'fixture') {
        this.#look([phrase]);
        continue;
      }
      for (const name of this.#things([phrase])) {
        const seen = this.#view.objects.find((object) => object.id === name);
        this.#add(atom('known', name), {
          renew: seen !== undefined && seen.ageS > findAgainS && seen.relation !== 'held-by',
        });
      }
    }
  }

  #look(objects: readonly NounPhrase[]): void {
    if (objects.length === 0) {
      for (const fixture of this.#view.fixtures) {
        if (fixture.isSurface && isOpenVolume(this.#view, fixture))
          this.#add(atom('inspected', fixture.id), { renew: true });
      }
      return;
    }
    for (const phrase of objects) {
      const volumes = resolveFixture(this.#view, phrase, 'any');
      if (volumes.kind === 'none') {
        for (const name of this.#things([phrase])) this.#add(atom('known', name), { renew: true });
        continue;
      }
      const able = volumes.fixtures.filter((fixture) => fixture.isSurface || fixture.isContainer);
      const wanted =
        volumes.kind === 'several' && phrase.quantity.kind !== 'every'
          ? [this.#fixture(phrase, 'any')!]
          : able.length > 0
            ? able
            : volumes.fixtures;
      for (const fixture of wanted) {
        const shut = fixture.behind !== undefined && !isOpenVolume(this.#view, fixture);
        if (shut) {
          this.#add(atom('open', fixture.behind!));
          this.#stage += 1;
        }
        this.#add(atom('inspected', fixture.id), { renew: true });
      }
    }
  }

  #clear(phrases: readonly NounPhrase[], to: PrepositionalPhrase | undefined): void {
    for (const phrase of phrases) {
      const source = this.#fixture(phrase, 'surface') ?? this.#fixture(phrase, 'container');
      if (source === undefined && phrase.meaning?.kind !== 'object') throw noSuchPlace(this.#view, phrase);
      const sourceIds =
        source === undefined
          ? locationsOf(this.#view, { ...phrase, modifiers: [{ preposition: 'on', object: phrase }] })
          : [source.id];
      if (
        source !== undefined &&
        source.seenShare < 0.5 &&
        !this.#context.achieved.includes(`inspected(${source.id})`)
      ) {
        this.#surveys.add(source.id);
        continue;
      }
      const kept = new Set(phrase.except.flatMap((other) => this.#resolve(other)));
      for (const object of this.#view.objects) {
        // What is in the hand in the middle of clearing was taken from there.
        const isThere = sourceIds.includes(object.support) || object.relation === 'held-by';
        if (object.missing || isSpill(object.className) || kept.has(object.id) || !isThere) continue;
        if (to !== undefined) this.#putAt([object.id], to);
        else this.#add(atom('on', object.id, this.#freeSurface(object, source).id));
      }
    }
  }

  #placeOf(phrase: NounPhrase): string {
    const place = resolvePlace(this.#view, phrase);
    if (place !== undefined) return place.id;
    const fixture = this.#fixture(phrase, 'any');
    if (fixture !== undefined) return fixture.id;
    if (phrase.meaning?.kind === 'object') return this.#things([phrase])[0]!;
    const names = this.#view.places.map((candidate) => candidate.label);
    throw notUnderstood(
      `I know of no place "${phrase.text.replace(/^the /, '')}". Places I know: ${names.join(', ')}.`,
    );
  }
}

const plain = (text: string, meaning: NonNullable<NounPhrase['meaning']>): NounPhrase => ({
  text,
  quantity: { kind: 'definite' },
  adjectives: [],
  meaning,
  pronoun: undefined,
  plural: false,
  modifiers: [],
  except: [],
});

const bin = plain('bin', { kind: 'fixture', noun: 'bin', fixtureKind: 'bin' });
