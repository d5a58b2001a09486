import type { Atom } from '../belief/atom.ts';
import type { BeliefView, FixtureView } from '../belief/belief-view.ts';
import type { NounPhrase } from '../language/command.ts';
import type { ProposedReference } from '../model/proposal.ts';
import type { Goal, Grounding } from './goal.ts';
import { groundFixture } from './ground-place.ts';
import { notUnderstood, question } from './interruption.ts';
import type { FixtureRole } from './resolve-fixture.ts';
import { type ObjectContext, resolveObject } from './resolve-object.ts';
import { knownObjects } from './things.ts';

/** The goals of an instruction while its commands are read, and what its words have meant up to there. */
export class GoalDraft {
  readonly context: ObjectContext;
  readonly view: BeliefView;
  /** Namespace of the robot that is spoken to. */
  readonly robot: string;
  /** The place that "there" means; "it" of something to open or close means it, too. */
  mentionedPlace: NounPhrase | undefined;
  readonly #goals: Goal[] = [];
  readonly #references = new Map<string, ProposedReference>();
  readonly #surveys = new Set<string>();
  readonly #unchecked = new Set<string>();
  #mayGrow = false;
  #mentioned: readonly string[] = [];
  #stage = 0;

  constructor(context: ObjectContext, robot: string) {
    this.context = context;
    this.view = context.view;
    this.robot = robot;
  }

  get grounding(): Grounding {
    return {
      kind: 'goals',
      goals: this.#goals,
      references: [...this.#references.values()],
      surveys: [...this.#surveys],
      unchecked: [...this.#unchecked],
      mayGrow: this.#mayGrow,
    };
  }

  /** What is added from here on waits for what was added before. */
  beginStage(): void {
    this.#stage += 1;
  }

  add(
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

  /** Has a surface or container looked over before goals are stated. */
  survey(id: string): void {
    this.#surveys.add(id);
  }

  /** Names of the things that noun phrases mean; pronouns mean the things of the clause before. */
  things(phrases: readonly NounPhrase[]): readonly string[] {
    const names = phrases.flatMap((phrase) =>
      phrase.pronoun === undefined ? this.resolve(phrase) : this.#pronoun(phrase),
    );
    this.#mentioned = names;
    return names;
  }

  #pronoun(phrase: NounPhrase): readonly string[] {
    if (this.#mentioned.length > 0)
      return phrase.pronoun === 'it' ? this.#mentioned.slice(-1) : this.#mentioned;
    const held = this.view.robots.find((robot) => robot.name === this.robot)?.held ?? '';
    if (held === '') throw notUnderstood(`I do not know what "${phrase.text}" means here; name the thing.`);
    return [held];
  }

  /** Names of the things that one noun phrase means; "it" in what follows does not mean them. */
  resolve(phrase: NounPhrase): readonly string[] {
    const result = resolveObject(this.context, phrase);
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
        throw notUnderstood(`${result.message} Objects I know of here: ${knownObjects(this.view)}.`);
    }
  }

  /** A thing named as a place: "it" in what follows still means what is put there. */
  nameOf(object: NounPhrase): string | undefined {
    const before = this.#mentioned;
    const name = this.things([object])[0];
    this.#mentioned = before;
    return name;
  }

  /** The fixture that a phrase means; `undefined` where none of that role is meant. */
  fixture(phrase: NounPhrase, role: FixtureRole): FixtureView | undefined {
    return groundFixture(this.context, phrase, role);
  }

  /** Class of a thing; the first that is looked for when it was not seen. */
  classOf(name: string): string {
    const object = this.view.objects.find((candidate) => candidate.id === name);
    return object?.className ?? this.#references.get(name)?.classNames[0] ?? name;
  }

  /** Classes that a thing may have: what is looked for, when it was not seen. */
  classesOf(name: string): readonly string[] {
    return [this.classOf(name), ...(this.#references.get(name)?.classNames ?? [])];
  }
}
