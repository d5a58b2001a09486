import { ConfigurationError } from '@efferent/core';
import { type Figure, makeReport, type Report, type SuiteOptions } from './figure.ts';

/** What the command line gives; each suite takes what it needs. */
export interface BenchArguments extends SuiteOptions {
  readonly scene?: string;
  readonly robot?: string;
  /** One robot, or two that work together; instead of `robot`. */
  readonly robots?: readonly string[];
  readonly perturb?: string;
  readonly planner?: string;
  readonly minutes?: number;
  readonly policy?: string;
  readonly suite?: string;
  /** Of the suites of `emg`; `tasks` also of `skills`. */
  readonly decoder?: string;
  readonly control?: string;
  readonly accuracy?: number;
  readonly tasks?: string;
  readonly level?: string;
  readonly planners?: string;
  readonly records?: string;
}

/** Counts that add up over shards. */
export type Tally = Readonly<Record<string, number>>;

interface Suite {
  run(options: BenchArguments): Promise<Report>;
  /** Figures of a tally; present when shards of the suite can be merged. */
  readonly figures?: (tally: Tally) => Promise<Figure[]>;
}

/** Each suite is loaded when it is asked for: some load a simulator, some a middleware. */
const suites: Readonly<Record<string, Suite>> = {
  tasks: {
    run: async (options) =>
      (await import('./tasks-suite.ts')).benchTasks({
        ...options,
        scene: options.scene ?? (options.robots === undefined ? 'kitchen' : 'kitchen-station'),
        robots: options.robots ?? [options.robot ?? 'stretch'],
      }),
    figures: async (tally) => (await import('./tasks-suite.ts')).taskFigures(tally),
  },
  policy: {
    run: async (options) =>
      (await import('./policy-suite.ts')).benchPolicy({
        ...options,
        policy: options.policy ?? 'stretch-pick',
      }),
    figures: async (tally) => (await import('./policy-suite.ts')).policyFigures(tally),
  },
  skills: {
    run: async (options) => (await import('./skills-suite.ts')).benchSkills(options),
    figures: async (tally) => (await import('./skills-suite.ts')).skillFigures(tally),
  },
  planning: {
    run: async (options) => (await import('./planning-suite.ts')).benchPlanning(options),
    figures: async (tally) => (await import('./planning-suite.ts')).planningFigures(tally),
  },
  emg: {
    run: async (options) =>
      (await import('./emg-suite.ts')).benchEmg({
        ...options,
        suite: options.suite ?? 'generator',
        decoder: options.decoder ?? 'lda',
      }),
  },
  realtime: {
    run: async (options) =>
      (await import('./realtime-suite.ts')).benchRealtime({ ...options, minutes: options.minutes ?? 5 }),
  },
  ros: { run: async (options) => (await import('./ros-suite.ts')).benchRos(options) },
  soak: {
    run: async (options) =>
      (await import('./soak-suite.ts')).benchSoak({ ...options, minutes: options.minutes ?? 5 }),
  },
  bag: { run: async (options) => (await import('./bag-suite.ts')).benchBag(options) },
};

export const suiteNames: readonly string[] = Object.keys(suites);

/** Runs one suite. @throws {@link ConfigurationError} code `unknown-suite` */
export async function runSuite(name: string, options: BenchArguments): Promise<Report> {
  const suite = suites[name];
  if (suite === undefined)
    throw new ConfigurationError({
      code: 'unknown-suite',
      message: `there is no suite "${name}"; there are: ${suiteNames.join(', ')}`,
    });
  return suite.run(options);
}

/**
 * Joins the reports of the shards of one run: adds up their tallies and computes the figures again.
 *
 * @throws {@link ConfigurationError} when they are not shards of one run, or the suite cannot be merged
 */
export async function mergeReports(reports: readonly Report[]): Promise<Report> {
  const [first] = reports;
  if (first === undefined) throw refuse('there is nothing to merge');
  const figures = suites[first.suite]?.figures;
  if (figures === undefined) throw refuse(`reports of the suite "${first.suite}" cannot be merged`);
  const tally: Record<string, number> = {};
  const shards: unknown[] = [];
  for (const report of reports) {
    for (const field of ['suite', 'commit', 'seed'] as const)
      if (report[field] !== first[field])
        throw refuse(`reports differ in ${field}: ${first[field]} and ${report[field]}`);
    const { shard } = report.details;
    if (shards.some((each) => JSON.stringify(each) === JSON.stringify(shard)))
      throw refuse(`shard ${JSON.stringify(shard)} is there twice`);
    shards.push(shard);
    for (const [name, count] of Object.entries(tallyOf(report))) tally[name] = (tally[name] ?? 0) + count;
  }
  const { shard: _one, ...shared } = first.details;
  return makeReport(first.suite, first.seed, await figures(tally), { ...shared, tally, shards });
}

function tallyOf(report: Report): Tally {
  const { tally } = report.details;
  if (typeof tally !== 'object' || tally === null) throw refuse('a report has no details.tally to add up');
  return tally as Tally;
}

const refuse = (message: string): ConfigurationError =>
  new ConfigurationError({ code: 'invalid-merge', message });
