import { type SelectorName, selectorNames } from '@efferent/agent';
import { type Figure, figure } from '../figure.ts';
import { type Cell, usualRounds } from './cell.ts';
import type { EpisodeJob, EpisodeResult } from './episode-job.ts';
import type { PlanningOptions } from './planning-options.ts';
import { suiteCards } from './run-cells.ts';
import { runJobs } from './run-jobs.ts';
import { livelockFigures } from './surface-figures.ts';
import { addEpisode, type Counts, readTally } from './tally.ts';

export const budgets = [1, 1.25, 1.5, 2] as const;
const usualEpisodes = 90;
/** A way counts as within a budget up to this share more: places on a surface are drawn. */
const tolerance = 0.02;
/** Share of the gap that the network has to close beyond path distance, where that leaves some: at the optimum itself. */
const leastGain = 0.01;
const faultless = { errorRate: 0, stepErrorRate: 0 };

/**
 * Runs tasks of two, three and four parallel sub-goals with every selector, and in every order: the shortest way is the
 * optimum. The way is the cost, since what the skills themselves take is the same in every order.
 */
export async function runSelector(
  options: PlanningOptions,
): Promise<{ readonly tally: Counts; readonly episodes: number; readonly tasks: number }> {
  const tasks = suiteCards('selector');
  const episodes = options.episodes > 0 ? options.episodes : usualEpisodes;
  const cell: Cell = {
    planner: 'hybrid',
    without: [],
    scale: 0,
    persistence: 0,
    rounds: usualRounds,
    level: 'oracle',
  };
  const tally: Counts = {};
  const own = Array.from({ length: episodes }, (_, k) => k).filter(
    (k) => k % options.shard.count === options.shard.index,
  );
  const jobs = own.flatMap((k): (EpisodeJob & { readonly k: number })[] => {
    const { scene, card } = tasks[k % tasks.length]!;
    const job = {
      k,
      scene,
      card: card.id,
      seed: options.seed + Math.floor(k / tasks.length),
      cell,
      errors: faultless,
      isFamiliar: true,
    };
    const said = permutations(card.goal.length).map((order) => ({
      ...job,
      selector: 'fixed' as const,
      order,
    }));
    return [
      ...said,
      ...selectorNames.filter((name) => name !== 'fixed').map((selector) => ({ ...job, selector })),
    ];
  });
  const byEpisode = new Map<number, { readonly job: EpisodeJob; readonly result: EpisodeResult }[]>();
  await runJobs(jobs, (result, index) => {
    const job = jobs[index]!;
    const { k } = job;
    options.onEpisode({ ...result, selector: job.selector, order: job.order });
    const runs = byEpisode.get(k) ?? [];
    byEpisode.set(k, [...runs, { job, result }]);
    if (jobs[index + 1]?.k === k) return;
    addRuns(tally, byEpisode.get(k)!);
    byEpisode.delete(k);
    options.onProgress(`${index + 1}/${jobs.length} episodes`);
  });
  return { tally, episodes, tasks: tasks.length };
}

/** One task in all its orders and with all selectors. The order of the card is what `fixed` takes. */
function addRuns(
  tally: Counts,
  runs: readonly { readonly job: EpisodeJob; readonly result: EpisodeResult }[],
): void {
  const add = (key: string, value: number) => {
    tally[`selector|${key}`] = (tally[`selector|${key}`] ?? 0) + value;
  };
  const cost = ({ success, wayM }: EpisodeResult) => (success ? wayM : Number.POSITIVE_INFINITY);
  const best = Math.min(...runs.map(({ result }) => cost(result)));
  const [first] = runs;
  if (first === undefined || !Number.isFinite(best) || best === 0) return;
  const { group } = first.result;
  for (const { job, result } of runs) {
    const isCardOrder = job.order === undefined || job.order.every((part, index) => part === index);
    if (!isCardOrder) continue;
    addEpisode(tally, result);
    const arm = job.selector ?? 'cost';
    add(`${group} ${arm} n`, 1);
    add(`${group} ${arm} ratio`, Math.min(10, cost(result) / best));
    for (const budget of budgets)
      add(`${group} ${arm} within-${budget}`, Number(cost(result) <= budget * (1 + tolerance) * best));
  }
}

/** Share of the gap between the fixed order and the optimum that each selector closes. */
export function selectorFigures(tally: Readonly<Record<string, number>>): Figure[] {
  const count = (key: string) => tally[`selector|${key}`] ?? 0;
  const groups = [
    ...new Set(Object.keys(tally).flatMap((key) => /^selector\|(\S+) fixed n$/.exec(key)?.[1] ?? [])),
  ].sort();
  const arms = selectorNames.filter((arm) => groups.some((group) => count(`${group} ${arm} n`) > 0));
  const share = (arm: SelectorName, budget: number, within: readonly string[]) => {
    const total = (key: string) => sumOf(within, (group) => count(`${group} ${key}`));
    const rate = (name: string) => total(`${name} within-${budget}`) / total(`${name} n`);
    const fixed = rate('fixed');
    return {
      gap: fixed < 1 ? (rate(arm) - fixed) / (1 - fixed) : Number.NaN,
      rate: rate(arm),
      n: total(`${arm} n`),
    };
  };
  const sets = [...groups.map((group) => [group, [group]] as const), ['all', groups] as const];
  const figures = sets.flatMap(([name, within]) =>
    arms.flatMap((arm) => [
      ...budgets.flatMap((budget) => {
        const { gap, rate, n } = share(arm, budget, within);
        const isJudged = arm === 'learned' && name === 'all';
        const beyond = gap - share('path', budget, within).gap;
        return [
          figure(`${name}/${arm}/within-${budget}`, rate, '1', { n }),
          ...(arm === 'fixed'
            ? []
            : [gapFigure(`${name}/${arm}/gap-closed-${budget}`, gap, n, isJudged ? 0.8 : undefined)]),
          ...(arm === 'learned'
            ? [
                gapFigure(
                  `${name}/learned/gap-beyond-path-${budget}`,
                  beyond,
                  n,
                  isJudged && budget === 1 ? leastGain : undefined,
                ),
              ]
            : []),
        ];
      }),
      figure(
        `${name}/${arm}/way-over-optimum`,
        sumOf(within, (group) => count(`${group} ${arm} ratio`)) /
          sumOf(within, (group) => count(`${group} ${arm} n`)),
        '1',
      ),
    ]),
  );
  return [...figures, ...livelockFigures([...readTally(tally).values()])];
}

/** Has no value, and is not judged, where the fixed order leaves no gap to close. */
const gapFigure = (name: string, gap: number, n: number, least: number | undefined): Figure =>
  figure(name, gap, '1', {
    n,
    ...(least === undefined || Number.isNaN(gap) ? {} : { target: ['>=', least] }),
  });

const sumOf = (groups: readonly string[], value: (group: string) => number): number =>
  groups.reduce((sum, group) => sum + value(group), 0);

/** All orders of the numbers below `count`. */
export function permutations(count: number): readonly (readonly number[])[] {
  if (count === 0) return [[]];
  return permutations(count - 1).flatMap((rest) =>
    Array.from({ length: count }, (_, at) => [...rest.slice(0, at), count - 1, ...rest.slice(at)]),
  );
}
