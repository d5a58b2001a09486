import {
  attach,
  type Chain,
  type ClauseReader,
  type ClauseResult,
  failed,
  me,
  missingObject,
  readChain,
  readObjects,
} from './clause-parts.ts';
import type { NounPhrase } from './command.ts';
import { isAtFace } from './lexicon.ts';
import { matchPhrase, unsupportedPrepositions } from './tokens.ts';

/** "put the apple in the bowl", "put the mug away", "drop it". */
export function readPut(reader: ClauseReader, verb: string, start: number): ClauseResult {
  const { tokens, after } = reader;
  let begin = start + matchPhrase(tokens, start, ['away', 'down', 'back']);
  const particleBefore =
    tokens[start] === 'away' || verb.endsWith('away')
      ? 'away'
      : tokens[start] === 'down' || verb.endsWith('down')
        ? 'down'
        : '';
  const list = readObjects(reader, begin, 'source-only');
  if (list.objects.length === 0) return missingObject(reader, verb, start);
  const particle = matchPhrase(tokens, list.next, ['away', 'down', 'back', 'over']);
  const word = particle > 0 ? tokens[list.next]! : particleBefore;
  begin = list.next + particle;
  const chain = readChain(reader, begin);
  const unsupported = unsupportedPrepositions.find((candidate) => tokens[chain.next] === candidate);
  if (unsupported !== undefined) {
    return failed(
      'unsupported',
      unsupported,
      `I do not know how to put something "${unsupported}" a thing; I can put things in, on or next to one.`,
    );
  }
  const offered = readOffered(reader, list.objects, chain);
  if (offered !== undefined) return offered;
  // "everything on the table except the bowl": what is left out belongs to the things, not to the table.
  const except = chain.phrases.flatMap((phrase) => phrase.object.except);
  const objects = list.objects.map((object) => ({ ...object, except: [...object.except, ...except] }));
  if (tokens[chain.next] === 'there' || tokens[chain.next] === 'here') {
    const there: NounPhrase = { ...me('there'), meaning: undefined, pronoun: 'there' };
    return {
      ok: true,
      commands: [{ verb: 'put', objects, chain: [{ preposition: 'to', object: there }], after }],
      next: chain.next + 1,
    };
  }
  const destinations = chain.phrases.filter((phrase) => phrase.preposition !== 'from');
  if (destinations.length > 0)
    return { ok: true, commands: [{ verb: 'put', objects, chain: chain.phrases, after }], next: chain.next };
  if (word === 'away')
    return { ok: true, commands: [{ verb: 'put-away', objects, after }], next: chain.next };
  if (word === 'back')
    return failed('unsupported', 'back', 'I do not remember where that was before; tell me where to put it.');
  if (word === 'down' || verb === 'drop' || verb.endsWith('down'))
    return { ok: true, commands: [{ verb: 'release', objects, after }], next: chain.next };
  const fragment = tokens.slice(start, chain.next).join(' ');
  return failed(
    'missing-destination',
    fragment,
    `Where should I ${verb} ${fragment}? Say for example "${verb} ${fragment} on the table".`,
  );
}

/** "bring me the mug", "take the mug to the counter", "I want the mug". */
export function readBring(
  reader: ClauseReader,
  frame: 'bring' | 'take' | 'want',
  verb: string,
  start: number,
): ClauseResult {
  const { tokens, after } = reader;
  const indirect = matchPhrase(tokens, start, ['me', 'us']);
  const list = readObjects(reader, start + indirect, 'source-only');
  if (list.objects.length === 0) return missingObject(reader, verb, start);
  const over = matchPhrase(tokens, list.next, ['over here', 'over there', 'over', 'here', 'back here']);
  const chain = readChain(reader, list.next + over);
  const last = chain.phrases[chain.phrases.length - 1];
  const before = chain.phrases.slice(0, -1);
  const { next } = chain;
  const offered = readOffered(reader, list.objects, chain);
  if (offered !== undefined) return offered;
  const here = over > 0 && tokens.slice(list.next, list.next + over).includes('here');
  if (last?.preposition === 'to')
    return {
      ok: true,
      commands: [{ verb: 'bring', objects: attach(list.objects, before), to: last.object, after }],
      next,
    };
  const destination =
    last !== undefined && last.preposition !== 'from' && (chain.directional || frame === 'want');
  if (destination)
    return {
      ok: true,
      commands: [{ verb: 'put', objects: list.objects, chain: chain.phrases, after }],
      next,
    };
  const objects = attach(list.objects, chain.phrases);
  if (indirect > 0 || here || frame === 'want')
    return { ok: true, commands: [{ verb: 'bring', objects, to: me('me'), after }], next };
  if (frame === 'bring')
    return { ok: true, commands: [{ verb: 'bring', objects, to: undefined, after }], next };
  return { ok: true, commands: [{ verb: 'pick', objects, after }], next };
}

/** "the mug to my mouth": held before a face instead of being put down somewhere. */
export function readOffered(
  { after }: ClauseReader,
  objects: readonly NounPhrase[],
  { phrases, next }: Chain,
): ClauseResult | undefined {
  const last = phrases.at(-1);
  const meaning = last?.object.meaning;
  if (last === undefined || meaning === undefined || !isAtFace(meaning)) return undefined;
  if (last.preposition !== 'to' && last.preposition !== 'near') return undefined;
  const from = attach(objects, phrases.slice(0, -1));
  return { ok: true, commands: [{ verb: 'offer', objects: from, to: last.object, after }], next };
}

/** "let me drink from the mug". */
export function readDrink(reader: ClauseReader, verb: string, start: number): ClauseResult {
  const { objects, next } = readObjects(reader, start, 'all');
  if (objects.length === 0) return missingObject(reader, verb, start);
  const to: NounPhrase = { ...me('my mouth'), meaning: { kind: 'person', noun: 'mouth' } };
  return { ok: true, commands: [{ verb: 'offer', objects, to, after: reader.after }], next };
}
