import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { MiddlewareError, Rng } from '@efferent/core';
import { figure, makeReport, percentile, type Report, type SuiteOptions } from './figure.ts';
import { hourly, type SoakSample } from './soak/soak-load.ts';

export interface SoakOptions extends SuiteOptions {
  /** How long the hour lasts. */
  readonly minutes: number;
}

/** Share of the run that does not count: code is compiled, pools and caches fill. */
const warmUpShare = 0.4;
/**
 * Cyclone DDS 0.10.2 itself keeps about 0.4 kB of every endpoint that ever was, as a plain program in C shows, and thousands come
 * and go in this hour; the garbage-collected heap grows a little by code that is compiled late.
 */
const mostGrowthMB = { rss: 8, heap: 1, external: 0.5 } as const;
/** Time beyond the run after which a process that does not end is taken to hang, ms. */
const graceMs = 30_000;

/**
 * Packs an hour of a robot's coming and going nodes, goals, calls, parameters and transforms into a few minutes, while a
 * partner process is killed and comes back, and looks for growth of memory and handles.
 *
 * @throws {@link MiddlewareError} code `soak-failed` when the measured process ends early or hangs
 */
export async function benchSoak(options: SoakOptions): Promise<Report> {
  const hourS = options.minutes * 60;
  const env = { ...process.env, ROS_DOMAIN_ID: String(1 + new Rng(options.seed + process.pid).integer(100)) };
  const start = (program: string, ...flags: string[]) =>
    spawn(process.execPath, [...flags, join(import.meta.dirname, 'soak', program), String(hourS)], {
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  let partner = start('partner-process.ts');
  const coming = setInterval(
    () => {
      partner.kill('SIGKILL');
      partner = start('partner-process.ts');
    },
    (hourS * 1000) / hourly.partners,
  );
  const measured = start('soak-process.ts', '--expose-gc');
  try {
    return reportOf(options, await samplesOf(measured, hourS, options.onProgress));
  } finally {
    clearInterval(coming);
    partner.kill('SIGKILL');
    measured.kill('SIGKILL');
  }
}

async function samplesOf(
  child: ChildProcess,
  hourS: number,
  onProgress: (line: string) => void,
): Promise<SoakSample[]> {
  const samples: SoakSample[] = [];
  const hung = setTimeout(() => child.kill('SIGKILL'), hourS * 1000 + graceMs);
  try {
    for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream })) {
      if (!line.startsWith('{')) continue;
      const sample = JSON.parse(line) as SoakSample;
      samples.push(sample);
      onProgress(
        `${sample.atS.toFixed(0)} of ${hourS} s · ${sample.rssMB.toFixed(0)} MB, heap ${sample.heapMB.toFixed(1)} MB · ${sample.threads} threads, ${sample.files} files`,
      );
    }
  } finally {
    clearTimeout(hung);
  }
  if ((samples.at(-1)?.atS ?? 0) > hourS * 0.9 && child.signalCode === null) return samples;
  throw new MiddlewareError({
    code: 'soak-failed',
    message: `the measured process ended after ${samples.at(-1)?.atS ?? 0} of ${hourS} s (exit code ${child.exitCode}, signal ${child.signalCode})`,
  });
}

function reportOf(options: SoakOptions, all: readonly SoakSample[]): Report {
  const last = all.at(-1) as SoakSample;
  const samples = all.filter(({ atS }) => atS >= warmUpShare * last.atS);
  const n = samples.length;
  const perHour = (key: 'rssMB' | 'heapMB' | 'externalMB') =>
    slope(samples.map((each) => [each.atS, each[key]] as const)) * options.minutes * 60;
  const growth = (key: 'threads' | 'files' | 'resources') => {
    const quarter = Math.ceil(n / 4);
    const median = (part: readonly SoakSample[]) =>
      percentile(
        part.map((each) => each[key]).sort((a, b) => a - b),
        0.5,
      );
    return median(samples.slice(-quarter)) - median(samples.slice(0, quarter));
  };
  return makeReport(
    'soak',
    options.seed,
    [
      figure('rss-growth', perHour('rssMB'), 'MB/h', { target: ['<=', mostGrowthMB.rss], n }),
      figure('heap-growth', perHour('heapMB'), 'MB/h', { target: ['<=', mostGrowthMB.heap], n }),
      figure('external-growth', perHour('externalMB'), 'MB/h', { target: ['<=', mostGrowthMB.external], n }),
      figure('thread-growth', growth('threads'), '1', { target: ['<=', 0], n }),
      figure('file-growth', growth('files'), '1', { target: ['<=', 0], n }),
      figure('resource-growth', growth('resources'), '1', { target: ['<=', 0], n }),
      figure('rss-at-end', last.rssMB, 'MB'),
    ],
    { minutes: options.minutes, warmUpShare, hourly, done: last.done, failed: last.failed },
  );
}

/**
 * Slope by Theil and Sen: the median of the slopes between all pairs of points, which single outliers do not move.
 *
 * @see H. Theil, A rank-invariant method of linear and polynomial regression analysis, 1950
 */
export function slope(points: readonly (readonly [x: number, y: number])[]): number {
  const slopes: number[] = [];
  for (const [i, [x, y]] of points.entries())
    for (const [laterX, laterY] of points.slice(i + 1)) slopes.push((laterY - y) / (laterX - x));
  return percentile(
    slopes.sort((a, b) => a - b),
    0.5,
  );
}
