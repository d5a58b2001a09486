import { type Atom, parseAtom } from '../belief/atom.ts';
import type { BeliefView } from '../belief/belief-view.ts';
import { knownConfidence } from '../belief/truth.ts';
import { isAtFace, isSpill } from '../language/lexicon.ts';
import type { Mention, NamedWords } from '../language/mentions.ts';
import type { ProposedReference, ProposedSubGoal } from '../model/proposal.ts';
import type { PlanProblem } from './check-plan.ts';
import { everything, isDestination, isOfPlaces, isOfThings, MentionMatch } from './mention-match.ts';

/** A way in which a plan does not keep to the words of its instruction. */
export interface CoverageProblem extends PlanProblem {
  readonly kind:
    | 'unnamed' /** A goal speaks of something that the instruction does not name. */
    | 'left-out' /** Nothing in the plan is what a noun phrase names. */
    | 'member' /** One of "all the …" is left out. */
    | 'emptied' /** Things are to go to the place that they are to leave. */
    | 'state' /** Opening or closing is asked for and not planned, or planned and not asked for. */;
  /** Name in the plan, or of the member that is left out. */
  readonly name: string;
  readonly mention: Mention | undefined;
}

/** What of a plan is held against words. */
export interface CoveredPlan {
  readonly goals: readonly string[];
  readonly subGoals: readonly Pick<ProposedSubGoal, 'arguments'>[];
  readonly references: readonly ProposedReference[];
}

/** What a step brings about and stays so. */
const lasting = new Set<string>(['in', 'on', 'open', 'closed']);
const openWords = ['open', 'opens', 'opened', 'opening', 'pull'];
const closeWords = ['close', 'closes', 'closed', 'closing', 'shut', 'push'];
/** Words with which an instruction leaves the destination to the planner. */
const freeWords = ['away', 'aside', 'somewhere', 'elsewhere', 'tidy'];

/**
 * Holds a plan against the words of its instruction, without a model: what is named must occur, and goals may speak only
 * of what is named.
 *
 * This finds what a plan lacks, for `hybrid` to mend or to ask again. That no planner takes a goal from text that nobody said is
 * the matter of `strayGoals`, which grants what it does not know.
 *
 * It knows single noun phrases and no grammar: a plan that it lets pass can still be wrong, and with words that the lexicon
 * does not hold it says less.
 *
 * @param answered - the words of the person's answers; they may name things, too
 * @param achieved - statements that were confirmed in this task; a plan for what is left need not speak of them
 * @param excluded - ids that a name of the instruction does not mean, by that name
 */
export function coverageProblems(
  proposal: CoveredPlan,
  instruction: NamedWords,
  answered: readonly NamedWords[],
  view: BeliefView,
  achieved: readonly string[],
  excluded: Readonly<Record<string, readonly string[]>>,
): readonly CoverageProblem[] {
  const goals = proposal.goals.map(parseAtom).filter((goal) => goal !== undefined);
  if (goals.length === 0) return [];
  const coverage = new Coverage(proposal, goals, instruction, answered, view, achieved, excluded);
  return [
    ...coverage.unnamed(),
    ...coverage.emptied(),
    ...coverage.leftOut(),
    ...coverage.missingMembers(),
    ...coverage.states(),
  ];
}

class Coverage {
  readonly #goals: readonly Atom[];
  readonly #words: NamedWords;
  readonly #answered: readonly NamedWords[];
  readonly #view: BeliefView;
  readonly #match: MentionMatch;
  readonly #done: readonly Atom[];
  /** Names in goals, in steps and in what is done. */
  readonly #used: ReadonlySet<string>;

  constructor(
    proposal: CoveredPlan,
    goals: readonly Atom[],
    words: NamedWords,
    answered: readonly NamedWords[],
    view: BeliefView,
    achieved: readonly string[],
    excluded: Readonly<Record<string, readonly string[]>>,
  ) {
    this.#goals = goals;
    this.#words = words;
    this.#answered = answered;
    this.#view = view;
    this.#match = new MentionMatch(view, proposal.references, excluded);
    // What a thing is put down near to is no place where it goes.
    const steps = proposal.subGoals.flatMap((step) =>
      step.arguments.filter(({ name }) => name !== 'near').map(({ value }) => value),
    );
    const done = achieved.map(parseAtom).filter((atom) => atom !== undefined && lasting.has(atom.predicate));
    this.#done = done as readonly Atom[];
    this.#used = new Set([...[...goals, ...this.#done].flatMap((goal) => goal.arguments), ...steps]);
  }

  /** Names in goals that no word of the person can mean. */
  unnamed(): readonly CoverageProblem[] {
    if (this.#words.unknown.length > 0) return [];
    const named = [this.#words, ...this.#answered].flatMap((words) => words.mentions);
    const positive = named.filter((mention) => !mention.isExcluded);
    // Where things go is said with a preposition, unless a pronoun stands for a place named before.
    const goesBack = positive.some(
      ({ phrase, preposition }) => phrase.pronoun !== undefined && preposition !== undefined,
    );
    const isNamed = (name: string) =>
      positive.some(
        (mention) =>
          this.#match.fits(mention, name) &&
          (goesBack || !this.#isDestination(name) || isOfThings(mention.phrase) || isDestination(mention)),
      );
    const things = positive.some(({ phrase }) => isOfThings(phrase));
    const places = positive.some(({ phrase }) => isOfPlaces(phrase));
    const isFree =
      freeWords.some((word) => this.#words.words.has(word)) || !positive.some((each) => isDestination(each));
    const names = [...new Set(this.#goals.flatMap((goal) => goal.arguments))];
    return names
      .filter((name) => !isNamed(name))
      .filter((name) => {
        const isPlace =
          this.#view.fixtures.some((fixture) => fixture.id === name) ||
          this.#view.places.some((place) => place.id === name);
        if (isPlace) return places && !(isFree && this.#isDestination(name));
        return things && !this.#isOnClearedPlace(name) && !this.#isOnWipedPlace(name, positive);
      })
      .map((name) => ({
        kind: 'unnamed' as const,
        subGoalId: '',
        name,
        mention: undefined,
        reason: `a goal speaks of "${name}", which the instruction does not name`,
      }));
  }

  /** Noun phrases for which the plan has nothing. */
  leftOut(): readonly CoverageProblem[] {
    return this.#words.mentions
      .filter((mention) => !mention.isExcluded && this.#isMissing(mention))
      .map((mention) => ({
        kind: 'left-out' as const,
        subGoalId: '',
        name: '',
        mention,
        reason: `the instruction names "${mention.phrase.text}", and no goal speaks of it`,
      }));
  }

  #isMissing(mention: Mention): boolean {
    const { meaning } = mention.phrase;
    if (meaning === undefined || meaning.kind === 'anything') return false;
    if ([...this.#used].some((name) => this.#match.fits(mention, name))) return false;
    if (isAtFace(meaning)) return !this.#goals.some((goal) => goal.predicate === 'offered');
    if (isOfThings(mention.phrase)) return mention.preposition !== 'from' && mention.preposition !== 'near';
    if (this.#words.verbs.length > 0 && this.#words.verbs.every((verb) => verb === 'find' || verb === 'look'))
      return false;
    // A place may say only where the thing is or was; the last place of all is where something goes.
    const last = this.#words.mentions.filter(({ phrase }) => isOfPlaces(phrase)).at(-1);
    const isSource = mention.preposition === 'from' || this.#words.verbs.includes('clear');
    const holdsGoal = this.#view.objects.some(
      (object) => this.#used.has(object.id) && this.#match.fits(mention, object.support),
    );
    const goesIntoThing = this.#words.mentions
      .slice(this.#words.mentions.indexOf(mention) + 1)
      .some(({ phrase, preposition }) => preposition !== undefined && isOfThings(phrase));
    return mention === last && !isSource && !holdsGoal && !goesIntoThing;
  }

  /** Things that "all the …" means and no goal is about. */
  missingMembers(): readonly CoverageProblem[] {
    const about = new Set([...this.#goals, ...this.#done].map((goal) => goal.arguments[0]));
    const excluded = this.#words.mentions.filter((mention) => mention.isExcluded);
    const isClearing = this.#words.verbs.includes('clear');
    const places = this.#words.mentions.filter(({ phrase }) => isOfPlaces(phrase));
    const sources = isClearing
      ? places
      : places.filter((mention) => mention.preposition === 'from' || mention !== places.at(-1));
    const groups = this.#words.mentions.filter(
      ({ phrase, isExcluded }) => phrase.quantity.kind === 'every' && isOfThings(phrase) && !isExcluded,
    );
    return (isClearing && groups.length === 0 && places.length > 0 ? [everything] : groups).flatMap(
      (mention) =>
        this.#match
          .objectsOf(mention.phrase)
          .filter((id) => !about.has(id) && !excluded.some((other) => this.#match.fits(other, id)))
          .filter((id) => this.#isMember(id, sources))
          .map((id) => ({
            kind: 'member' as const,
            subGoalId: '',
            name: id,
            mention,
            reason: `the instruction says "${mention.phrase.text}", and no goal speaks of "${id}"`,
          })),
    );
  }

  #isMember(id: string, sources: readonly Mention[]): boolean {
    const object = this.#view.objects.find((candidate) => candidate.id === id);
    if (object === undefined || object.confidence < knownConfidence) return false;
    if (this.#goals.some((goal) => goal.arguments.includes(id))) return false;
    return sources.length === 0 || sources.some((source) => this.#match.fits(source, object.support));
  }

  /** Goals that put things where the instruction takes them away. */
  emptied(): readonly CoverageProblem[] {
    const isClearing = this.#words.verbs.includes('clear');
    const left = this.#words.mentions.filter(
      ({ phrase, preposition, isExcluded }) =>
        isOfPlaces(phrase) &&
        !isExcluded &&
        (preposition === 'from' || (isClearing && preposition === undefined)),
    );
    const wanted = this.#words.mentions.filter((mention) => isDestination(mention));
    return this.#goals
      .filter((goal) => goal.predicate === 'on' || goal.predicate === 'in')
      .map((goal) => goal.arguments[1]!)
      .filter((name, index, all) => all.indexOf(name) === index)
      .filter(
        (name) =>
          left.some((mention) => this.#match.fits(mention, name)) &&
          !wanted.some((mention) => this.#match.fits(mention, name)),
      )
      .map((name) => ({
        kind: 'emptied' as const,
        subGoalId: '',
        name,
        mention: undefined,
        reason: `the instruction takes things away from "${name}", and a goal puts them there`,
      }));
  }

  /** Opening and closing, which a plan must not do the other way round. */
  states(): readonly CoverageProblem[] {
    const isSaid = (words: readonly string[]) => words.some((word) => this.#words.words.has(word));
    const planned = (predicate: string) => this.#goals.find((goal) => goal.predicate === predicate);
    const isDone = (predicate: string) => this.#done.some((goal) => goal.predicate === predicate);
    const problems: CoverageProblem[] = [];
    for (const [predicate, words, other, otherWords] of [
      ['open', openWords, 'closed', closeWords],
      ['closed', closeWords, 'open', openWords],
    ] as const) {
      const goal = planned(predicate);
      if (goal !== undefined && !isSaid(words) && isSaid(otherWords))
        problems.push(stateProblem(goal, `nothing in the instruction asks to have it ${predicate}`));
      const verb = predicate === 'open' ? 'open' : 'close';
      if (
        goal === undefined &&
        planned('pressed') === undefined &&
        !isDone(predicate) &&
        this.#words.verbs.includes(verb) &&
        !isSaid(otherWords)
      ) {
        const wrong = planned(other);
        problems.push(stateProblem(wrong, `the instruction says "${verb}", and no goal is ${predicate}`));
      }
    }
    return problems;
  }

  #isDestination(name: string): boolean {
    return this.#goals.some(
      (goal) => (goal.predicate === 'on' || goal.predicate === 'in') && goal.arguments[1] === name,
    );
  }

  /** "wipe the table" speaks of what is spilt on it. */
  #isOnWipedPlace(name: string, mentions: readonly Mention[]): boolean {
    const object = this.#view.objects.find((candidate) => candidate.id === name);
    return (
      object !== undefined &&
      isSpill(object.className) &&
      mentions.some((mention) => this.#match.fits(mention, object.support))
    );
  }

  #isOnClearedPlace(name: string): boolean {
    const object = this.#view.objects.find((candidate) => candidate.id === name);
    return (
      object !== undefined &&
      this.#words.verbs.includes('clear') &&
      !this.#words.mentions.some((mention) => mention.isExcluded && this.#match.fits(mention, name))
    );
  }
}

const stateProblem = (goal: Atom | undefined, reason: string): CoverageProblem => ({
  kind: 'state',
  subGoalId: '',
  name: goal?.arguments[0] ?? '',
  mention: undefined,
  reason,
});
