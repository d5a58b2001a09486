import { execFileSync } from 'node:child_process';
import { cpus, totalmem } from 'node:os';

export type Comparison = '>=' | '<=';

/** One measured figure, beside what was asked for. */
export interface Figure {
  /** kebab-case, e.g. `success-rate`. */
  readonly name: string;
  readonly value: number;
  /** SI unit symbol, `1` for a ratio, `1/s` for a rate. */
  readonly unit: string;
  /** What the issue that asked for the figure demands; absent for a figure printed beside the others. */
  readonly target?: number;
  readonly comparison?: Comparison;
  /** Whether the point estimate meets the target; absent without one. */
  readonly met?: boolean;
  /** Number of samples behind `value`. */
  readonly n?: number;
  /** 95 % interval of `value`, same unit. */
  readonly interval95?: readonly [number, number];
}

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly node: string;
  readonly platform: string;
}

/** What every suite prints with `--json`, as one line. */
export interface Report {
  readonly suite: string;
  /** Commit of the code that was measured; `-dirty` when the tree had changes. */
  readonly commit: string;
  readonly seed: number;
  readonly machine: Machine;
  readonly figures: readonly Figure[];
  /** Facts that explain the figures; suites over episodes put counts here so that shards can be merged. */
  readonly details: Readonly<Record<string, unknown>>;
}

/** What every suite is given by the command line. */
export interface SuiteOptions {
  readonly seed: number;
  /** Number of episodes over all shards. */
  readonly episodes: number;
  /** This process does the episodes whose number modulo `count` is `index` (0-based). */
  readonly shard: { readonly index: number; readonly count: number };
  /** Says what is going on while the suite runs. */
  readonly onProgress: (line: string) => void;
  /** Receives one record an episode, as written to the JSON-lines file. */
  readonly onEpisode: (record: Readonly<Record<string, unknown>>) => void;
}

/** Makes a figure and judges it against its target, when there is one. */
export function figure(
  name: string,
  value: number,
  unit: string,
  more: {
    readonly target?: readonly [Comparison, number];
    readonly n?: number;
    readonly interval95?: readonly [number, number];
  } = {},
): Figure {
  const { target, n, interval95 } = more;
  return {
    name,
    value,
    unit,
    ...(target === undefined
      ? {}
      : {
          target: target[1],
          comparison: target[0],
          met: target[0] === '>=' ? value >= target[1] : value <= target[1],
        }),
    ...(n === undefined ? {} : { n }),
    ...(interval95 === undefined ? {} : { interval95 }),
  };
}

/** Makes the figure of a rate over episodes, with its Wilson interval. */
export function rateFigure(
  name: string,
  successes: number,
  n: number,
  target?: readonly [Comparison, number],
): Figure {
  return figure(name, n === 0 ? Number.NaN : successes / n, '1', {
    n,
    interval95: wilsonInterval(successes, n),
    ...(target === undefined ? {} : { target }),
  });
}

/**
 * Makes the p50 and p99 figures of a latency, named `<name>-p50` and `<name>-p99`.
 *
 * @param samples - any order; not changed
 */
export function latencyFigures(
  name: string,
  samples: ArrayLike<number>,
  unit: string,
  targets: { readonly p50?: number; readonly p99?: number } = {},
): Figure[] {
  const sorted = Float64Array.from(samples).sort();
  const one = (suffix: 'p50' | 'p99', q: number) => {
    const limit = targets[suffix];
    return figure(`${name}-${suffix}`, percentile(sorted, q), unit, {
      n: sorted.length,
      ...(limit === undefined ? {} : { target: ['<=', limit] as const }),
    });
  };
  return [one('p50', 0.5), one('p99', 0.99)];
}

/**
 * Returns the Wilson score interval of a proportion at 95 %.
 *
 * @returns [low, high] within [0, 1]; [0, 1] when nothing was tried
 * @see E. B. Wilson, Probable inference, the law of succession, and statistical inference, JASA 22, 1927
 */
export function wilsonInterval(successes: number, n: number): readonly [number, number] {
  if (n === 0) return [0, 1];
  const z = 1.959963984540054;
  const p = successes / n;
  const scale = 1 + (z * z) / n;
  const centre = (p + (z * z) / (2 * n)) / scale;
  const half = (z * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n))) / scale;
  return [Math.max(0, centre - half), Math.min(1, centre + half)];
}

/**
 * Returns the q-quantile by linear interpolation between closest ranks.
 *
 * @param sorted - ascending
 * @param q - in [0, 1]
 * @returns NaN for an empty list
 */
export function percentile(sorted: ArrayLike<number>, q: number): number {
  if (sorted.length === 0) return Number.NaN;
  const position = q * (sorted.length - 1);
  const low = Math.floor(position);
  const a = sorted[low] as number;
  const b = sorted[Math.min(low + 1, sorted.length - 1)] as number;
  return a + (b - a) * (position - low);
}

/** Puts figures into the report that every suite prints. */
export function makeReport(
  suite: string,
  seed: number,
  figures: readonly Figure[],
  details: Readonly<Record<string, unknown>>,
): Report {
  return { suite, commit: currentCommit(), seed, machine: describeMachine(), figures, details };
}

/** Names the figures whose target was missed, one line each. */
export function missedTargets(report: Report): string[] {
  return report.figures
    .filter((each) => each.met === false)
    .map((each) => `${each.name}: ${each.value} ${each.unit}, wanted ${each.comparison} ${each.target}`);
}

function describeMachine(): Machine {
  const all = cpus();
  return {
    cpu: all[0]?.model.trim() ?? 'unknown',
    cores: all.length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
  };
}

function currentCommit(): string {
  const git = (...args: string[]) =>
    execFileSync('git', args, {
      cwd: import.meta.dirname,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  try {
    return (
      git('rev-parse', '--short=12', 'HEAD').trim() +
      (git('status', '--porcelain').trim() === '' ? '' : '-dirty')
    );
  } catch {
    // A release archive has no repository to ask.
    return 'unknown';
  }
}
