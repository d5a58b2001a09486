import type { SkillContext } from './skill-context.ts';

/** Weights of {@link feasibilityChance}; `scripts/fit-feasibility.ts` fits them to logged executions. */
export interface FeasibilityWeights {
  /** Log-odds of each skill with everything else at its mean. */
  readonly skills: Readonly<Record<string, number>>;
  /** Log-odds of a skill that was never logged. */
  readonly otherSkill: number;
  readonly features: readonly {
    readonly name: string;
    readonly mean: number;
    readonly scale: number;
    readonly weight: number;
  }[];
}

/** Features that log-odds are linear in, by name. */
export function featuresOf(context: SkillContext): Readonly<Record<string, number>> {
  const { supportKind } = context;
  return {
    'far (log m)': Math.log1p(context.distanceM),
    'not sure of its place': 1 - context.confidence,
    'seen long ago (log s)': Math.log1p(context.ageS),
    crowd: Math.min(context.crowd, 4),
    'failures before': Math.min(context.tries, 2),
    'on a shelf': Number(supportKind === 'shelf'),
    'on a counter': Number(supportKind === 'counter'),
  };
}

/** Probability in (0, 1) that a skill succeeds in a context, by logistic regression on logged executions. */
export function feasibilityChance(skill: string, context: SkillContext, weights: FeasibilityWeights): number {
  const values = featuresOf(context);
  let logOdds = weights.skills[skill] ?? weights.otherSkill;
  for (const { name, mean, scale, weight } of weights.features)
    logOdds += weight * (((values[name] ?? mean) - mean) / scale);
  return 1 / (1 + Math.exp(-logOdds));
}
