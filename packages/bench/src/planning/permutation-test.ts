import { Rng } from '@efferent/core';

/** Up to this many clusters every exchange of arms is tried. */
const exactUpTo = 14;
const draws = 20_000;

export interface PermutationTest {
  /** Two-sided: how often an exchange of the arms gives a difference as large as the one seen. */
  readonly p: number;
  /** Clusters in which the arms differ at all. */
  readonly clusters: number;
  readonly isExact: boolean;
}

/**
 * Tests whether two arms differ, by a permutation test clustered by task: the arms are exchanged in whole tasks.
 *
 * Exact for few tasks, by 20,000 seeded draws for many; then `p` counts the seen arrangement itself and is never 0.
 *
 * @param differences - sum over the episodes of one task of arm A minus arm B, for each task
 */
export function permutationTest(differences: readonly number[], seed: number): PermutationTest {
  const nonZero = differences.filter((difference) => difference !== 0);
  const seen = Math.abs(sum(nonZero)) - 1e-9;
  const isExact = nonZero.length <= exactUpTo;
  if (isExact) {
    const all = 2 ** nonZero.length;
    let extreme = 0;
    for (let signs = 0; signs < all; signs++) {
      let total = 0;
      for (let i = 0; i < nonZero.length; i++) total += (signs >> i) & 1 ? nonZero[i]! : -nonZero[i]!;
      if (Math.abs(total) >= seen) extreme += 1;
    }
    return { p: extreme / all, clusters: nonZero.length, isExact };
  }
  const rng = new Rng(seed).fork('permutation-test');
  let extreme = 1;
  for (let draw = 0; draw < draws; draw++) {
    let total = 0;
    for (const difference of nonZero) total += rng.chance(0.5) ? difference : -difference;
    if (Math.abs(total) >= seen) extreme += 1;
  }
  return { p: extreme / (draws + 1), clusters: nonZero.length, isExact };
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
