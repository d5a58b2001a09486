import type { Command, NounPhrase, ParseFailure, PrepositionalPhrase } from './command.ts';
import { isAtFace, isSpill, type Lexicon } from './lexicon.ts';
import { type ModifierPolicy, parseNounPhrase } from './noun-phrase.ts';
import { matchPhrase, matchPreposition, separators, unsupportedPrepositions } from './tokens.ts';
import { matchVerb, type VerbFrame } from './verbs.ts';

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

const failed = (kind: ParseFailure['kind'], fragment: string, message: string): ClauseResult => ({
  ok: false,
  failure: { kind, fragment, message },
});

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

const belongings = [
  'should all go',
  'should go',
  'should be',
  'must go',
  'must be',
  'needs to go',
  'need to go',
  'needs to be',
  'need to be',
  'belongs',
  'belong',
  'goes',
  'go',
];

/** "the apple goes in the bowl": a wish without a verb of doing. */
function readStatement(reader: ClauseReader, position: number): ClauseResult | undefined {
  const { objects, next } = readObjects(reader, position, 'source-only');
  const copula = matchPhrase(reader.tokens, next, belongings);
  if (objects.length === 0 || copula === 0) return undefined;
  const state = reader.tokens[next + copula];
  const { after } = reader;
  if (state === 'open' || state === 'closed' || state === 'shut') {
    const verb = state === 'open' ? 'open' : 'close';
    return { ok: true, commands: [{ verb, objects, after }], next: next + copula + 1 };
  }
  const chain = readChain(reader, next + copula);
  if (chain.phrases.length === 0) return undefined;
  return { ok: true, commands: [{ verb: 'put', objects, chain: chain.phrases, after }], next: chain.next };
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

interface Chain {
  readonly phrases: readonly PrepositionalPhrase[];
  /** True when the last phrase was said with "into" or "onto". */
  readonly directional: boolean;
  readonly next: number;
}

function readChain(reader: ClauseReader, position: number): Chain {
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

const me = (text: string): NounPhrase => ({
  text,
  quantity: { kind: 'definite' },
  adjectives: [],
  meaning: { kind: 'person', noun: 'me' },
  pronoun: undefined,
  plural: false,
  modifiers: [],
  except: [],
});

/** Moves phrases of a chain onto the objects they describe. */
const attach = (
  objects: readonly NounPhrase[],
  phrases: readonly PrepositionalPhrase[],
): readonly NounPhrase[] =>
  phrases.length === 0
    ? objects
    : objects.map((object, index) =>
        index === objects.length - 1 ? { ...object, modifiers: [...object.modifiers, ...phrases] } : object,
      );

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

function readPut(reader: ClauseReader, verb: string, start: number): ClauseResult {
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

function readBring(
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

function readLook(reader: ClauseReader, verb: string, start: number): ClauseResult {
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

function readGo(reader: ClauseReader, verb: string, start: number): ClauseResult {
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

/** "the mug to my mouth": held before a face instead of being put down somewhere. */
function readOffered(
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
function readDrink(reader: ClauseReader, verb: string, start: number): ClauseResult {
  const { objects, next } = readObjects(reader, start, 'all');
  if (objects.length === 0) return missingObject(reader, verb, start);
  const to: NounPhrase = { ...me('my mouth'), meaning: { kind: 'person', noun: 'mouth' } };
  return { ok: true, commands: [{ verb: 'offer', objects, to, after: reader.after }], next };
}

const isButton = ({ meaning }: NounPhrase): boolean =>
  meaning?.kind === 'fixture' && meaning.fixtureKind === 'button';

/** "press the switch", "turn on the light", "switch the lamp off". */
function readPress(reader: ClauseReader, verb: string, start: number): ClauseResult {
  const { objects, next } = readObjects(reader, start, 'source-only');
  if (objects.length === 0) return missingObject(reader, verb, start);
  const particle = matchPhrase(reader.tokens, next, ['on', 'off', 'down', 'in']);
  return { ok: true, commands: [{ verb: 'press', objects, after: reader.after }], next: next + particle };
}

/** "wipe the table", "wipe up the spill on the table with the sponge". */
function readWipe(reader: ClauseReader, verb: string, start: number): ClauseResult {
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

function readClear(reader: ClauseReader, verb: string, start: number): ClauseResult {
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

/** "make sure the drawer is closed", "make sure the apple is in the bowl". */
function readEnsure(reader: ClauseReader, verb: string, start: number): ClauseResult {
  const { tokens, after } = reader;
  const { objects, next } = readObjects(reader, start, 'source-only');
  if (objects.length === 0) return missingObject(reader, verb, start);
  const copula = matchPhrase(tokens, next, ['is', 'are', 'stays', 'gets']);
  const state = tokens[next + copula] ?? '';
  if (copula > 0 && (state === 'open' || state === 'closed' || state === 'shut')) {
    return {
      ok: true,
      commands: [{ verb: state === 'open' ? 'open' : 'close', objects, after }],
      next: next + copula + 1,
    };
  }
  const chain = readChain(reader, next + copula);
  if (copula > 0 && chain.phrases.length > 0)
    return { ok: true, commands: [{ verb: 'put', objects, chain: chain.phrases, after }], next: chain.next };
  const fragment = tokens.slice(start, next + copula + 1).join(' ');
  return failed(
    'unsupported',
    fragment,
    `I can make sure that something is open, closed, in or on something, but not "${fragment}".`,
  );
}

function missingObject(reader: ClauseReader, verb: string, start: number): ClauseResult {
  const fragment = reader.tokens.slice(start, start + 4).join(' ');
  const rest = fragment === '' ? '' : ` I did not understand "${fragment}".`;
  return failed('missing-object', fragment, `What should I ${verb}?${rest}`);
}
