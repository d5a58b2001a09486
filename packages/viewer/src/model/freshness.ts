/** Returns how strongly to draw something last seen `ageS` ago: 1 while fresh, falling to 0 at `lifetimeS`. */
export function freshness(ageS: number, freshS: number, lifetimeS: number): number {
  if (ageS <= freshS) return 1;
  return Math.max(0, 1 - (ageS - freshS) / (lifetimeS - freshS));
}
