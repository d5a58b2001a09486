import { ContractError } from '@efferent/core';

const mark = 0x28;
const binInt1 = 0x4b;
const appends = 0x65;

/**
 * Reads a list of more than one byte as `pickle.dumps` of Python 3 writes it: MARK, BININT1 for each, APPENDS.
 *
 * @throws {@link ContractError} code `not-pickled`
 */
export function bytesOfPickledList(pickled: Uint8Array): Uint8Array {
  const from = pickled.indexOf(mark) + 1;
  const bytes: number[] = [];
  let at = from;
  while (from > 0 && pickled[at] === binInt1) {
    bytes.push(pickled[at + 1] as number);
    at += 2;
  }
  if (from > 0 && pickled[at] === appends) return Uint8Array.from(bytes);
  throw new ContractError({ code: 'not-pickled', message: 'this is no pickled list of bytes' });
}
