import type { NounPhrase, Preposition } from './command.ts';
import type { Lexicon } from './lexicon.ts';
import { parseNounPhrase } from './noun-phrase.ts';
import { plainPhrase } from './plain-phrase.ts';
import { matchPreposition, separators, skipOpening, startsWith, tokenize } from './tokens.ts';
import { matchVerb, type VerbFrame } from './verbs.ts';

/** A noun phrase of an instruction, wherever it stands. */
export interface Mention {
  readonly phrase: NounPhrase;
  /** The preposition before it. */
  readonly preposition: Preposition | undefined;
  /** Which enumeration it belongs to: "the apple, the lemon and the can" is one. */
  readonly list: number;
  /** It stands after "except". */
  readonly isExcluded: boolean;
}

/** What the words of an instruction name, without any understanding of its clauses. */
export interface NamedWords {
  readonly mentions: readonly Mention[];
  readonly verbs: readonly VerbFrame[];
  readonly words: ReadonlySet<string>;
  /** Noun phrases whose noun the lexicon does not hold. */
  readonly unknown: readonly string[];
}

const determiners = new Set(
  'the my your our this that these those a an any some all every each both another his her its'.split(' '),
);
const persons = new Set(['me', 'us']);

/**
 * Finds the things, places and verbs that an instruction names, word by word.
 *
 * It reads no grammar beyond single noun phrases, so that it can check what somebody else made of the whole.
 */
export function namedWords(instruction: string, lexicon: Lexicon): NamedWords {
  const tokens = tokenize(instruction);
  const mentions: Mention[] = [];
  const verbs: VerbFrame[] = [];
  const unknown: string[] = [];
  let preposition: Preposition | undefined;
  let list = 0;
  let position = skipOpening(tokens, 0);
  while (position < tokens.length) {
    const word = tokens[position]!;
    const phrase = readPhrase(tokens, position, lexicon);
    const verb = phrase === undefined ? matchVerb(tokens, position) : undefined;
    const before =
      phrase === undefined && verb === undefined ? matchPreposition(tokens, position) : undefined;
    if (phrase !== undefined) {
      const { value, next } = phrase;
      if (value.meaning === undefined && value.pronoun === undefined) unknown.push(value.text);
      else mentions.push({ phrase: value, preposition, list, isExcluded: false });
      for (const other of value.except)
        mentions.push({ phrase: other, preposition: undefined, list, isExcluded: true });
      position = next;
    } else if (verb !== undefined) {
      verbs.push(verb.frame);
      position += verb.length;
    } else position += before?.length ?? 1;
    if (phrase === undefined && word !== 'and' && word !== ',') list += 1;
    preposition = before?.preposition ?? (word === 'and' || word === ',' ? preposition : undefined);
    if (separators.has(word) || word === 'and' || word === 'then') position = skipOpening(tokens, position);
  }
  return { mentions, verbs, words: new Set(tokens), unknown };
}

/** Reads a noun phrase that starts with a determiner, an adjective or a known noun. */
function readPhrase(
  tokens: readonly string[],
  position: number,
  lexicon: Lexicon,
): { readonly value: NounPhrase; readonly next: number } | undefined {
  const word = tokens[position]!;
  // "for me" at the end of a wish says nothing about where things go.
  if (persons.has(word) && tokens[position - 1] === 'for') return undefined;
  if (persons.has(word)) return { value: personPhrase(word), next: position + 1 };
  if (startsWith(tokens, position, ['there', 'is']) || startsWith(tokens, position, ['that', 'is']))
    return undefined;
  const phrase = parseNounPhrase(tokens, position, lexicon, 'none');
  const isNamed = phrase?.value.meaning !== undefined || phrase?.value.pronoun !== undefined;
  return isNamed || determiners.has(word) ? phrase : undefined;
}

const personPhrase = (word: string): NounPhrase => plainPhrase(word, { kind: 'person', noun: word });
