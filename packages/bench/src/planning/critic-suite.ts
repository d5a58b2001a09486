import { type Figure, figure, rateFigure } from '../figure.ts';
import { type Cell, usualRounds } from './cell.ts';
import { type CriticSample, trialsPerVerdict } from './critic-trials.ts';
import type { PlanningOptions } from './planning-options.ts';
import { runCells, suiteCards } from './run-cells.ts';
import { livelockFigures } from './surface-figures.ts';
import { episodeJob, persistences } from './surface-suite.ts';
import { type Counts, readTally } from './tally.ts';

/** Equal bins of the predicted chance in the calibration curve. */
export const calibrationBins = 10;
const usualEpisodes = 240;
/** In full simulation every decision costs half of an episode five times over: one episode of each task. */
const usualFullEpisodes = 12;
const fullPersistence = 0.5;
/** A step is infeasible when most of its trials fail. */
const isInfeasible = ({ successes }: CriticSample): boolean => successes < trialsPerVerdict / 2;

/** Runs `hybrid` over the cards of `deps` and `clea` and tries every judgement of its critic out. */
export async function runCritic(
  options: PlanningOptions,
): Promise<{ readonly tally: Counts; readonly episodes: number; readonly tasks: number }> {
  const isFull = options.level === 'full';
  const tasks = isFull ? suiteCards('clea') : [...suiteCards('clea'), ...suiteCards('deps')];
  const usual = isFull ? usualFullEpisodes : usualEpisodes;
  const episodes = options.episodes > 0 ? options.episodes : usual;
  const cells = (isFull ? [fullPersistence] : persistences).map(
    (persistence): Cell => ({
      planner: 'hybrid',
      without: options.without,
      scale: 1,
      persistence,
      rounds: usualRounds,
      level: options.level,
    }),
  );
  const jobs = {
    deps: episodeJob({ suite: 'deps', seed: options.seed }, isFull),
    clea: episodeJob({ suite: 'clea', seed: options.seed }, isFull),
  };
  const samples: CriticSample[] = [];
  const tally = await runCells(
    cells,
    tasks,
    episodes,
    options,
    (task, repeat, cell) => ({
      ...jobs[task.card.suite === 'clea' ? 'clea' : 'deps'](task, repeat, cell),
      triesCritic: true,
    }),
    (result) => void samples.push(...result.critic),
  );
  return { tally: { ...tally, ...judgementCounts(samples) }, episodes, tasks: tasks.length };
}

/** Counts judgements. */
export function judgementCounts(samples: readonly CriticSample[]): Counts {
  const counts: Counts = {};
  for (const sample of samples) addSample(counts, sample);
  return counts;
}

function addSample(counts: Counts, sample: CriticSample): void {
  const add = (key: string, value: number) => {
    counts[`critic|${key}`] = (counts[`critic|${key}`] ?? 0) + weight * value;
  };
  const { verdict, layer, breaks, isHidden, feasibility, successes, weight = 1 } = sample;
  const kind = `${verdict} ${isInfeasible(sample) ? 'infeasible' : 'feasible'}`;
  add(kind, 1);
  if (verdict === 'veto') add(`${layer} ${kind}`, 1);
  if (isHidden === true) add('hidden', 1);
  if (breaks === 'vocabulary') add(`vocabulary ${kind}`, 1);
  // Of what is refused with its plan nobody estimated a chance.
  if (layer === 'plan-gate') return;
  const failures = trialsPerVerdict - successes;
  add('trials', trialsPerVerdict);
  add('trial successes', successes);
  add('squared error', successes * (1 - feasibility) ** 2 + failures * feasibility ** 2);
  const bin = Math.min(calibrationBins - 1, Math.floor(feasibility * calibrationBins));
  add(`bin ${bin} trials`, trialsPerVerdict);
  add(`bin ${bin} successes`, successes);
  add(`bin ${bin} predicted`, trialsPerVerdict * feasibility);
}

/** Figures of the suite `critic`. */
export function criticFigures(tally: Readonly<Record<string, number>>): Figure[] {
  const count = (key: string) => tally[`critic|${key}`] ?? 0;
  const trials = count('trials');
  const base = count('trial successes') / trials;
  const brier = count('squared error') / trials;
  return [
    ...verdictFigures(count),
    figure('brier-score', brier, '1', { n: trials }),
    figure('brier-score-of-base-rate', base * (1 - base), '1', { n: trials }),
    figure('brier-gain-over-base-rate', base * (1 - base) - brier, '1', {
      n: trials,
      target: ['>=', Number.EPSILON],
    }),
    ...Array.from({ length: calibrationBins }, (_, bin) => bin)
      .filter((bin) => count(`bin ${bin} trials`) > 0)
      .flatMap((bin) => [
        figure(
          `calibration-${bin}/predicted`,
          count(`bin ${bin} predicted`) / count(`bin ${bin} trials`),
          '1',
        ),
        rateFigure(`calibration-${bin}/observed`, count(`bin ${bin} successes`), count(`bin ${bin} trials`)),
      ]),
    ...livelockFigures([...readTally(tally).values()]),
  ];
}

/** Precision and recall: of all layers together, without names that there are not, and layer by layer. */
function verdictFigures(count: (key: string) => number): Figure[] {
  const right = count('veto infeasible');
  const vetoes = right + count('veto feasible');
  const infeasible = right + count('accept infeasible');
  const named = count('vocabulary veto infeasible');
  const layers = (['plan-gate', 'gate', 'critic'] as const).flatMap((layer) => {
    const good = count(`${layer} veto infeasible`);
    const all = good + count(`${layer} veto feasible`);
    return [
      ...share(`${layer}/precision`, good, all),
      ...share(`${layer}/share-of-recall`, good, infeasible),
    ];
  });
  const due = count('gate veto infeasible') + count('critic veto infeasible');
  return [
    rateFigure('precision', right, vetoes, ['>=', 0.9]),
    rateFigure('recall', right, infeasible, ['>=', 0.85]),
    ...share('precision-without-vocabulary', right - named, vetoes - named),
    ...share('recall-without-vocabulary', right - named, infeasible - named),
    ...share('recall-of-due-steps', due, due + count('accept infeasible')),
    ...share('recall-without-hidden', right, infeasible - count('hidden')),
    ...layers,
  ];
}

const share = (name: string, good: number, of: number): readonly Figure[] =>
  of === 0 ? [] : [rateFigure(name, good, of)];
