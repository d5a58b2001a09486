import { join } from 'node:path';
import { ConfigurationError, MiddlewareError } from '@efferent/core';
import {
  type LaunchEvent,
  type LaunchPlan,
  type NodePlan,
  type RunningLaunch,
  runLaunch,
} from '@efferent/launcher';
import { createContext, formatLogRecord, type RosContext, type RosNode } from '@efferent/ros';
import type { RunningNodes, SystemObserver } from './system.ts';
import { repositoryFolder } from './workspace.ts';

/** What `node-main.ts` logs when a node is ready. */
const readyPattern = /\bnode-ready\b/;
/** Compiled code is kept between starts: a node's start costs half the processor time then. */
const compileCacheFolder = join(repositoryFolder, '.efferent/compile-cache');
/** Exit code of a node whose arguments, parameters or files are wrong. */
const wrongUseExitCode = 2;

/**
 * Starts every node as a process of its own over DDS and waits until all nodes of efferent are ready.
 *
 * @throws {@link ConfigurationError} what the first node that ended with exit code 2 said
 * @throws {@link MiddlewareError} code `node-failed` for any other end before all were ready
 */
export async function startProcesses(
  plan: LaunchPlan,
  middleware: 'rclnodejs' | 'cyclonedds',
  observer: SystemObserver,
  signal: AbortSignal | undefined,
): Promise<RunningNodes> {
  const start = new StartUp(plan, observer);
  let joined: Promise<RosContext> | undefined;
  const context = () => {
    joined ??= createContext({
      middleware,
      logSink: (record) => observer.onOutput?.(record.node, 'stderr', formatLogRecord(record), 'log'),
    });
    return joined;
  };
  const launch = runLaunch(
    plan,
    { NODE_COMPILE_CACHE: compileCacheFolder, ...process.env, EFFERENT_MIDDLEWARE: middleware },
    {
      onEvent: (event) => start.onEvent(event),
      onOutput: (process, stream, line) => {
        start.onLine(process.name, stream, line);
        observer.onOutput?.(process.name, stream, line, process.output);
      },
      waitRosTime: rosTimeWaiter(context, plan.usesSimTime),
    },
  );
  // Whatever ends this process must not leave nodes behind; stop() is the polite way and this the last one.
  const abort = () => void launch.stop();
  signal?.addEventListener('abort', abort, { once: true });
  try {
    await start.ready(launch);
    signal?.throwIfAborted();
    return {
      context,
      nodeNames: plan.processes.map((process) => process.name),
      pid: (name) => launch.pid(name),
      ended: launch.ended,
      stop: async () => {
        signal?.removeEventListener('abort', abort);
        await (await joined)?.shutdown();
        await launch.stop();
      },
    };
  } catch (error) {
    await launch.stop();
    await (await joined)?.shutdown();
    throw error;
  }
}

/** Waits on the clock of a node `launch_ros_<pid>`, as `<ros_timer>` does; made with the first wait. */
function rosTimeWaiter(context: () => Promise<RosContext>, useSimTime: boolean) {
  let node: Promise<RosNode> | undefined;
  return async (durationMs: number, signal: AbortSignal) => {
    node ??= context().then((joined) =>
      joined.createNode(`launch_ros_${process.pid}`, {
        rosArguments: { remaps: new Map(), parameters: new Map([['use_sim_time', useSimTime]]) },
      }),
    );
    await (await node).sleep(durationMs, signal).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  };
}

/** Tells whether a process is a node of efferent whose log can be read. */
const saysWhenReady = (node: NodePlan | undefined): boolean =>
  node?.packageName === 'efferent_bringup' && !node.arguments.includes('--disable-stdout-logs');

/** Follows the processes until all nodes are ready or one has failed. */
class StartUp {
  readonly #observer: SystemObserver;
  readonly #expected: ReadonlySet<string>;
  readonly #ready = new Set<string>();
  /** Last lines on standard error by process, for the message when one ends. */
  readonly #errorLines = new Map<string, string[]>();
  readonly #outcome = Promise.withResolvers<void>();
  #isStarting = true;

  constructor(plan: LaunchPlan, observer: SystemObserver) {
    this.#observer = observer;
    this.#expected = new Set(
      plan.processes
        .filter(({ node, waits }) => saysWhenReady(node) && waits.length === 0)
        .map((each) => each.name),
    );
    if (this.#expected.size === 0) this.#outcome.resolve();
  }

  async ready(launch: RunningLaunch): Promise<void> {
    const ended = launch.ended.then(() => {
      throw new MiddlewareError({
        code: 'node-failed',
        message: 'every process ended before the nodes were ready',
      });
    });
    try {
      await Promise.race([this.#outcome.promise, ended]);
    } finally {
      this.#isStarting = false;
      ended.catch(() => undefined);
    }
  }

  onLine(process: string, stream: 'stdout' | 'stderr', line: string): void {
    if (stream === 'stderr') {
      const lines = this.#errorLines.get(process) ?? [];
      lines.push(line);
      if (lines.length > 20) lines.shift();
      this.#errorLines.set(process, lines);
    }
    if (!readyPattern.test(line) || !this.#expected.has(process) || this.#ready.has(process)) return;
    this.#ready.add(process);
    this.#observer.onNodeReady?.(process, this.#ready.size, this.#expected.size);
    if (this.#ready.size === this.#expected.size) this.#outcome.resolve();
  }

  onEvent(event: LaunchEvent): void {
    this.#observer.onLaunchEvent?.(event);
    if (event.kind === 'process-respawning') this.#observer.onNodeRespawn?.(event.process);
    if (event.kind === 'process-failed') this.#fail(event.process, event.reason, 1);
    if (event.kind === 'process-exited' && !event.expected) {
      const how = event.signal === null ? `exit code ${event.exitCode}` : event.signal;
      this.#fail(event.process, how, event.exitCode ?? 1);
    }
  }

  #fail(process: string, how: string, exitCode: number): void {
    this.#observer.onNodeDown?.(process, how);
    if (!this.#isStarting || !this.#expected.has(process)) return;
    const said = (this.#errorLines.get(process) ?? []).join('\n');
    if (exitCode === wrongUseExitCode)
      this.#outcome.reject(
        new ConfigurationError({ code: 'node-refused', message: said, fields: { process } }),
      );
    else
      this.#outcome.reject(
        new MiddlewareError({
          code: 'node-failed',
          message: `${process} ended with ${how} while starting${said === '' ? '' : `:\n${said}`}`,
          fields: { process },
        }),
      );
  }
}
