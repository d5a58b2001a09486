import { type Figure, figure } from '../figure.ts';
import type { Cell } from './cell.ts';
import type { ErrorRates } from './planning-data.ts';
import type { PlanningOptions } from './planning-options.ts';
import { type SceneCard, suiteCards } from './run-cells.ts';
import { runJobs } from './run-jobs.ts';
import { disturbanceOf } from './surface-suite.ts';

/** Success without any replanning, in %, by group of tasks: DEPS, its table of replanning rounds (arXiv 2302.01560). */
export const publishedZeroRounds = [28.6, 37.1, 15.1, 15.9, 3.2, 0.5, 0.6, 0] as const;
/** Success of the open-loop agent, in %, by kind of task: CLEA, 3 tasks of each kind run once (arXiv 2503.00729). */
export const publishedOpenLoop = [33.3, 33.3, 0, 0] as const;

/** Groups of the suites, in the order of the published rows. */
export const groups = {
  deps: [
    'one-skill',
    'pick-and-place',
    'through-a-door',
    'two-things',
    'put-away',
    'sort',
    'tidy',
    'whole-kitchen',
  ],
  clea: ['search', 'manipulation', 'integrated-1', 'integrated-2'],
} as const;

const seedsPerTask = { deps: 3, clea: 4 } as const;
/** A baseline without rounds asks once: with errors that persist, the rates are the chances that its plan is wrong. */
const persistence = 1;
/** Where the search begins. */
const grid = { errorRate: [0.25, 0.5, 0.75], stepErrorRate: [0.04, 0.12, 0.2] } as const;
/** From the best so far it goes on by these steps, wherever that leads, until no neighbour is better. */
const step = { errorRate: 0.1, stepErrorRate: 0.04 } as const;
const mostMoves = 12;

export interface FitResult {
  readonly fitted: Readonly<Record<'deps' | 'clea', ErrorRates>>;
  /** Success by group of the baselines at the fitted rates. */
  readonly reproduced: Readonly<Record<'deps' | 'clea', readonly number[]>>;
  readonly squaredErrors: Readonly<Record<'deps' | 'clea', number>>;
}

/**
 * Fits the emulator's two error rates by least squares, from the best of a grid downhill, so that the baselines come out as published: `deps`
 * without replanning, and `open-loop`. No other planner is run.
 */
export async function fitErrors(options: PlanningOptions): Promise<FitResult> {
  const deps = await fitSuite('deps', options);
  const clea = await fitSuite('clea', options);
  return {
    fitted: { deps: deps.rates, clea: clea.rates },
    reproduced: { deps: deps.success, clea: clea.success },
    squaredErrors: { deps: deps.error, clea: clea.error },
  };
}

interface Candidate {
  readonly rates: ErrorRates;
  readonly success: readonly number[];
  readonly error: number;
}

async function fitSuite(suite: 'deps' | 'clea', options: PlanningOptions): Promise<Candidate> {
  const tasks = suiteCards(suite);
  const coarse = grid.errorRate.flatMap((errorRate) =>
    grid.stepErrorRate.map((stepErrorRate) => ({ errorRate, stepErrorRate })),
  );
  const tried = new Set(coarse.map((rates) => JSON.stringify(rates)));
  let best = await bestOf(coarse, suite, tasks, options);
  for (let move = 0; move < mostMoves; move++) {
    const around = neighboursOf(best.rates).filter((rates) => !tried.has(JSON.stringify(rates)));
    for (const rates of around) tried.add(JSON.stringify(rates));
    if (around.length === 0) break;
    const next = await bestOf(around, suite, tasks, options);
    if (next.error >= best.error) break;
    best = next;
  }
  return best;
}

const neighboursOf = ({ errorRate, stepErrorRate }: ErrorRates): readonly ErrorRates[] =>
  [-1, 1].flatMap((way) => [
    { errorRate: clampShare(errorRate + way * step.errorRate), stepErrorRate },
    { errorRate, stepErrorRate: clampShare(stepErrorRate + way * step.stepErrorRate) },
  ]);

async function bestOf(
  candidates: readonly ErrorRates[],
  suite: 'deps' | 'clea',
  tasks: readonly SceneCard[],
  options: PlanningOptions,
): Promise<Candidate> {
  const cell: Cell = {
    planner: suite === 'deps' ? 'deps' : 'open-loop',
    without: [],
    scale: 1,
    persistence,
    rounds: suite === 'deps' ? 0 : 8,
    level: 'measured',
  };
  const jobs = candidates.flatMap((errors, index) =>
    tasks.flatMap(({ scene, card, position }) =>
      Array.from({ length: seedsPerTask[suite] }, (_, repeat) => ({
        index,
        scene,
        card: card.id,
        seed: options.seed + repeat,
        cell,
        errors,
        disturbance: suite === 'clea' ? disturbanceOf(card, repeat + position, false) : undefined,
      })),
    ),
  );
  const counts = candidates.map(() => new Map<string, { n: number; successes: number }>());
  await runJobs(jobs, (result, at) => {
    const byGroup = counts[jobs[at]!.index]!;
    const count = byGroup.get(result.group) ?? { n: 0, successes: 0 };
    count.n += 1;
    count.successes += Number(result.success);
    byGroup.set(result.group, count);
    if ((at + 1) % 200 === 0) options.onProgress(`${suite}: ${at + 1}/${jobs.length} episodes`);
  });
  const wanted = suite === 'deps' ? publishedZeroRounds : publishedOpenLoop;
  const judged = candidates.map((rates, index): Candidate => {
    const success = groups[suite].map((group) => {
      const { n, successes } = counts[index]!.get(group) ?? { n: 1, successes: 0 };
      return successes / n;
    });
    const error = success.reduce((total, value, at) => total + (value - wanted[at]! / 100) ** 2, 0);
    return { rates, success, error };
  });
  return judged.reduce((best, candidate) => (candidate.error < best.error ? candidate : best));
}

const clampShare = (value: number): number => Math.round(Math.min(1, Math.max(0, value)) * 1000) / 1000;

/** The fitted rates, and each reproduced row beside the published one. */
export const fitFigures = ({ fitted, reproduced, squaredErrors }: FitResult): Figure[] =>
  (['deps', 'clea'] as const).flatMap((suite) => [
    figure(`${suite}/error-rate`, fitted[suite].errorRate, '1'),
    figure(`${suite}/step-error-rate`, fitted[suite].stepErrorRate, '1'),
    figure(`${suite}/squared-error`, squaredErrors[suite], '1'),
    ...groups[suite].map((group, index) =>
      figure(`${suite}/${group}/reproduced`, reproduced[suite][index]!, '1'),
    ),
  ]);
