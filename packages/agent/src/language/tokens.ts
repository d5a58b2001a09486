import type { Preposition } from './command.ts';

/** Separators kept as tokens of their own. */
export const separators = new Set([',', ';', '.']);

const contractions: readonly (readonly [RegExp, string])[] = [
  [/\b(can)'?not\b|\bcan't\b/g, 'can not'],
  [/\bwon't\b/g, 'will not'],
  [/\blet's\b/g, 'let us'],
  [/n't\b/g, ' not'],
  [/'d\b/g, ' would'],
  [/'m\b/g, ' am'],
  [/'re\b/g, ' are'],
  [/'ll\b/g, ' will'],
  [/\b(what|where|that|there|it|who)'s\b/g, '$1 is'],
  [/'s\b/g, ''],
];

/** Splits an instruction into lower-case words and separators; unknown punctuation is dropped. */
export function tokenize(text: string): readonly string[] {
  let normal = text.normalize('NFKC').toLowerCase().replace(/[’`´]/g, "'");
  for (const [pattern, replacement] of contractions) normal = normal.replace(pattern, replacement);
  normal = normal.replace(/[!?:]+/g, '.').replace(/[-_/]+/g, ' ');
  return (
    normal
      .match(/[\p{L}\p{N}']+|[,;.]/gu)
      ?.map((token) => token.replace(/^'+|'+$/g, ''))
      .filter(Boolean) ?? []
  );
}

/** Tells whether `words` stand at `position`. */
export function startsWith(tokens: readonly string[], position: number, words: readonly string[]): boolean {
  return tokens[position] === words[0] && words.every((word, index) => tokens[position + index] === word);
}

/** Finds the first of `phrases` that stands at `position`; list longer ones first. Returns its length in words. */
export function matchPhrase(tokens: readonly string[], position: number, phrases: readonly string[]): number {
  const first = tokens[position];
  if (first === undefined) return 0;
  for (const phrase of phrases) {
    if (!phrase.startsWith(first)) continue;
    const words = phrase.split(' ');
    if (startsWith(tokens, position, words)) return words.length;
  }
  return 0;
}

const prepositions = (
  [
    ['on top of', 'on'],
    ['on to', 'on'],
    ['onto', 'on'],
    ['upon', 'on'],
    ['in front of', 'near'],
    ['inside of', 'in'],
    ['inside', 'in'],
    ['into', 'in'],
    ['in to', 'in'],
    ['within', 'in'],
    ['out of', 'from'],
    ['off of', 'from'],
    ['off', 'from'],
    ['from', 'from'],
    ['over to', 'to'],
    ['back to', 'to'],
    ['up to', 'to'],
    ['towards', 'to'],
    ['toward', 'to'],
    ['to', 'to'],
    ['next to', 'near'],
    ['close to', 'near'],
    ['beside', 'near'],
    ['near', 'near'],
    ['by', 'near'],
    ['at', 'near'],
    ['on', 'on'],
    ['in', 'in'],
  ] as const satisfies readonly (readonly [string, Preposition])[]
).map(([text, preposition]) => ({
  words: text.split(' '),
  preposition,
  directional: text === 'into' || text === 'onto' || text === 'on to' || text === 'in to',
}));

/** Relations that are understood as words but that no skill can bring about. */
export const unsupportedPrepositions: readonly string[] = [
  'under',
  'underneath',
  'below',
  'behind',
  'above',
  'between',
  'around',
  'through',
  'against',
];

/** Reads a preposition at `position`; `directional` for "into" and "onto", which always name a destination. */
export function matchPreposition(
  tokens: readonly string[],
  position: number,
): { readonly preposition: Preposition; readonly length: number; readonly directional: boolean } | undefined {
  const found = prepositions.find(({ words }) => startsWith(tokens, position, words));
  return found === undefined
    ? undefined
    : { preposition: found.preposition, length: found.words.length, directional: found.directional };
}

const openings: readonly string[] = [
  'would it be possible to',
  'would it be possible for you to',
  'i would really like you to',
  'i would appreciate it if you would',
  'i would like you to',
  'i would like for you to',
  'i want you to',
  'i need you to',
  'i would be glad if you could',
  'would you be so kind as to',
  'would you kindly',
  'would you mind',
  'would you please',
  'could you please',
  'can you please',
  'will you please',
  'could you',
  'would you',
  'can you',
  'will you',
  'you should',
  'you must',
  'you need to',
  'you have to',
  'your task is to',
  'let us',
  'go ahead and',
  'go and',
  'try to',
  'please',
  'kindly',
  'hey',
  'hi',
  'hello',
  'okay',
  'ok',
  'alright',
  'robot',
  'stretch',
  'now',
  'just',
  'first',
  'firstly',
  'finally',
  'also',
  'quickly',
  'carefully',
  'gently',
  'slowly',
];

const closings: readonly string[] = [
  'thank you very much',
  'thank you',
  'thanks',
  'if you can',
  'if possible',
  'when you can',
  'right now',
  'for me',
  'for us',
  'please',
  'now',
  'quickly',
  'carefully',
  'gently',
  'slowly',
  'again',
  'too',
  'robot',
  'first',
];

/** Skips polite and filler words (and commas between them) from `position` on. */
export function skipOpening(tokens: readonly string[], position: number): number {
  let next = position;
  for (;;) {
    const length = matchPhrase(tokens, next, openings);
    if (length > 0) next += length;
    else if (tokens[next] !== undefined && separators.has(tokens[next]!)) next += 1;
    else return next;
  }
}

/** Skips polite words at the end of a clause. */
export function skipClosing(tokens: readonly string[], position: number): number {
  let next = position;
  for (;;) {
    const comma = tokens[next] === ',' ? 1 : 0;
    const length = matchPhrase(tokens, next + comma, closings);
    if (length === 0) return next;
    next += comma + length;
  }
}
