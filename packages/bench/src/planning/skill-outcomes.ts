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

/** How one skill went, as counted in the full simulation. */
export interface SkillCounts {
  readonly tries: number;
  /** Failures by code. */
  readonly failures: Readonly<Record<string, number>>;
  /** Reported successes that fresh pictures refuted. */
  readonly lies: number;
}

/** Chances of one skill. */
export interface SkillRates extends SkillCounts {
  /** What it takes beside the way there, s. */
  readonly ownS: number;
  /** The same by class of the thing that it acts on. */
  readonly contexts?: Readonly<Record<string, SkillCounts>>;
}

export type RateTable = Readonly<Record<string, SkillRates>>;

/** Codes after which what was held is no longer in the hand. */
const dropCodes = new Set(['dropped', 'slipped']);
/** So many tries of a thing's own class count for themselves. */
const enoughTries = 20;

/** Chances of a skill with a thing of this class; those of the skill while too little was counted. */
export function countsFor(rates: SkillRates | undefined, context: string): SkillCounts | undefined {
  const own = rates?.contexts?.[context];
  return own !== undefined && own.tries >= enoughTries ? own : rates;
}

/**
 * Draws how a try goes.
 *
 * @param counts - undefined for skills that always work
 * @param factor - multiplies every chance of failure
 */
export function drawOutcome(counts: SkillCounts | undefined, factor: number, rng: Rng): DrawnOutcome {
  const draw = rng.uniform();
  if (counts === undefined || counts.tries === 0) return { kind: 'works' };
  let chance = 0;
  for (const [code, count] of Object.entries(counts.failures)) {
    chance += (factor * count) / counts.tries;
    if (draw < chance) return { kind: dropCodes.has(code) ? 'drops' : 'fails', code };
  }
  chance += (factor * counts.lies) / counts.tries;
  return draw < chance ? { kind: 'lies' } : { kind: 'works' };
}
