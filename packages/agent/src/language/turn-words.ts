import { matchPhrase, separators, startsWith } from './tokens.ts';

/** Words before and after an instruction that say how it stands to what is being done. */
interface TurnWords {
  readonly leads: readonly string[];
  readonly tails: readonly string[];
}

const whenDone = [
  'when you are done with that',
  'when you are done',
  'when you are finished',
  'when you have finished',
  'when you are through',
  'when you have time',
  'when that is done',
  'once you are done',
  'once you are finished',
  'once that is done',
  'as soon as you are done',
  'after that',
  'afterwards',
];

export const queues: TurnWords = {
  leads: [...whenDone, 'and then', 'and after that', 'and afterwards', 'then', 'next', 'later'],
  tails: [...whenDone, 'next', 'later'],
};

export const replaces: TurnWords = {
  leads: [
    'instead of that',
    'instead',
    'change of plan',
    'change of plans',
    'new task',
    ...['stop that', 'stop this', 'stop it', 'stop', 'cancel that', 'cancel it', 'scrap that'].flatMap(
      withAnd,
    ),
    ...['forget about it', 'forget about that', 'forget it', 'forget that'].flatMap(withAnd),
    ...['never mind that', 'never mind', 'nevermind'].flatMap(withAnd),
  ],
  tails: ['instead'],
};

export const adds: TurnWords = {
  leads: ['and also', 'also', 'and', 'plus', 'in addition'],
  tails: ['as well', 'too', 'also'],
};

/** Before a thing that is not to be taken along any more. */
export const drops: readonly string[] = [
  'not',
  'without',
  'except for',
  'except',
  'but not',
  'leave out',
  'leave',
  'skip',
  'ignore',
  'do not take',
  'do not bring',
  'do not put',
  'do not move',
  'do not touch',
];
export const forgets: readonly string[] = ['forget about', 'forget', 'never mind', 'nevermind'];

/** Whole sentences that end the task and leave the robot standing. */
export const stops: readonly string[] = [
  'stop',
  'stop it',
  'stop that',
  'stop this',
  'stop now',
  'stop moving',
  'stop right there',
  'halt',
  'freeze',
  'abort',
  'cancel',
  'quit',
  'do not move',
  'enough',
  'that is enough',
];

/** Whole sentences that end the task; what is in the hand is put down. */
export const cancels: readonly string[] = [
  'never mind',
  'never mind that',
  'nevermind',
  'forget it',
  'forget that',
  'forget about it',
  'forget about that',
  'cancel that',
  'cancel it',
  'scrap that',
  'do not bother',
  'leave it',
  'leave that',
];

const corrections = [
  'no',
  'nope',
  'not quite',
  'wrong',
  'wait',
  'hold on',
  'sorry',
  'actually',
  'i mean',
  'i meant',
  'i said',
  'rather',
  'oops',
  'that is wrong',
];
const fillers = [
  'oh',
  'well',
  'hmm',
  'um',
  'ah',
  'excuse me',
  'please',
  'ok',
  'okay',
  'hey',
  'robot',
  'stretch',
];

/** Reads a word that begins a correction, or one that says nothing. */
export function corrects(tokens: readonly string[]): {
  readonly length: number;
  readonly isCorrection: boolean;
} {
  const length = matchPhrase(
    tokens,
    0,
    corrections.toSorted((a, b) => b.length - a.length),
  );
  return length > 0
    ? { length, isCorrection: true }
    : { length: matchPhrase(tokens, 0, fillers), isCorrection: false };
}

/** Length of the longest of `leads` at the beginning, in words, 0 for none. */
export const matchLead = (tokens: readonly string[], leads: readonly string[]): number =>
  matchPhrase(
    tokens,
    0,
    leads.toSorted((a, b) => b.length - a.length),
  );

/** Length of the longest of `tails` at the end with the separators around it, in words, 0 for none. */
export function matchTail(tokens: readonly string[], tails: readonly string[]): number {
  let end = tokens.length;
  while (end > 0 && (separators.has(tokens[end - 1]!) || tokens[end - 1] === 'please')) end -= 1;
  for (const tail of tails.toSorted((a, b) => b.length - a.length)) {
    const words = tail.split(' ');
    const begin = end - words.length;
    if (begin < 0 || !startsWith(tokens, begin, words)) continue;
    const comma = begin > 0 && separators.has(tokens[begin - 1]!) ? 1 : 0;
    return tokens.length - begin + comma;
  }
  return tails.length > 0 && end === 0 ? tokens.length : 0;
}

export function skipSeparators(tokens: readonly string[], position: number): number {
  let next = position;
  while (tokens[next] !== undefined && separators.has(tokens[next]!)) next += 1;
  return next;
}

function withAnd(words: string): readonly string[] {
  return [`${words} and`, words];
}
