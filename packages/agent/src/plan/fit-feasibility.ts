import { type FeasibilityWeights, feasibilityChance, featuresOf } from './feasibility.ts';
import type { SkillContext } from './skill-context.ts';

/** One logged execution. */
export interface Trial {
  readonly skill: string;
  readonly context: SkillContext;
  readonly success: boolean;
  /** Independent tries that it counts for; 1 without it. */
  readonly weight?: number;
}

/** Pull of every weight but the skills' own towards 0, in trials. */
const ridge = 6;
/** Pull of a skill's log-odds towards that of all, in trials. */
const skillRidge = 2;
const rounds = 1500;
const stepSize = 0.5;

/** Fits a logistic regression by gradient descent; equal trials give equal weights. */
export function fitFeasibility(trials: readonly Trial[]): FeasibilityWeights {
  const names = Object.keys(featuresOf(trials[0]!.context));
  const raw = trials.map(({ context }) => featuresOf(context));
  const scales = names.map((name) => {
    const values = raw.map((row) => row[name]!);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    // What hardly varies says nothing.
    return { name, mean, scale: variance < 1e-6 ? 1 : Math.sqrt(variance) };
  });
  const rows = raw.map((row) => scales.map(({ name, mean, scale }) => (row[name]! - mean) / scale));
  const share = trials.filter((trial) => trial.success).length / trials.length;
  const otherSkill = Math.log(share / (1 - share));
  const skills = Object.fromEntries(trials.map(({ skill }) => [skill, otherSkill]));
  const weights = names.map(() => 0);
  for (let round = 0; round < rounds; round++) {
    const skillGradients: Record<string, number> = {};
    for (const [skill, logOdds] of Object.entries(skills))
      skillGradients[skill] = skillRidge * (otherSkill - logOdds);
    const gradients = weights.map((weight) => -ridge * weight);
    for (const [index, { skill, success, weight = 1 }] of trials.entries()) {
      const row = rows[index]!;
      const logOdds = row.reduce((sum, value, at) => sum + value * weights[at]!, skills[skill]!);
      const error = weight * (Number(success) - 1 / (1 + Math.exp(-logOdds)));
      skillGradients[skill]! += error;
      for (const [at, value] of row.entries()) gradients[at]! += error * value;
    }
    for (const skill of Object.keys(skills)) {
      const count = trials.filter((trial) => trial.skill === skill).length;
      skills[skill]! += (stepSize * skillGradients[skill]!) / (count + skillRidge);
    }
    for (const [at, gradient] of gradients.entries())
      weights[at]! += (stepSize * gradient) / (trials.length + ridge);
  }
  return {
    skills: Object.fromEntries(Object.entries(skills).map(([skill, value]) => [skill, round4(value)])),
    otherSkill: round4(otherSkill),
    features: scales.map(({ name, mean, scale }, at) => ({
      name,
      mean: round4(mean),
      scale: round4(scale),
      weight: round4(weights[at]!),
    })),
  };
}

const round4 = (value: number): number => Math.round(value * 1e4) / 1e4;

/** Mean squared error of the predicted chances; 0 is best. */
export function brierScore(trials: readonly Trial[], chanceOf: (trial: Trial) => number): number {
  return (
    trials.reduce((sum, trial) => sum + (chanceOf(trial) - Number(trial.success)) ** 2, 0) / trials.length
  );
}

/** Chance of a trial by some weights. */
export const chanceBy =
  (weights: FeasibilityWeights) =>
  ({ skill, context }: Trial): number =>
    feasibilityChance(skill, context, weights);
