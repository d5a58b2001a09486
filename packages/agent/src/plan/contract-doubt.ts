/** Share of things of which a skill's contract is wrong: a jammed door, a lid that nobody sees. */
const wrongShare = 0.02;

/** Failures of one thing come in rows where the contract is right, too: no chance counts for more than this. */
const most = 0.8;
/** A part that withstood the force says more. */
const mostFelt = 0.95;

/**
 * Learns where a skill does not do what its contract says although all that it needs holds.
 *
 * Every failure with confirmed preconditions makes it likelier that the contract is wrong about this thing, by Bayes' rule
 * against the chance that a try fails anyway; one success settles it.
 */
export class ContractDoubt {
  /** Chance that all the tries so far fail although the contract is right, by skill and thing. */
  readonly #unlucky = new Map<string, number>();

  /**
   * @param chance - of success, as it was judged before the try
   * @param code - how it failed
   */
  noteFailure(skill: string, thing: string, chance: number, code: string): void {
    const key = keyOf(skill, thing);
    this.#unlucky.set(
      key,
      (this.#unlucky.get(key) ?? 1) *
        (1 - Math.min(code === 'force-limit' ? mostFelt : most, Math.max(0.05, chance))),
    );
  }

  noteSuccess(skill: string, thing: string): void {
    this.#unlucky.delete(keyOf(skill, thing));
  }

  /** Lets a new task try again what failed in the ones before: half of what they say is kept. */
  startTask(): void {
    for (const [key, unlucky] of this.#unlucky) this.#unlucky.set(key, Math.sqrt(unlucky));
  }

  /** Probability that the contract does not hold for this thing, [0, 1]; 0 as long as nothing failed. */
  probability(skill: string, thing: string): number {
    const unlucky = this.#unlucky.get(keyOf(skill, thing));
    if (unlucky === undefined) return 0;
    return wrongShare / (wrongShare + (1 - wrongShare) * unlucky);
  }
}

const keyOf = (skill: string, thing: string): string => `${skill} ${thing}`;
