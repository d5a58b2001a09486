import { separators, skipOpening, tokenize } from './tokens.ts';
import { matchVerb } from './verbs.ts';

const joints = new Set([...separators, 'and', 'then', 'also', 'afterwards', 'next']);
const pronouns = new Set(['it', 'them']);
const determiners = new Set(['the', 'my', 'a', 'an', 'all', 'some', 'your', 'this', 'that']);

/**
 * Splits an instruction where a new verb begins: "find the lemon and put it on the table" is "find the lemon" and "put the
 * lemon on the table".
 *
 * @returns one clause when there is only one, or when a pronoun stands for what no clause before it names
 */
export function clausesOf(instruction: string): readonly string[] {
  const tokens = tokenize(instruction);
  const clauses: string[][] = [];
  let position = skipOpening(tokens, 0);
  while (position < tokens.length) {
    const word = tokens[position]!;
    const afterJoint = position === 0 || joints.has(tokens[position - 1]!);
    if (clauses.length === 0 || (afterJoint && matchVerb(tokens, position) !== undefined)) clauses.push([]);
    clauses.at(-1)!.push(word);
    position += 1;
    if (joints.has(word)) position = skipOpening(tokens, position);
  }
  const spoken: string[] = [];
  let thing: string | undefined;
  let part: string | undefined;
  for (const clause of clauses) {
    while (joints.has(clause.at(-1) ?? '')) clause.pop();
    const frame = matchVerb(clause, 0)?.frame;
    const isOfPart = frame === 'open' || frame === 'close';
    const meant = isOfPart ? part : thing;
    if (meant === undefined && clause.some((word) => pronouns.has(word))) return [instruction];
    const words = clause.map((word) => (pronouns.has(word) ? meant! : word));
    if (isOfPart) part = firstPhrase(words) ?? part;
    thing = firstPhrase(words) ?? thing;
    if (words.length > 0) spoken.push(words.join(' '));
  }
  return spoken.length > 1 ? spoken : [instruction];
}

/** The first words from a determiner up to what no longer belongs to its noun. */
function firstPhrase(words: readonly string[]): string | undefined {
  const from = words.findIndex((word) => determiners.has(word));
  if (from < 0) return undefined;
  const rest = words.slice(from);
  const to = rest.findIndex((word, index) => index > 0 && phraseEnds.has(word));
  return (to < 0 ? rest : rest.slice(0, to)).join(' ');
}

const phraseEnds = new Set([
  ...joints,
  ...'in on into onto to from at off out with near beside next by up down away inside the'.split(' '),
]);
