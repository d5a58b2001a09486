import { readClause } from './clause.ts';
import type { ClauseReader } from './clause-parts.ts';
import type { Command, ParseFailure, ParseResult } from './command.ts';
import type { Lexicon } from './lexicon.ts';
import { separators, skipClosing, skipOpening, startsWith, tokenize } from './tokens.ts';
import { matchVerb } from './verbs.ts';

const maxInstructionWords = 120;

/**
 * Reads an English instruction into commands; looks nothing up in the belief.
 *
 * The grammar is clauses joined by "and", "then", commas and full stops; a clause is a verb with its noun phrases
 * and prepositional phrases, polite words around it allowed. "put X in Y and Z on W" repeats the verb.
 *
 * @param instruction - what the person said; untrusted
 * @param lexicon - the nouns of this world
 * @returns the commands in the order said, or the words that were not understood; never throws
 */
export function parseInstruction(instruction: string, lexicon: Lexicon): ParseResult {
  const tokens = tokenize(instruction);
  if (tokens.length > maxInstructionWords) {
    return fail(
      'unsupported',
      tokens.slice(0, 8).join(' '),
      `That instruction has ${tokens.length} words; I take at most ${maxInstructionWords}.`,
    );
  }
  let position = skipOpening(tokens, 0);
  if (position >= tokens.length)
    return fail('empty', '', 'The instruction is empty. Say for example "put the apple in the bowl".');
  const commands: Command[] = [];
  let after = false;
  while (position < tokens.length) {
    const reader: ClauseReader = { tokens, lexicon, previous: commands[commands.length - 1], after };
    const clause = readClause(reader, position);
    if (!clause.ok) return clause;
    commands.push(...clause.commands);
    const end = skipClosing(tokens, clause.next);
    const joint = readJoint(tokens, end);
    if (joint === undefined) return leftover(tokens, end, commands[commands.length - 1]);
    position = skipOpening(tokens, joint.next);
    after = joint.ordered || matchVerb(tokens, position) !== undefined;
  }
  return { ok: true, commands };
}

/** Reads what joins two clauses; `ordered` when the second must wait for the first. */
function readJoint(
  tokens: readonly string[],
  position: number,
): { readonly next: number; readonly ordered: boolean } | undefined {
  let next = position;
  let ordered = false;
  while (next < tokens.length) {
    const word = tokens[next]!;
    if (separators.has(word)) {
      ordered ||= word !== ',';
      next += 1;
    } else if (word === 'and' || word === 'also') next += 1;
    else if (word === 'then' || word === 'afterwards' || word === 'next') {
      ordered = true;
      next += 1;
    } else if (startsWith(tokens, next, ['after', 'that'])) {
      ordered = true;
      next += 2;
    } else break;
  }
  return next > position || next >= tokens.length ? { next, ordered } : undefined;
}

function leftover(tokens: readonly string[], position: number, last: Command | undefined): ParseResult {
  const fragment = tokens.slice(position).join(' ');
  const verb = last === undefined ? '' : ` after "${last.verb}"`;
  return fail('unsupported', fragment, `I understood the beginning, but not "${fragment}"${verb}.`);
}

export function fail(
  kind: ParseFailure['kind'],
  fragment: string,
  message: string,
): ParseResult & { readonly ok: false } {
  return { ok: false, failure: { kind, fragment, message } };
}
