import { readBring, readDrink, readOffered, readPut } from './carry-clause.ts';
import {
  type ClauseReader,
  type ClauseResult,
  failed,
  missingObject,
  readChain,
  readObjects,
} from './clause-parts.ts';
import { isButton, readClear, readGo, readLook, readPress, readWipe } from './place-clause.ts';
import { readEnsure, readStatement } from './state-clause.ts';
import { matchPhrase } from './tokens.ts';
import { matchVerb, type VerbFrame } from './verbs.ts';

/** Reads one clause that starts at `position`. */
export function readClause(reader: ClauseReader, position: number): ClauseResult {
  const { tokens } = reader;
  const negation = matchPhrase(tokens, position, ['do not', 'never', 'stop', 'you should not', 'can not']);
  if (negation > 0) {
    const fragment = tokens.slice(position, position + 6).join(' ');
    return failed(
      'unsupported',
      fragment,
      `I only take things to do, not things to leave ("${fragment}"). To stop me, press Stop or cancel the task.`,
    );
  }
  const verb = matchVerb(tokens, position);
  if (verb === undefined) return readElliptic(reader, position);
  const start = position + verb.length;
  return readFrame(reader, verb.frame, verb.text, start);
}

/** "… and the mug on the table": the verb of the clause before, with new things. */
function readElliptic(reader: ClauseReader, position: number): ClauseResult {
  const { tokens, previous } = reader;
  if (previous?.verb === 'put') {
    const again = readFrame(reader, 'put', 'put', position);
    if (again.ok) return again;
  }
  if (previous?.verb === 'bring') {
    const again = readFrame(reader, 'take', 'bring', position);
    if (again.ok) return again;
  }
  const stated = readStatement(reader, position);
  if (stated !== undefined) return stated;
  const word = tokens[position] ?? '';
  return failed('unknown-verb', word, `I do not know how to "${word}".`);
}

function readFrame(reader: ClauseReader, frame: VerbFrame, verb: string, start: number): ClauseResult {
  switch (frame) {
    case 'put':
    case 'move':
      return readPut(reader, verb, start);
    case 'bring':
    case 'take':
    case 'want':
      return readBring(reader, frame, verb, start);
    case 'look':
      return readLook(reader, verb, start);
    case 'go':
      return readGo(reader, verb, start);
    case 'clear':
      return readClear(reader, verb, start);
    case 'ensure':
      return readEnsure(reader, verb, start);
    case 'wipe':
      return readWipe(reader, verb, start);
    case 'press':
      return readPress(reader, verb, start);
    case 'drink':
      return readDrink(reader, verb, start);
    case 'stow':
      return { ok: true, commands: [{ verb: 'stow', after: reader.after }], next: start };
    default:
      return readSimple(reader, frame, verb, start);
  }
}

/** Verbs with objects only: pick, open, close, find, release, throw away. */
function readSimple(
  reader: ClauseReader,
  frame: 'pick' | 'release' | 'open' | 'close' | 'find' | 'throw-away',
  verb: string,
  start: number,
): ClauseResult {
  const { tokens, after } = reader;
  const begin = frame === 'throw-away' ? start + matchPhrase(tokens, start, ['away', 'out']) : start;
  const { objects, next } = readObjects(reader, begin, frame === 'throw-away' ? 'source-only' : 'all');
  if (objects.length === 0) return missingObject(reader, verb, start);
  const isPushed = frame === 'close' && verb === 'push' && tokens[next] !== 'shut' && objects.every(isButton);
  if (isPushed) return { ok: true, commands: [{ verb: 'press', objects, after }], next };
  const particle = matchPhrase(
    tokens,
    next,
    frame === 'throw-away' ? ['away', 'out'] : ['up', 'open', 'shut'],
  );
  if (frame === 'pick') {
    const offered = readOffered(reader, objects, readChain(reader, next + particle));
    if (offered !== undefined) return offered;
  }
  if (frame === 'throw-away') {
    const chain = readChain(reader, next + particle);
    if (chain.phrases.length > 0)
      return {
        ok: true,
        commands: [{ verb: 'put', objects, chain: chain.phrases, after }],
        next: chain.next,
      };
  }
  if (frame === 'find') {
    const tail = matchPhrase(tokens, next, ['is', 'are']);
    return { ok: true, commands: [{ verb: 'find', objects, after }], next: next + tail };
  }
  return { ok: true, commands: [{ verb: frame, objects, after }], next: next + particle };
}
