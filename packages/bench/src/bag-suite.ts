import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { MiddlewareError, Rng } from '@efferent/core';
import { openBag } from '@efferent/recorder';
import { repositoryFolder } from '@efferent/runtime';
import { bagLoad } from './bag/bag-load.ts';
import { figure, makeReport, type Report, type SuiteOptions } from './figure.ts';

const durationS = 20;
const startLimitMs = 20_000;
const endLimitMs = 30_000;
const quietMs = 3000;

/**
 * Records 50 MB/s over DDS with the real `efferent bag record` in a process of its own, and counts what is in the bag against
 * what was sent.
 *
 * @throws {@link MiddlewareError} when a process does not do its part
 */
export async function benchBag(options: SuiteOptions): Promise<Report> {
  const folder = await mkdtemp(join(tmpdir(), 'efferent-bench-bag-'));
  const env = { ...process.env, ROS_DOMAIN_ID: String(1 + new Rng(options.seed + process.pid).integer(100)) };
  const start = (program: string, ...words: string[]) =>
    spawn(process.execPath, [program, ...words], {
      cwd: repositoryFolder,
      env,
      stdio: 'pipe',
    });
  const load = start(join(import.meta.dirname, 'bag/bag-load-process.ts'), String(durationS));
  let recorder: ChildProcess | undefined;
  try {
    const loadLines = linesOf(load);
    await within(startLimitMs, loadLines.next(), 'the load starts');
    options.onProgress(`recording ${durationS} s`);
    const bag = join(folder, 'bag');
    recorder = start(
      join(repositoryFolder, 'packages/cli/src/main.ts'),
      'bag',
      'record',
      '--regex',
      '^/bench/',
      '-o',
      bag,
      '--compression',
      'none',
    );
    const said = textOf(recorder.stderr);
    recorder.stdout?.resume();
    const sentText = (await within(durationS * 1000 + endLimitMs, loadLines.next(), 'the load ends')).value;
    await untilQuiet(join(bag, 'bag_0.mcap'));
    load.stdin.end();
    const peakMB = peakMemoryMB(recorder.pid);
    recorder.kill('SIGINT');
    await within(endLimitMs, once(recorder, 'exit'), 'the recorder ends');
    return await reportOf(options, bag, JSON.parse(sentText as string) as number[], said(), peakMB);
  } finally {
    load.kill('SIGKILL');
    recorder?.kill('SIGKILL');
    await rm(folder, { recursive: true });
  }
}

async function reportOf(
  options: SuiteOptions,
  path: string,
  sent: readonly number[],
  said: string,
  peakMB: number,
): Promise<Report> {
  const bag = await openBag(path);
  const { topics, startNs, endNs } = bag.summary;
  const bytes = bag.bytes;
  await bag.close();
  const counts = bagLoad.map(({ topic }, i) => ({
    topic,
    sent: sent[i] as number,
    recorded: topics.find(({ name }) => name === topic)?.messageCount ?? 0,
    saidDropped: Number(new RegExp(`dropped (\\d+) of ${topic}:`).exec(said)?.[1] ?? 0),
  }));
  const sum = (key: 'sent' | 'recorded' | 'saidDropped') =>
    counts.reduce((total, each) => total + each[key], 0);
  const [n, recorded, saidDropped] = [sum('sent'), sum('recorded'), sum('saidDropped')];
  const seconds = Number(endNs - startNs) / 1e9;
  return makeReport(
    'bag',
    options.seed,
    [
      figure('recorded-bytes', bytes / seconds / 1e6, 'MB/s', { target: ['>=', 50], n }),
      figure('lost-messages', n - recorded, '1', { target: ['<=', 0], n }),
      figure('lost-without-a-word', n - recorded - saidDropped, '1', { target: ['<=', 0], n }),
      figure('recorder-peak-memory', peakMB, 'MB'),
    ],
    { durationS, topics: counts, said: said.trim() },
  );
}

/** Waits until a recording no longer grows: what the publisher's queue held back has come. */
async function untilQuiet(file: string): Promise<void> {
  const endMs = performance.now() + endLimitMs;
  let size = -1;
  let quietSinceMs = performance.now();
  while (performance.now() < endMs && performance.now() < quietSinceMs + quietMs) {
    const now = statSync(file).size;
    if (now !== size) quietSinceMs = performance.now();
    size = now;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** Most memory that a process has had, MB; NaN where the system does not tell. */
function peakMemoryMB(pid: number | undefined): number {
  const text = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(text)?.[1] ?? Number.NaN) / 1000;
}

function linesOf(child: ChildProcess): AsyncIterator<string> {
  child.stderr?.pipe(process.stderr);
  return createInterface({ input: child.stdout as NodeJS.ReadableStream })[Symbol.asyncIterator]();
}

function textOf(stream: NodeJS.ReadableStream | null): () => string {
  let text = '';
  stream?.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  return () => text;
}

function within<T>(limitMs: number, promise: Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout;
  const limit = new Promise<never>((_, reject) => {
    const message = `${what}: not within ${limitMs / 1000} s`;
    timer = setTimeout(() => reject(new MiddlewareError({ code: 'timeout', message })), limitMs);
  });
  return Promise.race([promise, limit]).finally(() => clearTimeout(timer));
}
