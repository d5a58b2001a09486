import {
  type ClauseReader,
  type ClauseResult,
  failed,
  missingObject,
  readChain,
  readObjects,
} from './clause-parts.ts';
import { matchPhrase } from './tokens.ts';

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
export function readStatement(reader: ClauseReader, position: number): ClauseResult | undefined {
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

/** "make sure the drawer is closed", "make sure the apple is in the bowl". */
export function readEnsure(reader: ClauseReader, verb: string, start: number): ClauseResult {
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
