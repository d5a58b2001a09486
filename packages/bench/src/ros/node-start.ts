import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MiddlewareError } from '@efferent/core';
import type { RosNode } from '@efferent/ros';
import { repositoryFolder } from '@efferent/runtime';
import { startQos, startTopic } from './start-topic.ts';

const program = 'packages/bench/src/ros/idle-node.ts';
const runProgram = join(repositoryFolder, 'packages/runtime/bin/run.mjs');
const joinProgram = join(repositoryFolder, 'packages/runtime/scripts/join.mjs');
const limitMs = 20_000;
/** What a node that has started is given to come to rest, ms. */
const restMs = 1500;
const starts = 9;

export interface NodeStart {
  /** From the start of the process to its first message here, ms; median. */
  readonly firstMessageMs: number;
  /** Resident memory of the process when it has come to rest, 10^6 bytes; median. */
  readonly residentMb: number;
}

/**
 * What a process starts from: `warm`, joined code and what an earlier start has compiled of it; `cold`, joined code
 * alone; `sources`, the sources and what an earlier start has compiled of them.
 */
export type StartKind = 'warm' | 'cold' | 'sources';

/** Joins the code as it is now, for what is measured afterwards. */
export const joinCode = (): void => void execFileSync(process.execPath, [joinProgram], { stdio: 'inherit' });

/** Starts processes with one node each, one after the other. */
export async function measureNodeStart(node: RosNode, kind: StartKind): Promise<NodeStart & { n: number }> {
  const cache = mkdtempSync(join(tmpdir(), 'efferent-bench-'));
  const env =
    kind === 'cold'
      ? { ...process.env, NODE_DISABLE_COMPILE_CACHE: '1' }
      : { ...process.env, NODE_COMPILE_CACHE: cache };
  const words = kind === 'sources' ? [join(repositoryFolder, program)] : [runProgram, program];
  try {
    if (kind !== 'cold') for (let i = 0; i < 2; i++) await startOnce(node, words, env);
    const measured: NodeStart[] = [];
    for (let i = 0; i < starts; i++) measured.push(await startOnce(node, words, env));
    const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(starts / 2)]!;
    return {
      firstMessageMs: median(measured.map((each) => each.firstMessageMs)),
      residentMb: median(measured.map((each) => each.residentMb)),
      n: starts,
    };
  } finally {
    rmSync(cache, { recursive: true });
  }
}

async function startOnce(
  node: RosNode,
  words: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<NodeStart> {
  const heard = Promise.withResolvers<number>();
  let pid: number | undefined;
  const subscription = node.createSubscription(
    'std_msgs/msg/String',
    startTopic,
    { qos: startQos },
    (message) => {
      if (Number(message.data) === pid) heard.resolve(performance.now());
    },
  );
  const startMs = performance.now();
  const child = spawn(process.execPath, words, { env, stdio: ['ignore', 'ignore', 'inherit'] });
  pid = child.pid;
  const watchdog = setTimeout(
    () =>
      heard.reject(
        new MiddlewareError({ code: 'timeout', message: `a started node was not heard for ${limitMs} ms` }),
      ),
    limitMs,
  );
  try {
    const firstMessageMs = (await heard.promise) - startMs;
    await node.sleep(restMs);
    const residentMb = (1024 * residentKib(pid!)) / 1e6;
    child.kill('SIGTERM');
    await once(child, 'exit');
    return { firstMessageMs, residentMb };
  } finally {
    clearTimeout(watchdog);
    child.kill('SIGKILL');
    node.destroySubscription(subscription);
  }
}

const residentKib = (pid: number): number =>
  Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? Number.NaN);
