import type { BeliefView, FixtureView } from '../belief/belief-view.ts';
import { isColor } from '../language/colors.ts';
import { isInCategory, type Lexicon, spokenName } from '../language/lexicon.ts';
import { tokenize } from '../language/tokens.ts';
import { classMatches } from '../reasoner/things.ts';
import { wordsOf } from '../reasoner/world-words.ts';

/** The longest noun of the lexicon, words. */
const longestNoun = 3;

/** Words of instructions that name no thing, beside verbs of motion and colours. */
const plainWords = new Set(
  `a an the this that these those my your his her its our their some any all every each both another other one two three four five
  and or then but also too so if when while until after before first next finally please now again just only more most still not no
  i you we they he she it them him me us there here who what which where how is are be was were am do does did can could would will
  shall should must may might have has had want need like help let make sure see
  in on at to from of off out up down into onto over under with without by for near beside between around behind as about away
  back top side front inside outside left right upper lower middle big small little large old new clean dirty empty full
  put place set lay stick insert leave position stack store drop arrange bring fetch deliver hand give pass serve take carry get
  collect retrieve move transfer relocate shift pick grab grasp hold lift remove release open close shut pull push find locate spot
  look inspect check examine scan show tell search go drive navigate head walk come return throw toss discard dispose rid clear
  press switch flip toggle click drink sip mouth face lips mop scrub using
  tidy sort organise organize clean wipe stow fold arm gripper robot stretch start stop wait turn keep
  thing things object objects item items stuff everything anything something person people user home seat room kitchen place
  thanks thank kindly quickly carefully gently slowly ok okay hey hi hello`
    .split(/\s+/)
    .filter(Boolean),
);

/** Verbs after which it is left to the robot where things go. */
const freePlaceWords = [
  'clear',
  'tidy',
  'clean',
  'empty',
  'away',
  'store',
  'sort',
  'organise',
  'organize',
  'aside',
  'elsewhere',
  'somewhere',
  'anywhere',
];
/** Words that mean the bin without naming it. */
const binWords = ['throw', 'toss', 'discard', 'dispose', 'rid', 'bin', 'trash', 'rubbish', 'garbage'];
const insideWords = new Set(['in', 'into', 'inside']);
const personWords = [
  'me',
  'us',
  'person',
  'user',
  'bring',
  'fetch',
  'hand',
  'serve',
  'deliver',
  'give',
  'pass',
];
const everythingWords = [
  'everything',
  'anything',
  'something',
  'thing',
  'things',
  'stuff',
  'object',
  'objects',
  'item',
  'items',
  'clear',
  'tidy',
  'empty',
  'clean',
];
/** Words that stand for things; on their own they may stand for any. */
const pronouns = ['it', 'them', 'those', 'these', 'that', 'this', 'one', 'ones', 'all'];

/**
 * What a person's words speak of: by this a goal is told from one that came from somewhere else.
 *
 * It errs towards granting: a word that nobody knows may mean one kind of thing.
 */
export class Wish {
  readonly #words: ReadonlySet<string>;
  readonly #classes = new Set<string>();
  readonly #categories = new Set<string>();
  readonly #fixtureKinds = new Set<string>();
  readonly #fixtureNouns = new Set<string>();
  #namesVessel = false;
  /** Words that mean nothing that is known here. */
  readonly #unknown: readonly string[];
  /** Kinds of things that were granted to unknown words. */
  readonly #granted = new Set<string>();
  readonly #view: BeliefView;

  /** @param said - the instruction, and what the person answered since */
  constructor(said: readonly string[], view: BeliefView) {
    this.#view = view;
    const tokens = said.flatMap((text) => [...tokenize(text), '.']);
    this.#words = new Set(tokens);
    this.#unknown = this.#readNouns(tokens);
  }

  /** Reads the nouns, longest first. @returns the words that are left */
  #readNouns(tokens: readonly string[]): readonly string[] {
    const lexicon = wordsOf(this.#view).lexicon;
    const unknown: string[] = [];
    for (let at = 0; at < tokens.length; ) {
      const length = this.#readNoun(lexicon, tokens, at);
      const word = tokens[at]!;
      if (length === 0 && /\p{L}{3}/u.test(word) && !plainWords.has(word) && !isColor(word))
        unknown.push(word);
      at += Math.max(length, 1);
    }
    return [...new Set(unknown)];
  }

  /** @returns how many words the noun at a position has; 0 where there is none */
  #readNoun(lexicon: Lexicon, tokens: readonly string[], at: number): number {
    for (let length = longestNoun; length > 0; length--) {
      const words = tokens.slice(at, at + length);
      const meaning = words.length < length ? undefined : lexicon.lookUp(words)?.meaning;
      if (meaning === undefined) continue;
      if (meaning.kind === 'object') for (const name of meaning.classes) this.#classes.add(name);
      if (meaning.kind === 'object')
        this.#namesVessel ||= tokens.slice(Math.max(at - 3, 0), at).some((word) => insideWords.has(word));
      if (meaning.kind === 'category') this.#categories.add(meaning.noun);
      if (meaning.kind === 'fixture') {
        this.#fixtureNouns.add(meaning.noun);
        if (meaning.fixtureKind !== '') this.#fixtureKinds.add(meaning.fixtureKind);
      }
      return length;
    }
    return 0;
  }

  /** Whether the person spoke of where things are to be. */
  get #namesPlace(): boolean {
    return this.#fixtureNouns.size > 0 || this.#namesVessel;
  }

  says(words: readonly string[]): boolean {
    return words.some((word) => this.#words.has(word));
  }

  /**
   * Tells whether the person spoke of things of one of these classes.
   *
   * @param held - it is in a hand: whatever is to be done, it has to be put somewhere
   */
  speaksOfClass(classNames: readonly string[], held = false): boolean {
    if (held || this.says(everythingWords)) return true;
    const namesNone = this.#classes.size === 0 && this.#categories.size === 0 && this.#unknown.length === 0;
    if (namesNone && this.says(pronouns)) return true;
    const spoken = classNames.some(
      (name) =>
        classMatches(name, [...this.#classes]) ||
        [...this.#classes].some((wanted) => classMatches(wanted, [name])) ||
        [...this.#categories].some((category) => isInCategory(name, category)) ||
        spokenName(name)
          .split(' ')
          .some((word) => this.#words.has(word) && !isColor(word)),
    );
    return spoken || this.#grant(classNames.join(' '));
  }

  /** An unknown word may mean one kind of thing, once. */
  #grant(kind: string): boolean {
    if (this.#granted.size < this.#unknown.length) this.#granted.add(kind);
    return this.#granted.has(kind);
  }

  /** Tells whether the person spoke of a piece of furniture or of a part of it. */
  speaksOfFixture(fixture: FixtureView): boolean {
    const nouns = fixture.names.map((name) => spokenName(name).toLowerCase());
    return (
      nouns.some((name) => this.#fixtureNouns.has(name)) ||
      this.#fixtureKinds.has(fixture.kind) ||
      (fixture.kind === 'bin' && this.says(binWords)) ||
      this.#view.fixtures.some(
        (other) =>
          other !== fixture &&
          other.furnitureId === fixture.furnitureId &&
          (other.names.some((name) => this.#fixtureNouns.has(spokenName(name).toLowerCase())) ||
            this.#fixtureKinds.has(other.kind)),
      ) ||
      this.#view.places.some(
        (place) =>
          place.furnitureId === fixture.furnitureId &&
          place.names.some((name) => this.#fixtureNouns.has(spokenName(name).toLowerCase())),
      )
    );
  }

  /** Tells whether things may be put on or in a fixture: it was named, or it was left open where they go. */
  allowsSupport(fixture: FixtureView): boolean {
    if (this.speaksOfFixture(fixture)) return true;
    if (fixture.kind === 'bin') return false;
    const delivers = this.#view.places.some((place) => place.delivery?.surfaceId === fixture.id);
    return (
      !this.#namesPlace ||
      this.says(freePlaceWords) ||
      (delivers && this.says(personWords)) ||
      this.#grant(fixture.kind)
    );
  }

  /** Tells whether the person spoke of a place to be at. */
  speaksOfPlace(names: readonly string[], id: string): boolean {
    return (
      names.some((name) => this.#fixtureNouns.has(spokenName(name).toLowerCase()) || this.#words.has(name)) ||
      this.says(['home', 'back', 'here', 'there']) ||
      (id === 'person' && this.says(personWords)) ||
      this.#grant(id)
    );
  }
}
