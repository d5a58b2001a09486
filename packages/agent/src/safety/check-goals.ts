import type { SkillContract } from '@efferent/skills';
import { type Atom, parseAtom } from '../belief/atom.ts';
import type { BeliefView } from '../belief/belief-view.ts';
import { isOfferable, isWiper } from '../language/lexicon.ts';
import type { ProposedReference } from '../model/proposal.ts';
import { MentionMatch } from '../plan/mention-match.ts';
import { wordsOf } from '../reasoner/world-words.ts';
import { Wish } from './wish.ts';

/** What the person said in a task so far. */
export interface Said {
  readonly instruction: string;
  /** Answers by question. */
  readonly answers: Readonly<Record<string, string>>;
  /** Ids by the names that were given to things before they were found. */
  readonly bindings: Readonly<Record<string, string>>;
  /** Ids that a name of the instruction does not mean, by that name. */
  readonly excluded: Readonly<Record<string, readonly string[]>>;
}

/** A step, as far as it matters what it is done to. */
interface Step {
  readonly skill: string;
  readonly arguments: Readonly<Record<string, string>>;
}

/** Words that ask to have something held before a face. */
const faceWords = ['mouth', 'face', 'lips', 'drink', 'sip', 'taste', 'eat'];
const wipeWords = ['wipe', 'wiping', 'mop', 'mopping', 'scrub', 'clean', 'cleaning', 'spill', 'stain'];
/** Looking, or folding an arm, harms nobody's wish. */
const harmless: ReadonlySet<string> = new Set([
  'inspected',
  'stowed',
  'hand-empty',
  'reachable',
  'accessible',
]);

/**
 * Finds goals and grasps that do not follow from what the person said: of things that they spoke of in no way, or to places
 * that they did not name. Text that a camera reads or a program returns can so bring no goal into a plan.
 *
 * @returns one sentence for each; empty when all may stand
 */
export function strayGoals(
  proposal: {
    readonly goals: readonly string[];
    readonly steps: readonly Step[];
    readonly references: readonly ProposedReference[];
  },
  said: Said,
  view: BeliefView,
  skills: readonly SkillContract[],
): readonly string[] {
  const check = new GoalCheck(proposal.references, said, view);
  const goals = proposal.goals.flatMap((goal) => {
    const statement = parseAtom(goal);
    const stray = statement === undefined ? undefined : check.strayOf(statement);
    return stray === undefined
      ? []
      : [`goal "${goal}" does not follow from the instruction, which does not speak of ${stray}`];
  });
  const grasps = proposal.steps.flatMap((step) => {
    const object = graspedBy(step, skills);
    return object === undefined || check.speaksOf(object) || check.wipesWith(object)
      ? []
      : [`${step.skill} of "${object}" does not follow from the instruction, which does not speak of it`];
  });
  return [...goals, ...grasps];
}

/** What a step takes into the hand. */
function graspedBy(step: Step, skills: readonly SkillContract[]): string | undefined {
  const contract = skills.find((skill) => skill.name === step.skill);
  const effect = contract?.effects.find((term) => term.predicate === 'holding' && !term.negated);
  return effect === undefined ? undefined : step.arguments[effect.arguments[0]!];
}

class GoalCheck {
  readonly #view: BeliefView;
  readonly #references: ReadonlyMap<string, ProposedReference>;
  readonly #names: ReadonlyMap<string, string>;
  readonly #wish: Wish;
  /** Things that the person ruled out and names in no other way. */
  readonly #ruledOut: ReadonlySet<string>;

  constructor(references: readonly ProposedReference[], said: Said, view: BeliefView) {
    this.#view = view;
    this.#references = new Map(references.map((reference) => [reference.name, reference]));
    this.#names = new Map(Object.entries(said.bindings).map(([name, id]) => [id, name]));
    this.#wish = new Wish([said.instruction, ...Object.entries(said.answers).flatMap(consent)], view);
    this.#ruledOut = ruledOut(references, said, view);
  }

  /** @returns what the person did not speak of, or undefined */
  strayOf({ predicate, arguments: [first = '', second = ''] }: Atom): string | undefined {
    if (harmless.has(predicate)) return undefined;
    switch (predicate) {
      case 'in':
      case 'on':
        if (!this.speaksOf(first)) return `"${first}"`;
        return this.#allowsSupport(second) ? undefined : `"${second}"`;
      case 'open':
      case 'closed':
        return this.#speaksOfPart(first) ? undefined : `"${first}"`;
      case 'pressed':
        return this.#speaksOfButton(first) ? undefined : `"${first}"`;
      case 'wiped':
        return this.#speaksOfWiping(first) ? undefined : `wiping "${first}"`;
      case 'offered':
        if (!this.speaksOf(first) || !this.#isOfferable(first)) return `"${first}" before a face`;
        return this.#wish.says(faceWords) || this.#speaksOfPlace(second) ? undefined : `"${second}"`;
      case 'at':
        return this.#speaksOfPlace(first) ? undefined : `"${first}"`;
      default:
        return this.speaksOf(first) ? undefined : `"${first}"`;
    }
  }

  /** Whether the person spoke of an object, or of what a reference stands for; other names are for other checks. */
  speaksOf(name: string): boolean {
    const object = this.#view.objects.find((candidate) => candidate.id === name);
    const reference = this.#references.get(name);
    if (object === undefined && reference === undefined) return true;
    if (this.#ruledOut.has(name)) return false;
    const asked = this.#names.get(name);
    const classNames = [
      ...(object === undefined ? [] : [object.className]),
      ...(reference?.classNames ?? []),
      ...(asked === undefined ? [] : [asked]),
    ];
    return this.#wish.speaksOfClass(classNames, object?.relation === 'held-by');
  }

  /** What one wipes with may be fetched for wiping. */
  wipesWith(name: string): boolean {
    const object = this.#view.objects.find((candidate) => candidate.id === name);
    const classNames = [object?.className ?? '', ...(this.#references.get(name)?.classNames ?? [])];
    return this.#wish.says(wipeWords) && classNames.some(isWiper);
  }

  #speaksOfButton(name: string): boolean {
    const part = this.#view.fixtures.find((candidate) => candidate.id === name);
    return part === undefined || (part.kind === 'button' && this.#wish.speaksOfFixture(part));
  }

  /** A spill may be wiped that was named, or that is on what was named. */
  #speaksOfWiping(name: string): boolean {
    const fixtureOf = (id: string | undefined) =>
      this.#view.fixtures.find((candidate) => candidate.id === id);
    const object = this.#view.objects.find((candidate) => candidate.id === name);
    const fixture = fixtureOf(name) ?? fixtureOf(object?.support);
    if (fixtureOf(name) === undefined && this.speaksOf(name)) return true;
    if (!this.#wish.says(wipeWords)) return false;
    // A spill that is gone is nowhere.
    return fixture === undefined ? object?.missing === true : this.#wish.speaksOfFixture(fixture);
  }

  #isOfferable(name: string): boolean {
    const object = this.#view.objects.find((candidate) => candidate.id === name);
    return isOfferable(object?.className ?? this.#references.get(name)?.classNames[0] ?? name);
  }

  #allowsSupport(name: string): boolean {
    const fixture = this.#view.fixtures.find((candidate) => candidate.id === name);
    return fixture === undefined ? this.speaksOf(name) : this.#wish.allowsSupport(fixture);
  }

  /** A door may also be opened or closed for what is behind it. */
  #speaksOfPart(name: string): boolean {
    const part = this.#view.fixtures.find((candidate) => candidate.id === name);
    if (part === undefined || this.#wish.speaksOfFixture(part)) return true;
    return this.#view.fixtures.some(
      (fixture) =>
        fixture.behind === name &&
        (this.#wish.speaksOfFixture(fixture) ||
          this.#view.objects.some((object) => object.support === fixture.id && this.speaksOf(object.id))),
    );
  }

  #speaksOfPlace(name: string): boolean {
    const place = this.#view.places.find((candidate) => candidate.id === name);
    if (place !== undefined && this.#wish.speaksOfPlace(place.names, place.id)) return true;
    const fixture = this.#view.fixtures.find((candidate) => candidate.id === name);
    if (fixture !== undefined) return this.#wish.speaksOfFixture(fixture);
    return place === undefined && this.speaksOf(name);
  }
}

/** What "the other mug" does not mean, unless other words of the instruction do. */
function ruledOut(
  references: readonly ProposedReference[],
  { instruction, excluded }: Said,
  view: BeliefView,
): ReadonlySet<string> {
  const ids = Object.values(excluded).flat();
  if (ids.length === 0) return new Set();
  const match = new MentionMatch(view, references, excluded);
  const { mentions } = wordsOf(view).named(instruction);
  return new Set(ids.filter((id) => !mentions.some((mention) => match.fits(mention, id))));
}

/** What an answer grants: its words, and those of the question unless it says no. */
const consent = ([question, answer]: readonly [string, string]): readonly string[] =>
  /^\s*(?:no|nope|never|do not|don't)\b/i.test(answer) ? [] : [question, answer];
