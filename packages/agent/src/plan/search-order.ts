/** A place that can be searched as a whole. */
export interface SearchSite {
  /** Chance that the thing is there, [0, 1]. */
  readonly chance: number;
  /** What finding out costs when the robot stands there, s. */
  readonly costS: number;
}

/** Places that are ordered exactly; the rest is too unlikely to change what comes first. */
const mostOrdered = 7;

/**
 * Chooses which place to search first so that the expected time until the thing is found is least.
 *
 * Exact over the best few places by chance per second, ways between them included (dynamic programming over sets).
 *
 * @param wayS - time to drive between two places, by index; from the robot when `from` is undefined
 * @returns index of the first place; undefined without places of any chance
 */
export function firstToSearch(
  sites: readonly SearchSite[],
  wayS: (from: number | undefined, to: number) => number,
): number | undefined {
  const worth = (index: number) =>
    sites[index]!.chance / (sites[index]!.costS + wayS(undefined, index) + 1e-9);
  const candidates = [...sites.keys()]
    .filter((index) => sites[index]!.chance > 0)
    .sort((a, b) => worth(b) - worth(a))
    .slice(0, mostOrdered);
  if (candidates.length < 2) return candidates[0];
  const count = candidates.length;
  const cost = candidates.map((to) => sites[to]!.costS);
  const way = candidates.map((from) => candidates.map((to) => wayS(from, to)));
  const total = candidates.reduce((sum, index) => sum + sites[index]!.chance, 0);
  /** Chance that the thing is at none of the places in a set. */
  const left = Float64Array.from({ length: 1 << count }, (_, set) =>
    candidates.reduce((rest, index, bit) => ((set >> bit) & 1 ? rest - sites[index]!.chance : rest), total),
  );
  /** Expected time still to come after the places in a set, standing at the last of them: `[set, last]`. */
  const toCome = new Float64Array((1 << count) * count);
  for (let set = (1 << count) - 2; set > 0; set--) {
    for (let last = 0; last < count; last++) {
      if (((set >> last) & 1) === 0) continue;
      let best = Number.POSITIVE_INFINITY;
      for (let next = 0; next < count; next++) {
        if ((set >> next) & 1) continue;
        const after = toCome[(set | (1 << next)) * count + next]!;
        best = Math.min(best, left[set]! * (way[last]![next]! + cost[next]!) + after);
      }
      toCome[set * count + last] = best;
    }
  }
  let first = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let bit = 0; bit < count; bit++) {
    const expected =
      total * (wayS(undefined, candidates[bit]!) + cost[bit]!) + toCome[(1 << bit) * count + bit]!;
    if (expected < least - 1e-9) {
      least = expected;
      first = bit;
    }
  }
  return candidates[first];
}
