import type { Ablation, PlannerName } from '@efferent/agent';
import type { PerturbationName } from '@efferent/sim';
import { type Cell, usualRounds } from './cell.ts';
import type { EpisodeJob } from './episode-job.ts';
import { fittedErrors } from './planning-data.ts';
import type { PlanningOptions } from './planning-options.ts';
import { type JobOf, runCells, type SceneCard, suiteCards } from './run-cells.ts';
import type { Counts } from './tally.ts';

export const scales = [0, 0.5, 1, 2] as const;
export const persistences = [0, 0.5, 0.9, 1] as const;
/** Replanning rounds of the sweep, beside the usual 8. */
export const fewerRounds = [0, 1, 3, 5] as const;
const sweptPersistence = 0.5;
const defaultPlanners: readonly PlannerName[] = [
  'hybrid',
  'classical',
  'deps',
  'clea',
  'no-critic',
  'retry',
  'open-loop',
];
/** Planners whose success is followed over the replanning rounds. */
const sweptPlanners: ReadonlySet<PlannerName> = new Set(['hybrid', 'deps']);
/** Planners that ask no model: their persistence is nobody's. */
const modelFree: ReadonlySet<PlannerName> = new Set(['classical']);
/** Episodes of one cell when nobody says: 4 seeds of 48 tasks, 25 seeds of 12, and 50 in full simulation. */
const usualEpisodes = { deps: 192, clea: 300, full: 50 } as const;
/** Disturbances that the full simulation knows. */
const physical: ReadonlySet<PerturbationName> = new Set(['move-object', 'block-target']);

/** Runs `deps` or `clea`: the surface of error, persistence and planner, and the sweep over the rounds. */
export async function runSurface(
  options: PlanningOptions & { readonly suite: 'deps' | 'clea' },
): Promise<{ readonly tally: Counts; readonly episodes: number; readonly tasks: number }> {
  const tasks = suiteCards(options.suite);
  const isFull = options.level === 'full';
  const episodes =
    options.episodes > 0 ? options.episodes : isFull ? usualEpisodes.full : usualEpisodes[options.suite];
  const cells = isFull ? levelCells(options) : surfaceCells(options);
  const tally = await runCells(cells, tasks, episodes, options, episodeJob(options, isFull));
  return { tally, episodes, tasks: tasks.length };
}

/** The same episodes with measured rates and in full simulation, without errors of a model. */
function levelCells({ planners = ['hybrid'], without }: PlanningOptions): readonly Cell[] {
  const cell = { scale: 0, persistence: 0, rounds: usualRounds };
  return planners.flatMap((planner) =>
    (['measured', 'full'] as const).map((level) => ({
      ...cell,
      planner,
      without: off(planner, without),
      level,
    })),
  );
}

function surfaceCells({
  planners = defaultPlanners,
  without,
  level,
  suite,
}: PlanningOptions): readonly Cell[] {
  const arms = planners.flatMap((planner) => {
    const gone = off(planner, without);
    return gone.length === 0
      ? [{ planner, without: gone }]
      : [
          { planner, without: [] },
          { planner, without: gone },
        ];
  });
  const surface = arms.flatMap((arm) =>
    scales.flatMap((scale) =>
      (scale === 0 || modelFree.has(arm.planner) ? [0] : persistences).map(
        (persistence): Cell => ({ ...arm, scale, persistence, rounds: usualRounds, level }),
      ),
    ),
  );
  const swept = suite === 'deps' ? arms.filter(({ planner }) => sweptPlanners.has(planner)) : [];
  const sweep = swept.flatMap((arm) =>
    fewerRounds.map((rounds): Cell => ({ ...arm, scale: 1, persistence: sweptPersistence, rounds, level })),
  );
  const oracle = arms
    .filter(() => level === 'measured')
    .map((arm): Cell => ({ ...arm, scale: 0, persistence: 0, rounds: usualRounds, level: 'oracle' }));
  return [...surface, ...sweep, ...oracle];
}

/** Only `hybrid` has parts to switch off. */
const off = (planner: PlannerName, without: readonly Ablation[]): readonly Ablation[] =>
  planner === 'hybrid' ? without : [];

/** Every second seed of a task of `clea` is disturbed, by the next of what its card allows. */
export function episodeJob({ suite, seed }: Pick<PlanningOptions, 'suite' | 'seed'>, isFull = false): JobOf {
  const errors = fittedErrors(suite === 'clea' ? 'clea' : 'deps');
  return ({ scene, card, position }: SceneCard, repeat: number, cell: Cell): EpisodeJob => ({
    scene,
    card: card.id,
    seed: seed + repeat,
    cell,
    errors,
    disturbance: card.suite === 'clea' ? disturbanceOf(card, repeat + position, isFull) : undefined,
  });
}

/** The disturbance of the n-th episode of a card; none for every other. */
export function disturbanceOf(
  { perturbations }: SceneCard['card'],
  n: number,
  isFull: boolean,
): PerturbationName | undefined {
  const names = (Object.keys(perturbations) as PerturbationName[]).filter(
    (name) => !isFull || physical.has(name),
  );
  return n % 2 === 0 || names.length === 0 ? undefined : names[((n - 1) / 2) % names.length];
}
