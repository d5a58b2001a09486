import { createWriteStream, readFileSync, writeFileSync } from 'node:fs';
import { type Figure, mergeReports, missedTargets, type Report, runSuite, suiteNames } from '@efferent/bench';
import { ConfigurationError, describeError } from '@efferent/core';
import type { Command } from 'commander';
import { Terminal } from './terminal.ts';

interface BenchOptions {
  readonly seed: number;
  readonly episodes: number;
  readonly shard: { readonly index: number; readonly count: number };
  readonly episodesFile?: string;
  readonly json?: boolean;
  readonly check?: boolean;
  readonly scene?: string;
  readonly robot?: string;
  readonly robots?: readonly string[];
  readonly perturb?: string;
  readonly planner?: string;
  readonly without?: string;
  readonly minutes?: number;
  readonly policy?: string;
  readonly html?: string;
  readonly decoder?: string;
  readonly control?: string;
  readonly accuracy?: number;
  readonly tasks?: string;
}

/** `efferent policy eval <id>`. */
export function runPolicyEvaluation(policy: string, options: BenchOptions): Promise<void> {
  return runBench('policy', { ...options, policy });
}

/** `efferent bench <suite>`. */
export async function runBench(suite: string, options: BenchOptions): Promise<void> {
  if (!suiteNames.includes(suite))
    throw new ConfigurationError({
      code: 'unknown-suite',
      message: `there is no suite "${suite}"; there are: ${suiteNames.join(', ')}`,
    });
  const terminal = new Terminal(options.json === true ? process.stderr : process.stdout);
  const episodes = options.episodesFile === undefined ? undefined : createWriteStream(options.episodesFile);
  const report = await runSuite(suite, {
    ...options,
    onProgress: (line) => {
      if (terminal.isInteractive) terminal.live(suite, line);
      else terminal.row(suite, line);
    },
    onEpisode: (record) => void episodes?.write(`${JSON.stringify(record)}\n`),
  });
  episodes?.end();
  if (options.html !== undefined) await writePage([report], options.html);
  finish(report, options, terminal);
}

/** `efferent bench page`: one page from the reports of several suites of the planning benchmark. */
export async function runBenchPage(
  files: readonly string[],
  options: { readonly html: string },
): Promise<void> {
  await writePage(files.map(readReport), options.html);
}

async function writePage(reports: readonly Report[], file: string): Promise<void> {
  const stranger = reports.find(({ suite }) => suite !== 'planning');
  if (stranger !== undefined)
    throw new ConfigurationError({
      code: 'invalid-option',
      message: `--html: a page is made of reports of the suite "planning", got one of "${stranger.suite}"`,
    });
  const { planningPage } = await import('@efferent/bench/page');
  writeFileSync(file, planningPage(reports));
}

/** `efferent bench merge`: one report from those of all shards. */
export async function runBenchMerge(
  files: readonly string[],
  _options: unknown,
  command: Command,
): Promise<void> {
  const options = command.optsWithGlobals<BenchOptions>();
  const terminal = new Terminal(options.json === true ? process.stderr : process.stdout);
  finish(await mergeReports(files.map(readReport)), options, terminal);
}

function finish(report: Report, options: BenchOptions, terminal: Terminal): void {
  terminal.clearLive();
  if (options.json === true) process.stdout.write(`${JSON.stringify(report)}\n`);
  else for (const each of report.figures) printFigure(each, terminal);
  const missed = missedTargets(report);
  if (options.check !== true || missed.length === 0) return;
  for (const line of missed) terminal.row('missed', line, { tone: 'bad' });
  process.exitCode = 1;
}

function printFigure(figure: Figure, terminal: Terminal): void {
  const interval =
    figure.interval95 === undefined
      ? ''
      : `  [${figure.interval95.map((bound) => bound.toPrecision(3)).join(', ')}]`;
  const target = figure.target === undefined ? '' : `wanted ${figure.comparison} ${figure.target}`;
  terminal.row(
    figure.met === undefined ? '' : figure.met ? 'met' : 'missed',
    `${figure.name}  ${figure.value.toPrecision(4)} ${figure.unit}${interval}`,
    {
      right: `${target}  n ${figure.n ?? '-'}`,
      tone: figure.met === undefined ? 'plain' : figure.met ? 'good' : 'bad',
    },
  );
}

function readReport(file: string): Report {
  try {
    return JSON.parse(readFileSync(file, 'utf8').trim().split('\n').at(-1) ?? '') as Report;
  } catch (error) {
    throw new ConfigurationError({
      code: 'invalid-file',
      message: `${file}: not a report of "efferent bench … --json": ${describeError(error)}`,
      fields: { file },
      cause: error,
    });
  }
}
