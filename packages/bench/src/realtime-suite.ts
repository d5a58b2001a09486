import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { MiddlewareError, nsPerSecond, steadyWallClock } from '@efferent/core';
import { type MiddlewareName, repositoryFolder, type System, startSystem } from '@efferent/runtime';
import { CommandStreamProbe } from './command-stream-probe.ts';
import { type Figure, figure, makeReport, type Report, type SuiteOptions } from './figure.ts';

export interface RealtimeOptions extends SuiteOptions {
  /** Length of the measurement with each middleware. */
  readonly minutes: number;
}

/** Instructions that undo each other, so that the robot always has something to do. */
const instructions = [
  'put the apple in the bowl',
  'put the banana on the counter',
  'put the apple on the table',
  'find the orange',
  'put the banana on the table',
];
const robot = 'stretch';
const firstReportLimitMs = 10_000;

/**
 * Runs the kitchen's launch file in real time, once over DDS and once in one process, with tasks running throughout and
 * one client subscribed to everything the bridge offers.
 */
export async function benchRealtime(options: RealtimeOptions): Promise<Report> {
  const figures: Figure[] = [];
  const details: Record<string, unknown> = { minutes: options.minutes };
  for (const middleware of ['cyclonedds', 'inproc'] as const) {
    const run = await measure(middleware, options);
    figures.push(...run.figures);
    details[middleware] = run.details;
  }
  return makeReport('realtime', options.seed, figures, details);
}

async function measure(
  middleware: MiddlewareName,
  options: RealtimeOptions,
): Promise<{ readonly figures: readonly Figure[]; readonly details: Readonly<Record<string, unknown>> }> {
  const port = await freePort();
  const stopPort = await freePort();
  const restarts: string[] = [];
  const system = await startSystem({
    launchFile: join(repositoryFolder, 'launch/kitchen.launch.xml'),
    arguments: {
      robot,
      seed: String(options.seed),
      memory: '',
      port: String(port),
      stop_port: String(stopPort),
    },
    middleware,
    robot,
    observer: { onNodeDown: (node, reason) => restarts.push(`${node}: ${reason}`) },
  });
  const listener = startListener(port);
  try {
    await system.client.waitUntilReady(30_000);
    const realTime = new RealTimeProbe(system);
    const commands = new CommandStreamProbe(system.client.node, robot);
    await Promise.race([commands.begun(), failAfter(firstReportLimitMs, 'the gate reports nothing')]);
    const outcomes = await runTasks(system, options, middleware);
    const received = await listener.finish();
    const prefix = `${middleware}-`;
    return {
      figures: [
        figure(`${prefix}real-time-factor`, realTime.factor(), '1', { target: ['>=', 0.98] }),
        ...commands.figures(prefix),
        figure(`${prefix}bridge-client-messages`, received.messages / (options.minutes * 60), '1/s'),
        figure(`${prefix}bridge-client-bytes`, received.bytes / (options.minutes * 60), 'B/s'),
        figure(`${prefix}tasks`, outcomes.length, '1'),
      ],
      details: { outcomes, restarts, topics: received.topics, ...commands.details() },
    };
  } finally {
    await listener.finish();
    await system.stop();
  }
}

async function runTasks(system: System, options: RealtimeOptions, middleware: string): Promise<string[]> {
  const endNs = steadyWallClock.nowNs() + BigInt(Math.round(options.minutes * 60e9));
  const remainingS = () => Number((endNs - steadyWallClock.nowNs()) / 1_000_000n) / 1000;
  const outcomes: string[] = [];
  for (let i = 0; remainingS() > 0; i++) {
    const instruction = instructions[i % instructions.length] as string;
    const ending = AbortSignal.timeout(Math.max(1, Math.round(remainingS() * 1000)));
    const result = await system.client.runTask(instruction, {
      signal: ending,
      timeLimitS: remainingS() + 30,
    });
    outcomes.push(`${instruction}: ${result.outcome}`);
    options.onProgress(
      `${middleware}: ${instruction}: ${result.outcome} · ${Math.max(0, remainingS()).toFixed(0)} s left`,
    );
  }
  return outcomes;
}

function failAfter(limitMs: number, reason: string): Promise<never> {
  return new Promise((_, reject) => {
    const message = `${reason} within ${limitMs / 1000} s`;
    setTimeout(() => reject(new MiddlewareError({ code: 'timeout', message })), limitMs).unref();
  });
}

/** Compares `/clock` with wall time. */
class RealTimeProbe {
  #first: { readonly simNs: bigint; readonly wallNs: bigint } | undefined;
  #last: { readonly simNs: bigint; readonly wallNs: bigint } | undefined;

  constructor(system: System) {
    const qos = {
      history: 'keep-last',
      depth: 1,
      reliability: 'best-effort',
      durability: 'volatile',
    } as const;
    system.client.node.createSubscription('rosgraph_msgs/msg/Clock', '/clock', { qos }, ({ clock }) => {
      this.#last = {
        simNs: BigInt(clock.sec) * nsPerSecond + BigInt(clock.nanosec),
        wallNs: steadyWallClock.nowNs(),
      };
      this.#first ??= this.#last;
    });
  }

  factor(): number {
    if (this.#first === undefined || this.#last === undefined) return Number.NaN;
    return Number(this.#last.simNs - this.#first.simNs) / Number(this.#last.wallNs - this.#first.wallNs);
  }
}

interface ListenerReport {
  readonly messages: number;
  readonly bytes: number;
  readonly topics: number;
}

/** Starts a client of the bridge in a process of its own, subscribed to everything. */
function startListener(port: number): { finish(): Promise<ListenerReport> } {
  const script = join(import.meta.dirname, 'bridge-listener.ts');
  const child = spawn(process.execPath, [script, String(port)], { stdio: ['pipe', 'pipe', 'inherit'] });
  let report: Promise<ListenerReport> | undefined;
  return {
    finish: () => {
      report ??= askReport(child);
      return report;
    },
  };
}

async function askReport(
  child: ChildProcess & { readonly stdout: NodeJS.ReadableStream; readonly stdin: NodeJS.WritableStream },
) {
  const line = once(createInterface({ input: child.stdout }), 'line');
  child.stdin.end();
  const [text] = (await line) as [string];
  return JSON.parse(text) as ListenerReport;
}

/** Returns a TCP port that nobody listens on. */
async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}
