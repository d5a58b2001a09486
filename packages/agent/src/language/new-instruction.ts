import { readObjects } from './clause-parts.ts';
import type { Command, NounPhrase, ParseFailure, PrepositionalPhrase } from './command.ts';
import type { Lexicon } from './lexicon.ts';
import { endsNoun, parseNounPhrase } from './noun-phrase.ts';
import { parseInstruction } from './parser.ts';
import { matchPreposition, startsWith, tokenize } from './tokens.ts';
import {
  adds,
  cancels,
  corrects,
  drops,
  forgets,
  matchLead,
  matchTail,
  queues,
  replaces,
  skipSeparators,
  stops,
} from './turn-words.ts';

/** What of a task is to be different from now on. */
export type Correction =
  /** "the other mug": of the same kind, but not the one that was chosen. `of` undefined for "the other one". */
  | { readonly kind: 'other'; readonly phrase: NounPhrase; readonly of: NounPhrase | undefined }
  /** "the blue one", "the banana", "not the apple, the banana". */
  | {
      readonly kind: 'things';
      readonly now: readonly NounPhrase[];
      readonly insteadOf: NounPhrase | undefined;
    }
  /** "on the shelf", "not there, on the shelf". */
  | {
      readonly kind: 'place';
      readonly now: PrepositionalPhrase;
      readonly insteadOf: NounPhrase | undefined;
    }
  /** "and the banana as well". */
  | { readonly kind: 'more-things'; readonly things: readonly NounPhrase[] }
  /** "and close the fridge". */
  | { readonly kind: 'more-commands'; readonly commands: readonly Command[] }
  /** "not the banana", "leave the banana". */
  | { readonly kind: 'fewer-things'; readonly things: readonly NounPhrase[] }
  /** "no, put it on the shelf". */
  | { readonly kind: 'restated'; readonly commands: readonly Command[]; readonly instruction: string };

/** What a sentence that is said during a task wants of it. */
export type NewInstruction =
  /** "stop": stand still. With `tidy`, "never mind": also put down what is in the hand. */
  | { readonly kind: 'cancel'; readonly tidy: boolean }
  /** "stop that, bring me the can"; "bring me the can instead". */
  | { readonly kind: 'replace'; readonly instruction: string }
  /** "then bring me the can"; "when you are done, …". */
  | { readonly kind: 'queue'; readonly instruction: string }
  /** "no, the other mug". */
  | { readonly kind: 'amend'; readonly correction: Correction }
  /** An instruction that says nothing of the running task. */
  | { readonly kind: 'plain'; readonly instruction: string }
  | { readonly kind: 'unclear'; readonly failure: ParseFailure };

/**
 * Reads what is said while a task runs; looks nothing up in the belief.
 *
 * @param said - untrusted
 * @returns what it wants, or the words that were not understood; never throws
 */
export function readNewInstruction(said: string, lexicon: Lexicon): NewInstruction {
  const tokens = nameStandIns(tokenize(said));
  if (tokens.length > 120)
    return unclear('unsupported', '', 'That is too long; tell me in fewer than 120 words.');
  return new TurnReader(tokens, lexicon, said).read();
}

/** What a word such as "one" stands for is called; its noun is that of the phrase it corrects. */
export const isStandIn = (phrase: NounPhrase): boolean =>
  phrase.meaning?.kind === 'anything' && phrase.meaning.noun === 'thing';

/** Tells whether a phrase means another thing than the one chosen before. */
export const isOther = (phrase: NounPhrase): boolean =>
  phrase.adjectives.some((word) => word === 'other' || word === 'different') ||
  phrase.text.startsWith('another');

const unclear = (kind: ParseFailure['kind'], fragment: string, message: string): NewInstruction => ({
  kind: 'unclear',
  failure: { kind, fragment, message },
});

/** "the red one" to "the red thing"; a counted "one apple" stays. */
function nameStandIns(tokens: readonly string[]): readonly string[] {
  return tokens.map((word, index) => {
    if (word === 'ones' && index > 0) return 'things';
    const isNoun = word === 'one' && index > 0 && endsNoun(tokens, index + 1) && tokens[index + 1] !== 'of';
    return isNoun ? 'thing' : word;
  });
}

class TurnReader {
  readonly #lexicon: Lexicon;
  readonly #said: string;
  #tokens: readonly string[];
  #corrects = false;

  constructor(tokens: readonly string[], lexicon: Lexicon, said: string) {
    this.#tokens = tokens;
    this.#lexicon = lexicon;
    this.#said = said;
  }

  read(): NewInstruction {
    this.#skipCorrection();
    if (this.#tokens.length === 0)
      return this.#corrects ? { kind: 'cancel', tidy: false } : unclear('empty', '', 'You said nothing.');
    const whole = this.#tokens.filter((word) => word !== '.' && word !== ',').join(' ');
    if (stops.includes(whole)) return { kind: 'cancel', tidy: false };
    if (cancels.includes(whole)) return { kind: 'cancel', tidy: true };
    return (
      this.#queue() ??
      this.#replace() ??
      this.#fewer() ??
      this.#more() ??
      this.#correction() ??
      this.#clause()
    );
  }

  /** Takes "no", "sorry", "I mean" and the like off the beginning. */
  #skipCorrection(): void {
    for (;;) {
      this.#tokens = this.#tokens.slice(skipSeparators(this.#tokens, 0));
      const { length, isCorrection } = corrects(this.#tokens);
      if (length === 0) return;
      this.#corrects ||= isCorrection;
      this.#tokens = this.#tokens.slice(length);
    }
  }

  #queue(): NewInstruction | undefined {
    const rest = this.#without(queues);
    return rest === undefined ? undefined : this.#instruction('queue', rest);
  }

  #replace(): NewInstruction | undefined {
    const rest = this.#without(replaces);
    if (rest === undefined) return undefined;
    this.#tokens = rest;
    this.#corrects = true;
    this.#skipCorrection();
    const correction = this.#isClause(this.#tokens) ? undefined : this.#correction();
    return correction ?? this.#instruction('replace', this.#tokens);
  }

  /** "not the banana", "leave the banana", and "not X, Y", which says what is meant in its place. */
  #fewer(): NewInstruction | undefined {
    const lead = matchLead(this.#tokens, [...drops, ...forgets]);
    if (lead === 0) return this.#insteadOf();
    const rest = this.#tokens.slice(lead);
    const comma = this.#tokens.slice(0, lead).at(-1) === 'not' ? rest.indexOf(',') : -1;
    const denied = comma < 0 ? rest : rest.slice(0, comma);
    const place = this.#placeAt(denied);
    const things = place === undefined ? this.#thingsAt(denied) : undefined;
    const next = place?.next ?? things?.next ?? 0;
    const first = place?.phrase.object ?? things?.things[0];
    if (first === undefined) return undefined;
    const after = rest.slice(next);
    if (matchTail(after, ['alone', 'where it is', 'where they are', 'there', 'out', 'be']) === after.length)
      return things === undefined
        ? unclear('missing-destination', first.text, 'Where, then? Say for example "on the table".')
        : { kind: 'amend', correction: { kind: 'fewer-things', things: things.things } };
    this.#tokens = after;
    this.#corrects = true;
    this.#skipCorrection();
    return this.#correction(first) ?? undefined;
  }

  /** "the blue one instead of the red one", "the blue one, not the red one". */
  #insteadOf(): NewInstruction | undefined {
    for (const words of [['instead', 'of'], ['rather', 'than'], ['and', 'not'], ['but', 'not'], ['not']]) {
      const at = this.#tokens.findIndex((_, index) => index > 0 && startsWith(this.#tokens, index, words));
      if (at < 0) continue;
      const old = this.#placeAt(this.#tokens.slice(at + words.length))?.phrase.object;
      const insteadOf = old ?? this.#thingsAt(this.#tokens.slice(at + words.length))?.things[0];
      const kept = this.#tokens;
      this.#tokens = kept.slice(0, at);
      const correction = insteadOf === undefined ? undefined : this.#correction(insteadOf);
      if (correction !== undefined) return correction;
      this.#tokens = kept;
    }
    return undefined;
  }

  #more(): NewInstruction | undefined {
    const rest = this.#without(adds);
    if (rest === undefined) return undefined;
    const things = this.#thingsAt(rest);
    if (things !== undefined && things.next === rest.length)
      return { kind: 'amend', correction: { kind: 'more-things', things: things.things } };
    const parsed = parseInstruction(rest.join(' '), this.#lexicon);
    if (!parsed.ok) return { kind: 'unclear', failure: parsed.failure };
    const commands = parsed.commands.map((command) => ({ ...command, after: true }));
    return { kind: 'amend', correction: { kind: 'more-commands', commands } };
  }

  /** Things or a place, without a verb. */
  #correction(insteadOf?: NounPhrase): NewInstruction | undefined {
    const place = this.#placeAt(this.#tokens);
    if (place !== undefined && this.#isEnd(place.next))
      return { kind: 'amend', correction: { kind: 'place', now: place.phrase, insteadOf } };
    const found = this.#thingsAt(this.#tokens);
    const [first] = found?.things ?? [];
    if (found === undefined || first === undefined || !this.#isEnd(found.next)) return undefined;
    if (found.things.length === 1 && isOther(first)) {
      const of = isStandIn(first) ? insteadOf : first;
      return { kind: 'amend', correction: { kind: 'other', phrase: first, of } };
    }
    return { kind: 'amend', correction: { kind: 'things', now: found.things, insteadOf } };
  }

  #clause(): NewInstruction {
    const parsed = parseInstruction(this.#tokens.join(' '), this.#lexicon);
    if (!parsed.ok) return { kind: 'unclear', failure: parsed.failure };
    const instruction = this.#corrects ? this.#tokens.join(' ') : this.#said.trim();
    if (!this.#corrects) return { kind: 'plain', instruction };
    return { kind: 'amend', correction: { kind: 'restated', commands: parsed.commands, instruction } };
  }

  /** An instruction of its own; not understood here is not understood at all. */
  #instruction(kind: 'queue' | 'replace', tokens: readonly string[]): NewInstruction {
    const instruction = tokens
      .join(' ')
      .replace(/ ([,;.])/g, '$1')
      .replace(/[,;.]+$/, '');
    const parsed = parseInstruction(instruction, this.#lexicon);
    return parsed.ok ? { kind, instruction } : { kind: 'unclear', failure: parsed.failure };
  }

  /** What is left when words of such a kind lead or end the sentence. */
  #without(words: {
    readonly leads: readonly string[];
    readonly tails: readonly string[];
  }): readonly string[] | undefined {
    const lead = matchLead(this.#tokens, words.leads);
    const tail = matchTail(this.#tokens, words.tails);
    if (lead === 0 && tail === 0) return undefined;
    const rest = this.#tokens.slice(lead, this.#tokens.length - tail);
    return rest.length === 0 ? undefined : rest.slice(skipSeparators(rest, 0));
  }

  #placeAt(
    tokens: readonly string[],
  ): { readonly phrase: PrepositionalPhrase; readonly next: number } | undefined {
    return readPlace(tokens, this.#lexicon);
  }

  #thingsAt(
    tokens: readonly string[],
  ): { readonly things: readonly NounPhrase[]; readonly next: number } | undefined {
    const reader = { tokens, lexicon: this.#lexicon, previous: undefined, after: false };
    const { objects, next } = readObjects(reader, 0, 'all');
    const isKnown = objects.every((phrase) => phrase.meaning !== undefined || phrase.pronoun !== undefined);
    return objects.length === 0 || !isKnown ? undefined : { things: objects, next };
  }

  #isEnd(position: number): boolean {
    const rest = this.#tokens.slice(position);
    return matchTail(rest, ['please', 'thanks', 'thank you', 'now', '.']) === rest.length;
  }

  #isClause(tokens: readonly string[]): boolean {
    return parseInstruction(tokens.join(' '), this.#lexicon).ok;
  }
}

/** Reads a prepositional phrase, or "there". */
function readPlace(
  tokens: readonly string[],
  lexicon: Lexicon,
): { readonly phrase: PrepositionalPhrase; readonly next: number } | undefined {
  const preposition = matchPreposition(tokens, 0);
  const begin = preposition?.length ?? 0;
  if (preposition === undefined && tokens[0] !== 'there' && tokens[0] !== 'here') return undefined;
  const object = parseNounPhrase(tokens, begin, lexicon, 'none');
  if (object === undefined) return undefined;
  return {
    phrase: { preposition: preposition?.preposition ?? 'to', object: object.value },
    next: object.next,
  };
}
