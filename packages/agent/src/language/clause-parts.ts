import type { Command, NounPhrase, ParseFailure, PrepositionalPhrase } from './command.ts';
import type { Lexicon } from './lexicon.ts';
import { type ModifierPolicy, parseNounPhrase } from './noun-phrase.ts';
import { plainPhrase } from './plain-phrase.ts';
import { matchPreposition } from './tokens.ts';
import { matchVerb } from './verbs.ts';

/** What a clause needs to know beside its own words. */
export interface ClauseReader {
  readonly tokens: readonly string[];
  readonly lexicon: Lexicon;
  /** The clause before, whose verb may be left out. */
  readonly previous: Command | undefined;
  /** Whether this clause waits for the ones before it. */
  readonly after: boolean;
}

export type ClauseResult =
  | { readonly ok: true; readonly commands: readonly Command[]; readonly next: number }
  | { readonly ok: false; readonly failure: ParseFailure };

export const failed = (kind: ParseFailure['kind'], fragment: string, message: string): ClauseResult => ({
  ok: false,
  failure: { kind, fragment, message },
});

/** Asks what the verb is to be done to. */
export function missingObject(reader: ClauseReader, verb: string, start: number): ClauseResult {
  const fragment = reader.tokens.slice(start, start + 4).join(' ');
  const rest = fragment === '' ? '' : ` I did not understand "${fragment}".`;
  return failed('missing-object', fragment, `What should I ${verb}?${rest}`);
}

const isJoint = (word: string | undefined) => word === 'and' || word === ',' || word === 'or';

/** Reads noun phrases joined by "and" and commas, up to the next verb. */
export function readObjects(
  reader: ClauseReader,
  position: number,
  policy: ModifierPolicy,
): { readonly objects: readonly NounPhrase[]; readonly next: number } {
  const { tokens, lexicon } = reader;
  const objects: NounPhrase[] = [];
  let next = position;
  for (;;) {
    const phrase = parseNounPhrase(tokens, next, lexicon, policy);
    if (phrase === undefined) return { objects, next };
    objects.push(phrase.value);
    next = phrase.next;
    let joint = next;
    while (isJoint(tokens[joint])) joint += 1;
    const separated = joint > next && !(tokens[next] === 'and' && tokens[next + 1] === 'then');
    if (!separated || tokens[joint] === 'then' || matchVerb(tokens, joint) !== undefined)
      return { objects, next };
    const following = parseNounPhrase(tokens, joint, lexicon, policy);
    if (
      following === undefined ||
      (following.value.meaning === undefined && following.value.pronoun === undefined && tokens[next] === ',')
    )
      return { objects, next };
    next = joint;
  }
}

/** What {@link readChain} has read. */
export interface Chain {
  readonly phrases: readonly PrepositionalPhrase[];
  /** True when the last phrase was said with "into" or "onto". */
  readonly directional: boolean;
  readonly next: number;
}

/** Reads prepositional phrases one after the other. */
export function readChain(reader: ClauseReader, position: number): Chain {
  const { tokens, lexicon } = reader;
  const phrases: PrepositionalPhrase[] = [];
  let directional = false;
  let next = position;
  for (;;) {
    const preposition = matchPreposition(tokens, next);
    if (preposition === undefined) return { phrases, directional, next };
    const object = parseNounPhrase(tokens, next + preposition.length, lexicon, 'none');
    if (object === undefined) return { phrases, directional, next };
    phrases.push({ preposition: preposition.preposition, object: object.value });
    directional = preposition.directional;
    next = object.next;
  }
}

/** The person who speaks. */
export const me = (text: string): NounPhrase => plainPhrase(text, { kind: 'person', noun: 'me' });

/** Moves phrases of a chain onto the objects they describe. */
export const attach = (
  objects: readonly NounPhrase[],
  phrases: readonly PrepositionalPhrase[],
): readonly NounPhrase[] =>
  phrases.length === 0
    ? objects
    : objects.map((object, index) =>
        index === objects.length - 1 ? { ...object, modifiers: [...object.modifiers, ...phrases] } : object,
      );
