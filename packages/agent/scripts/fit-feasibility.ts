// Fits the chance that a skill succeeds to logged executions, and writes src/plan/feasibility-weights.ts. As shipped:
//   npx efferent bench tasks --seed 20000 --episodes 200 --planner hybrid --episodes-file log.jsonl
//   node packages/agent/scripts/fit-feasibility.ts log.jsonl
// Undisturbed episodes: what somebody does to the world while a skill runs is no part of its chance as it was judged.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brierScore, chanceBy, fitFeasibility, type Trial } from '../src/plan/fit-feasibility.ts';
import type { SkillContext } from '../src/plan/skill-context.ts';

interface LoggedRun {
  readonly skill: string;
  readonly context: SkillContext;
  readonly code: string;
  readonly verdict: string;
}

const folds = 5;

const episodes = process.argv
  .slice(2)
  .flatMap((file) =>
    readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line, index) => runsOf(line, `${file}:${index + 1}`)),
  )
  .map((runs) => runs.map((run) => trialOf(run, runs)));
if (episodes.length < folds)
  throw new Error('give the files that "efferent bench tasks --episodes-file" wrote');

/** Tries of one thing again and again are no independent tests: from the second failure on they count as one together. */
function trialOf(run: LoggedRun, runs: readonly LoggedRun[]): Trial {
  const { skill, context, code, verdict } = run;
  const isAlike = (other: LoggedRun) =>
    other.skill === skill && other.context.className === context.className && other.context.tries > 1;
  const weight = context.tries > 1 ? 1 / runs.filter(isAlike).length : 1;
  return { skill, context, success: code === '' && verdict !== 'refuted', weight };
}

/** @param where - file and line */
function runsOf(line: string, where: string): readonly LoggedRun[] {
  const { skillRuns } = JSON.parse(line) as { readonly skillRuns?: readonly LoggedRun[] };
  if (skillRuns?.every(({ context }) => Number.isFinite(context?.distanceM)) !== true)
    throw new Error(`${where}: its skill runs do not say in what context; log the episodes anew`);
  return skillRuns;
}

const trials = episodes.flat();
const rate = (of: readonly Trial[]) => of.filter((trial) => trial.success).length / of.length;

// Held out by whole episodes: tries of one episode are no independent test of each other.
const heldOut = Array.from({ length: folds }, (_, fold) => {
  const known = episodes.filter((_episode, index) => index % folds !== fold).flat();
  const chance = chanceBy(fitFeasibility(known));
  const base = rate(known);
  return episodes
    .filter((_episode, index) => index % folds === fold)
    .flat()
    .map((trial) => ({ trial, chance: chance(trial), base }));
}).flat();
const score = (of: (each: (typeof heldOut)[number]) => number) =>
  heldOut.reduce((sum, each) => sum + (of(each) - Number(each.trial.success)) ** 2, 0) / heldOut.length;

const weights = fitFeasibility(trials);
const target = join(import.meta.dirname, '../src/plan/feasibility-weights.ts');
writeFileSync(
  target,
  `import type { FeasibilityWeights } from './feasibility.ts';

/** Fitted to ${trials.length} executions of ${episodes.length} episodes by scripts/fit-feasibility.ts, which says how to do it again. */
export const feasibilityWeights: FeasibilityWeights = ${JSON.stringify(weights, null, 2)};
`,
);
process.stdout.write(
  `${JSON.stringify({
    episodes: episodes.length,
    trials: trials.length,
    successRate: rate(trials),
    brierFitted: brierScore(trials, chanceBy(weights)),
    brierHeldOut: score((each) => each.chance),
    brierBaseRateHeldOut: score((each) => each.base),
    reliability: reliability(),
  })}\n`,
);

/** Held-out chances in fifths, with the share that succeeded. */
function reliability() {
  return [0, 0.5, 0.7, 0.8, 0.9, 0.97].map((from, index, bounds) => {
    const to = bounds[index + 1] ?? 1.01;
    const inside = heldOut.filter(({ chance }) => chance >= from && chance < to);
    const mean = inside.reduce((sum, { chance }) => sum + chance, 0) / inside.length;
    return { from, n: inside.length, predicted: mean, succeeded: rate(inside.map(({ trial }) => trial)) };
  });
}
