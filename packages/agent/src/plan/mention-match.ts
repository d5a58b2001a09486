import type { BeliefView } from '../belief/belief-view.ts';
import { isColor } from '../language/colors.ts';
import type { NounPhrase } from '../language/command.ts';
import { isInCategory } from '../language/lexicon.ts';
import type { Mention } from '../language/mentions.ts';
import type { ProposedReference } from '../model/proposal.ts';
import { resolveFixture, resolvePlace } from '../reasoner/resolve-fixture.ts';
import { referenceName, tellsColor } from '../reasoner/resolve-object.ts';
import { classMatches } from '../reasoner/things.ts';

/** Ids that a name of the instruction does not mean, by that name. */
type Exclusions = Readonly<Record<string, readonly string[]>>;

/** Decides which names of a belief the words of an instruction can mean. */
export class MentionMatch {
  readonly #view: BeliefView;
  readonly #references: readonly ProposedReference[];
  readonly #excluded: Exclusions;

  /** @param excluded - ids that a name does not mean, since the person said "the other one" */
  constructor(view: BeliefView, references: readonly ProposedReference[], excluded: Exclusions) {
    this.#view = view;
    this.#references = references;
    this.#excluded = excluded;
  }

  /** Tells whether a noun phrase can mean the thing, fixture or place of this name. */
  fits({ phrase, preposition }: Mention, name: string): boolean {
    const { meaning, pronoun } = phrase;
    if (pronoun !== undefined) return this.#view.robots.some((robot) => robot.held === name);
    switch (meaning?.kind) {
      case 'object':
      case 'category':
      case 'anything':
        return (
          this.#isThing(phrase, name) || (preposition === 'near' && this.#supportsOf(phrase).includes(name))
        );
      case 'fixture':
      case 'person':
        return this.placesOf(phrase).has(name);
      default:
        return false;
    }
  }

  /** Ids of objects of the belief that a noun phrase can mean, most literal first, surest first. */
  objectsOf(phrase: NounPhrase): readonly string[] {
    const { meaning } = phrase;
    const literal = meaning?.kind === 'object' ? meaning.classes.slice(0, 1) : [];
    const rank = (className: string) => (classMatches(className, literal) ? 0 : 1);
    return this.#view.objects
      .filter((object) => !object.missing && this.#isThing(phrase, object.id))
      .sort((a, b) => rank(a.className) - rank(b.className) || b.confidence - a.confidence)
      .map((object) => object.id);
  }

  /** Fixtures and places that a noun phrase can mean; a place at which things are handed over stands for its surface too. */
  placesOf(phrase: NounPhrase): ReadonlySet<string> {
    const every = { ...phrase, quantity: { kind: 'every' } as const };
    const named = resolveFixture(this.#view, every, 'any');
    const furniture = new Set(
      named.kind === 'none' ? [] : named.fixtures.map((fixture) => fixture.furnitureId),
    );
    const found = new Set<string>();
    for (const role of ['any', 'opens', 'container', 'surface'] as const) {
      const match = resolveFixture(this.#view, every, role);
      if (match.kind === 'none') continue;
      for (const fixture of match.fixtures) {
        if (!furniture.has(fixture.furnitureId)) continue;
        found.add(fixture.id);
        for (const other of this.#view.fixtures)
          if (fixture.behind !== undefined && other.behind === fixture.behind) found.add(other.id);
      }
    }
    const place = resolvePlace(this.#view, phrase);
    if (place !== undefined) {
      found.add(place.id);
      if (place.delivery !== undefined) found.add(place.delivery.surfaceId);
    }
    return found;
  }

  #isThing(phrase: NounPhrase, name: string): boolean {
    const object = this.#view.objects.find((candidate) => candidate.id === name);
    if (object !== undefined)
      return (
        isOfKind(phrase, object.className) &&
        this.#excluded[referenceName(phrase)]?.includes(object.id) !== true
      );
    const reference = this.#references.find((candidate) => candidate.name === name);
    return reference?.classNames.some((className) => isOfKind(phrase, className)) ?? false;
  }

  #supportsOf(phrase: NounPhrase): readonly string[] {
    return this.#view.objects
      .filter((object) => isOfKind(phrase, object.className))
      .map((object) => object.support);
  }
}

function isOfKind({ meaning, adjectives }: NounPhrase, className: string): boolean {
  if (meaning?.kind === 'anything') return true;
  if (meaning?.kind !== 'object' && meaning?.kind !== 'category') return false;
  const parts = className.split('-');
  const isColored = adjectives.every(
    (word) => !isColor(word) || !tellsColor(className) || parts.includes(word),
  );
  return (
    isColored &&
    (classMatches(className, meaning.classes) ||
      (meaning.kind === 'category' && isInCategory(className, meaning.noun)))
  );
}

/** What "clear the table" speaks of without naming it. */
export const everything: Mention = {
  phrase: {
    text: 'everything',
    quantity: { kind: 'every' },
    adjectives: [],
    meaning: { kind: 'anything', noun: 'everything' },
    pronoun: undefined,
    plural: true,
    modifiers: [],
    except: [],
  },
  preposition: undefined,
  list: -1,
  isExcluded: false,
};

/** "in the sink", "on it", "bring me": a phrase that may say where something goes. */
export const isDestination = ({ phrase, preposition }: Mention): boolean =>
  phrase.meaning?.kind === 'person' || (preposition !== undefined && preposition !== 'from');

/** Tells whether a noun phrase names things that can be carried. */
export const isOfThings = ({ meaning }: NounPhrase): boolean =>
  meaning?.kind === 'object' || meaning?.kind === 'category' || meaning?.kind === 'anything';

/** Tells whether a noun phrase names furniture, a place or a person. */
export const isOfPlaces = ({ meaning }: NounPhrase): boolean =>
  meaning?.kind === 'fixture' || meaning?.kind === 'person';
