import type { NounPhrase, PrepositionalPhrase, Quantity } from './command.ts';
import type { Lexicon } from './lexicon.ts';
import { matchPhrase, matchPreposition, separators, startsWith, unsupportedPrepositions } from './tokens.ts';

const numbers: Readonly<Record<string, number>> = {
  one: 1,
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  six: 6,
  seven: 7,
  eight: 8,
  nine: 9,
  ten: 10,
};

/** Adjectives that the grounder can use or may safely ignore. */
export const adjectives = new Set(
  (
    'red green blue yellow orange white black brown grey gray pink purple silver ' +
    'big large small little tiny tall short long wide round ' +
    'left right top bottom upper lower middle first second third last other ' +
    'nearest closest near far farthest full empty open closed clean dirty ripe fresh metal wooden plastic glass ceramic kitchen same ' +
    'different held'
  ).split(' '),
);

const everyPhrases = [
  'all of the',
  'all of my',
  'all of',
  'all the',
  'all my',
  'every single',
  'each of the',
  'both of the',
  'both the',
  'all',
  'every',
  'each',
  'both',
  'whatever',
  'any and all',
];
const anyPhrases = [
  'one of the',
  'any of the',
  'some of the',
  'a piece of',
  'a',
  'an',
  'any',
  'some',
  'another',
];
const definitePhrases = ['the', 'my', 'your', 'our', 'this', 'that', 'these', 'those', 'his', 'her', 'its'];
const relativeOpeners = [
  'that you see',
  'that you can see',
  'that is lying',
  'that is sitting',
  'that is standing',
  'which is',
  'which are',
  'that is',
  'that are',
  'lying',
  'sitting',
  'standing',
  'located',
];
const exceptPhrases = ['except for', 'except', 'apart from', 'other than', 'but not', 'but'];
const nounEnders = new Set([
  ...separators,
  'and',
  'or',
  'then',
  'up',
  'down',
  'away',
  'back',
  'here',
  'please',
  'is',
  'are',
  'that',
  'which',
  'except',
  'but',
  'for',
  'with',
  'using',
  'thanks',
  'thank',
  'now',
  'again',
  'until',
  'if',
  'while',
  'because',
  'before',
  'go',
  'goes',
  'should',
  'must',
  'open',
  'shut',
  'belongs',
  'belong',
  'needs',
  'need',
  'after',
  'out',
  'where',
  'there',
  'alone',
  'instead',
]);

/** How much of what follows the noun belongs to the noun phrase. */
export type ModifierPolicy =
  /** Every prepositional phrase except "to". */
  | 'all'
  /** Only "from …" and relative clauses; what else follows is left to the clause. */
  | 'source-only'
  | 'none';

interface Parsed<T> {
  readonly value: T;
  readonly next: number;
}

function readQuantity(tokens: readonly string[], position: number): Parsed<Quantity | undefined> {
  const every = matchPhrase(tokens, position, everyPhrases);
  if (every > 0) return { value: { kind: 'every' }, next: position + every };
  const any = matchPhrase(tokens, position, anyPhrases);
  if (any > 0) return { value: { kind: 'any' }, next: position + any };
  let next = position + matchPhrase(tokens, position, definitePhrases);
  const word = tokens[next];
  const count =
    word === undefined ? undefined : (numbers[word] ?? (/^[1-9]\d?$/.test(word) ? Number(word) : undefined));
  if (count !== undefined) {
    next += 1;
    next += matchPhrase(tokens, next, ['of the', 'of']);
    return { value: { kind: 'count', count }, next };
  }
  return { value: next > position ? { kind: 'definite' } : undefined, next };
}

/** Tells whether no word of a noun stands at `position` any more. */
export const endsNoun = (tokens: readonly string[], position: number): boolean => {
  const word = tokens[position];
  return (
    word === undefined ||
    nounEnders.has(word) ||
    unsupportedPrepositions.includes(word) ||
    matchPreposition(tokens, position) !== undefined
  );
};

function readModifiers(
  tokens: readonly string[],
  position: number,
  lexicon: Lexicon,
  policy: ModifierPolicy,
): Parsed<readonly PrepositionalPhrase[]> {
  const modifiers: PrepositionalPhrase[] = [];
  let next = position;
  while (policy !== 'none') {
    const relative = matchPhrase(tokens, next, relativeOpeners);
    const preposition = matchPreposition(tokens, next + relative);
    if (preposition === undefined || preposition.preposition === 'to' || preposition.directional) break;
    if (policy === 'source-only' && relative === 0 && preposition.preposition !== 'from') break;
    const object = parseNounPhrase(tokens, next + relative + preposition.length, lexicon, 'none');
    if (object === undefined) break;
    modifiers.push({ preposition: preposition.preposition, object: object.value });
    next = object.next;
  }
  return { value: modifiers, next };
}

function readExcept(
  tokens: readonly string[],
  position: number,
  lexicon: Lexicon,
): Parsed<readonly NounPhrase[]> {
  const length = matchPhrase(tokens, position, exceptPhrases);
  if (length === 0) return { value: [], next: position };
  const first = parseNounPhrase(tokens, position + length, lexicon, 'none');
  if (first === undefined) return { value: [], next: position };
  const phrases = [first.value];
  let next = first.next;
  while (tokens[next] === 'and') {
    const more = parseNounPhrase(tokens, next + 1, lexicon, 'none');
    if (more === undefined || more.value.meaning === undefined) break;
    phrases.push(more.value);
    next = more.next;
  }
  return { value: phrases, next };
}

const pronouns: Readonly<Record<string, 'it' | 'them' | 'there'>> = {
  it: 'it',
  them: 'them',
  there: 'there',
  those: 'them',
  these: 'them',
  this: 'it',
  that: 'it',
};

function readPronoun(tokens: readonly string[], position: number): Parsed<NounPhrase> | undefined {
  const word = tokens[position] ?? '';
  const all = matchPhrase(tokens, position, ['all of them', 'both of them', 'each of them', 'them all']);
  const pronoun = all > 0 ? 'them' : pronouns[word];
  if (pronoun === undefined || (all === 0 && !endsNoun(tokens, position + 1))) return undefined;
  const next = position + (all > 0 ? all : 1);
  return {
    value: {
      text: word,
      quantity: { kind: 'definite' },
      adjectives: [],
      meaning: undefined,
      pronoun,
      plural: pronoun === 'them',
      modifiers: [],
      except: [],
    },
    next,
  };
}

/** Reads determiners, adjectives, a noun and what describes it. Returns undefined when no noun phrase starts here. */
export function parseNounPhrase(
  tokens: readonly string[],
  position: number,
  lexicon: Lexicon,
  policy: ModifierPolicy,
): Parsed<NounPhrase> | undefined {
  const pronoun = readPronoun(tokens, position);
  if (pronoun !== undefined) return pronoun;
  const quantity = readQuantity(tokens, position);
  let next = quantity.next;
  const found: string[] = [];
  const nounAt = (start: number) => {
    for (let length = 3; length >= 1; length--) {
      const words = tokens.slice(start, start + length);
      if (words.length !== length) continue;
      const hit = lexicon.lookUp(words);
      if (hit !== undefined && endsNoun(tokens, start + length)) return { ...hit, length };
    }
    return undefined;
  };
  let noun = nounAt(next);
  while (noun === undefined && adjectives.has(tokens[next] ?? '')) {
    found.push(tokens[next]!);
    next += 1;
    noun = nounAt(next);
  }
  if (noun === undefined) {
    const start = next;
    while (!endsNoun(tokens, next)) next += 1;
    if (next === start && (found.length === 0 || quantity.value === undefined)) return undefined;
  } else {
    next += noun.length;
  }
  const headEnd = next;
  const modifiers = readModifiers(tokens, next, lexicon, policy);
  const except = readExcept(tokens, modifiers.next, lexicon);
  const lateModifiers =
    except.next > modifiers.next ? readModifiers(tokens, except.next, lexicon, policy) : modifiers;
  const plural = noun?.plural ?? false;
  const every = tokens[position] === 'everything' || startsWith(tokens, position, ['the', 'rest']);
  return {
    value: {
      text: tokens.slice(position, headEnd).join(' '),
      quantity: every ? { kind: 'every' } : quantityOf(quantity.value, plural, noun?.meaning.kind),
      adjectives: found,
      meaning: noun?.meaning,
      pronoun: undefined,
      plural,
      modifiers: lateModifiers === modifiers ? modifiers.value : [...modifiers.value, ...lateModifiers.value],
      except: except.value,
    },
    next: lateModifiers === modifiers ? except.next : lateModifiers.next,
  };
}

/** "the mugs" and "the fruit" mean every one; "a mug" any one; a bare noun is taken as "the". */
function quantityOf(given: Quantity | undefined, plural: boolean, kind: string | undefined): Quantity {
  if (given !== undefined && given.kind !== 'definite') return given;
  if (plural || kind === 'category') return { kind: 'every' };
  return { kind: 'definite' };
}
