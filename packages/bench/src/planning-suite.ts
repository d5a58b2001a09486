import { type Figure, makeReport, type Report } from './figure.ts';
import { criticFigures, runCritic } from './planning/critic-suite.ts';
import { fitErrors, fitFigures } from './planning/fit-suite.ts';
import { type PlanningArguments, planningOptions } from './planning/planning-options.ts';
import { measurePlanningOverhead } from './planning/planning-overhead.ts';
import { countRates, rateFigures } from './planning/rates-suite.ts';
import { runSelector, selectorFigures } from './planning/selector-suite.ts';
import { surfaceFigures } from './planning/surface-figures.ts';
import { runSurface } from './planning/surface-suite.ts';

/** What every figure of the benchmark with a model in it is a figure of. */
const modelNote =
  'errors of the model come from reasoner-noisy, an emulator: no figure says anything about a real language model';

/**
 * Runs one suite of the planning benchmark.
 *
 * @throws {@link ConfigurationError} for an option that is wrong
 */
export async function benchPlanning(given: PlanningArguments): Promise<Report> {
  const options = planningOptions(given);
  const { suite, seed, shard, level, planners = 'default', without } = options;
  const report = (figures: readonly Figure[], details: Readonly<Record<string, unknown>>) =>
    makeReport('planning', seed, figures, { suite, ...details });
  const shared = { level, planners, without, shard, model: modelNote };
  switch (suite) {
    case 'deps':
    case 'clea': {
      const { tally, ...size } = await runSurface({ ...options, suite });
      return report(surfaceFigures(tally), { ...shared, ...size, tally });
    }
    case 'critic': {
      const { tally, ...size } = await runCritic(options);
      return report(criticFigures(tally), { ...shared, ...size, tally });
    }
    case 'selector': {
      const { tally, ...size } = await runSelector(options);
      return report(selectorFigures(tally), { ...shared, ...size, tally });
    }
    case 'overhead':
      return report(await measurePlanningOverhead(), {});
    case 'rates': {
      const rates = countRates(options.records ?? '');
      return report(rateFigures(rates), { rates });
    }
    case 'fit': {
      const fit = await fitErrors(options);
      return report(fitFigures(fit), { ...fit, model: modelNote });
    }
  }
}

/** Figures of the added tallies of the shards of one run. */
export function planningFigures(tally: Readonly<Record<string, number>>): Figure[] {
  const keys = Object.keys(tally);
  if (keys.some((key) => key.startsWith('critic|'))) return criticFigures(tally);
  if (keys.some((key) => key.startsWith('selector|'))) return selectorFigures(tally);
  return surfaceFigures(tally);
}
