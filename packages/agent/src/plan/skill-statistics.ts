import { ContractDoubt } from './contract-doubt.ts';
import { type FeasibilityWeights, feasibilityChance } from './feasibility.ts';
import { feasibilityWeights } from './feasibility-weights.ts';
import type { SkillContext } from './skill-context.ts';

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
  press: { successes: 9, failures: 1, durationS: 30 },
  wipe: { successes: 8.5, failures: 1.5, durationS: 60 },
  offer: { successes: 8.5, failures: 1.5, durationS: 40 },
};
const otherPrior: Prior = { successes: 8, failures: 2, durationS: 20 };
/**
 * How many trials the fitted chance weighs against what is seen of the skill, and that against what is seen of a class:
 * about as many as it was fitted to.
 */
const skillPriorTrials = 100;
const contextPriorTrials = 15;
const durationGain = 0.2;

interface Record_ {
  successes: number;
  failures: number;
  durationS: number;
}

/**
 * Knows how often and how fast skills succeed, and learns while the agent runs.
 *
 * The chance of a try is what was fitted to logged executions for its context, corrected by Beta posteriors of what is seen
 * here: of the skill, and of the skill with things of this class.
 */
export class SkillStatistics {
  /** Where contracts do not hold. */
  readonly doubt = new ContractDoubt();
  readonly #weights: FeasibilityWeights;
  readonly #skills = new Map<string, Record_>();
  readonly #contexts = new Map<string, Record_>();

  constructor(weights: FeasibilityWeights = feasibilityWeights) {
    this.#weights = weights;
  }

  /** Probability in (0, 1) that the skill succeeds in this context, before anything was seen to happen here. */
  fittedProbability(skill: string, context: SkillContext): number {
    return Object.hasOwn(this.#weights.skills, skill)
      ? feasibilityChance(skill, context, this.#weights)
      : rateOf(priors[skill] ?? otherPrior);
  }

  /** Probability in (0, 1) that the skill succeeds in this context. */
  successProbability(skill: string, context: SkillContext): number {
    const rate = posterior(this.fittedProbability(skill, context), skillPriorTrials, this.#skills.get(skill));
    return posterior(rate, contextPriorTrials, this.#contexts.get(`${skill}/${context.className}`));
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

const rateOf = ({ successes, failures }: Pick<Record_, 'successes' | 'failures'>): number =>
  successes / (successes + failures);

/** Mean of a Beta posterior. @param trials - that the prior rate is worth */
const posterior = (rate: number, trials: number, seen: Record_ | undefined): number =>
  (trials * rate + (seen?.successes ?? 0)) / (trials + (seen?.successes ?? 0) + (seen?.failures ?? 0));
