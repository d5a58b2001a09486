import type { PredicateName } from '@efferent/skills';
import { predicateSignatures } from '@efferent/skills';

/** A statement about the world with its arguments filled in, e.g. `in(apple-1, bowl-1)`. */
export interface Atom {
  readonly predicate: PredicateName;
  readonly arguments: readonly string[];
}

export const atom = (predicate: PredicateName, ...given: readonly string[]): Atom => ({
  predicate,
  arguments: given,
});

export const formatAtom = ({ predicate, arguments: given }: Atom): string =>
  given.length === 0 ? predicate : `${predicate}(${given.join(', ')})`;

const atomPattern = /^([a-z-]+)(?:\(([^()]*)\))?$/;

/** Reads `in(apple-1, bowl-1)`; undefined when it is no statement of the closed vocabulary. */
export function parseAtom(text: string): Atom | undefined {
  const match = atomPattern.exec(text.trim());
  if (match === null || !Object.hasOwn(predicateSignatures, match[1]!)) return undefined;
  const predicate = match[1] as PredicateName;
  const given =
    match[2] === undefined || match[2].trim() === '' ? [] : match[2].split(',').map((part) => part.trim());
  if (given.length !== predicateSignatures[predicate].length || given.includes('')) return undefined;
  return { predicate, arguments: given };
}
