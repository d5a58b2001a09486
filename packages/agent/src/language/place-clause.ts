import {
  attach,
  type ClauseReader,
  type ClauseResult,
  failed,
  me,
  missingObject,
  readChain,
  readObjects,
} from './clause-parts.ts';
import type { NounPhrase } from './command.ts';
import { isSpill } from './lexicon.ts';
import { parseNounPhrase } from './noun-phrase.ts';
import { matchPhrase, matchPreposition, separators } from './tokens.ts';

/** "look around", "look at the shelf", "what is in the drawer". */
export function readLook(reader: ClauseReader, verb: string, start: number): ClauseResult {
  const { tokens, after } = reader;
  if (verb.endsWith('around') || verb.startsWith('what do') || verb.startsWith('what can')) {
    const chain = readChain(reader, start);
    return {
      ok: true,
      commands: [{ verb: 'look', objects: chain.phrases.map((phrase) => phrase.object), after }],
      next: chain.next,
    };
  }
  const preposition = matchPreposition(tokens, start);
  const { objects, next } = readObjects(reader, start + (preposition?.length ?? 0), 'all');
  return { ok: true, commands: [{ verb: 'look', objects, after }], next };
}

/** "go to the table", "come here". */
export function readGo(reader: ClauseReader, verb: string, start: number): ClauseResult {
  const { tokens, after } = reader;
  if (
    verb === 'come here' ||
    (verb === 'come' && (tokens[start] === undefined || separators.has(tokens[start]!)))
  ) {
    return { ok: true, commands: [{ verb: 'go', to: me('me'), after }], next: start };
  }
  const preposition = matchPreposition(tokens, start);
  const begin = start + (preposition?.length ?? 0);
  const phrase = parseNounPhrase(tokens, begin, reader.lexicon, 'all');
  if (phrase === undefined)
    return failed('missing-destination', verb, `Where should I go? Say for example "go to the table".`);
  return { ok: true, commands: [{ verb: 'go', to: phrase.value, after }], next: phrase.next };
}

export const isButton = ({ meaning }: NounPhrase): boolean =>
  meaning?.kind === 'fixture' && meaning.fixtureKind === 'button';

/** "press the switch", "turn on the light", "switch the lamp off". */
export function readPress(reader: ClauseReader, verb: string, start: number): ClauseResult {
  const { objects, next } = readObjects(reader, start, 'source-only');
  if (objects.length === 0) return missingObject(reader, verb, start);
  const particle = matchPhrase(reader.tokens, next, ['on', 'off', 'down', 'in']);
  return { ok: true, commands: [{ verb: 'press', objects, after: reader.after }], next: next + particle };
}

/** "wipe the table", "wipe up the spill on the table with the sponge". */
export function readWipe(reader: ClauseReader, verb: string, start: number): ClauseResult {
  const { tokens, after } = reader;
  const list = readObjects(reader, start, 'all');
  if (list.objects.length === 0) return missingObject(reader, verb, start);
  const particle = matchPhrase(tokens, list.next, ['up', 'off', 'down', 'away', 'clean']);
  const chain = readChain(reader, list.next + particle);
  const objects = attach(list.objects, chain.phrases);
  const means = matchPhrase(tokens, chain.next, ['with', 'using', 'by using']);
  const tool = means === 0 ? undefined : parseNounPhrase(tokens, chain.next + means, reader.lexicon, 'all');
  return {
    ok: true,
    commands: [{ verb: 'wipe', objects, with: tool?.value, after }],
    next: tool?.next ?? chain.next,
  };
}

/** "clear the table", "remove everything from the table", "clean up the spill". */
export function readClear(reader: ClauseReader, verb: string, start: number): ClauseResult {
  const { objects, next } = readObjects(reader, start, 'none');
  if (objects.length === 0) return missingObject(reader, verb, start);
  const isWiped = objects.some(({ meaning }) => meaning?.kind === 'object' && meaning.classes.some(isSpill));
  const means = next + matchPhrase(reader.tokens, next, ['up', 'off', 'away']);
  const isWith = matchPhrase(reader.tokens, means, ['with', 'using']) > 0;
  if (isWiped || (isWith && verb.startsWith('clean'))) return readWipe(reader, verb, start);
  const from = readChain(reader, next);
  const source = from.phrases[0];
  if (objects[0]?.meaning?.kind === 'anything' && source?.preposition === 'from') {
    const target = { ...source.object, except: objects[0].except };
    const to = from.phrases[1];
    return {
      ok: true,
      commands: [{ verb: 'clear', objects: [target], to, after: reader.after }],
      next: from.next,
    };
  }
  const chain = readChain(reader, next + matchPhrase(reader.tokens, next, ['off', 'up', 'out']));
  const to = chain.phrases[chain.phrases.length - 1];
  return { ok: true, commands: [{ verb: 'clear', objects, to, after: reader.after }], next: chain.next };
}
