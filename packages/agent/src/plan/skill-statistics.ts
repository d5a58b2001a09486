/** What is expected of a skill before it was ever seen to run here. */
interface Prior {
  readonly successes: number;
  readonly failures: number;
  readonly durationS: number;
}

/** Weak assumptions, worth ten trials each; what happens soon outweighs them. */
const priors: Readonly<Record<string, Prior>> = {
  find: { successes: 9, failures: 1, durationS: 12 },
  look: { successes: 9.8, failures: 0.2, durationS: 8 },
  navigate: { successes: 9.5, failures: 0.5, durationS: 12 },
  pick: { successes: 9, failures: 1, durationS: 25 },
  'place-on': { successes: 9.3, failures: 0.7, durationS: 20 },
  'place-in': { successes: 9.3, failures: 0.7, durationS: 20 },
  open: { successes: 8.5, failures: 1.5, durationS: 25 },
  close: { successes: 9, failures: 1, durationS: 20 },
};
const otherPrior: Prior = { successes: 8, failures: 2, durationS: 20 };
/** How many trials the skill's own rate weighs as the prior of a context. */
const contextPriorTrials = 6;
const durationGain = 0.2;

interface Record_ {
  successes: number;
  failures: number;
  durationS: number;
}

/**
 * Learns how often and how fast skills succeed, by context (the class of the thing).
 *
 * The rate of a context is a Beta posterior whose prior is the skill's own rate, which in turn has a weak fixed prior.
 */
export class SkillStatistics {
  readonly #skills = new Map<string, Record_>();
  readonly #contexts = new Map<string, Record_>();

  /** Probability in (0, 1) that the skill succeeds in this context. */
  successProbability(skill: string, context: string): number {
    const prior = priors[skill] ?? otherPrior;
    const record = this.#skills.get(skill);
    const successes = prior.successes + (record?.successes ?? 0);
    const rate = successes / (successes + prior.failures + (record?.failures ?? 0));
    const here = this.#contexts.get(`${skill}/${context}`);
    const good = contextPriorTrials * rate + (here?.successes ?? 0);
    return good / (contextPriorTrials + (here?.successes ?? 0) + (here?.failures ?? 0));
  }

  /** Expected duration of one try, s. */
  durationS(skill: string): number {
    return this.#skills.get(skill)?.durationS ?? (priors[skill] ?? otherPrior).durationS;
  }

  /** Takes in one try. */
  record(skill: string, context: string, success: boolean, durationS: number): void {
    for (const [map, key] of [
      [this.#skills, skill],
      [this.#contexts, `${skill}/${context}`],
    ] as const) {
      const record = map.get(key) ?? { successes: 0, failures: 0, durationS: this.durationS(skill) };
      if (success) record.successes += 1;
      else record.failures += 1;
      record.durationS += durationGain * (durationS - record.durationS);
      map.set(key, record);
    }
  }
}
