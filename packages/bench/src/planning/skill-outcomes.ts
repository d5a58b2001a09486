import type { Rng } from '@efferent/core';

/** How one try of a skill goes before the world is asked. */
export type DrawnOutcome =
  | { readonly kind: 'works' }
  /** It ends with a failure code and changes nothing. */
  | { readonly kind: 'fails'; readonly code: string }
  /** It reports success and changed nothing. */
  | { readonly kind: 'lies' }
  /** What is carried falls down where the robot is. */
  | { readonly kind: 'drops'; readonly code: string };

/** Chances of one skill, as counted in the full simulation. */
export interface SkillRates {
  readonly tries: number;
  /** Failures by code. */
  readonly failures: Readonly<Record<string, number>>;
  /** Reported successes that fresh pictures refuted. */
  readonly lies: number;
  readonly meanS: number;
}

export type RateTable = Readonly<Record<string, SkillRates>>;

/** Codes after which what was held is no longer in the hand. */
const dropCodes = new Set(['dropped', 'slipped']);

/**
 * Draws how a try goes.
 *
 * @param rates - undefined for skills that always work
 * @param factor - multiplies every chance of failure
 */
export function drawOutcome(rates: SkillRates | undefined, factor: number, rng: Rng): DrawnOutcome {
  const draw = rng.uniform();
  if (rates === undefined || rates.tries === 0) return { kind: 'works' };
  let chance = 0;
  for (const [code, count] of Object.entries(rates.failures)) {
    chance += (factor * count) / rates.tries;
    if (draw < chance) return { kind: dropCodes.has(code) ? 'drops' : 'fails', code };
  }
  chance += (factor * rates.lies) / rates.tries;
  return draw < chance ? { kind: 'lies' } : { kind: 'works' };
}
