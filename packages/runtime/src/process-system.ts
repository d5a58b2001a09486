import { join } from 'node:path';
import { ConfigurationError, MiddlewareError } from '@efferent/core';
import { type LaunchEvent, type LaunchPlan, type RunningLaunch, runLaunch } from '@efferent/launcher';
import { createContext, formatLogRecord } from '@efferent/ros';
import type { RunningNodes, SystemObserver } from './system.ts';
import { repositoryFolder } from './workspace.ts';

/** What `node-main.ts` logs when a node is ready. */
const readyPattern = /\bnode-ready\b/;
/** Compiled code is kept between starts: a node's start costs half the processor time then. */
const compileCacheFolder = join(repositoryFolder, '.efferent/compile-cache');
/** Exit code of a node whose arguments, parameters or files are wrong. */
const wrongUseExitCode = 2;

/**
 * Starts every node as a process of its own over DDS and waits until all are ready.
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
  const launch = runLaunch(
    plan,
    { NODE_COMPILE_CACHE: compileCacheFolder, ...process.env, EFFERENT_MIDDLEWARE: middleware },
    {
      onEvent: (event) => start.onEvent(event),
      onOutput: (process, stream, line) => {
        start.onLine(process.name, stream, line);
        observer.onOutput?.(process.name, stream, line, process.output);
      },
    },
  );
  // Whatever ends this process must not leave nodes behind; stop() is the polite way and this the last one.
  const abort = () => void launch.stop();
  signal?.addEventListener('abort', abort, { once: true });
  try {
    await start.ready(launch);
    signal?.throwIfAborted();
    const context = await createContext({
      middleware,
      logSink: (record) => observer.onOutput?.(record.node, 'stderr', formatLogRecord(record), 'log'),
    });
    return {
      context,
      nodeNames: plan.processes.map((process) => process.name),
      pid: (name) => launch.pid(name),
      ended: launch.ended,
      stop: async () => {
        signal?.removeEventListener('abort', abort);
        await context.shutdown();
        await launch.stop();
      },
    };
  } catch (error) {
    await launch.stop();
    throw error;
  }
}

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
      plan.processes.filter((each) => each.node !== undefined).map((each) => each.name),
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
    if (event.kind === 'process-respawning') this.#observer.onNodeRespawn?.(event.process);
    if (event.kind === 'process-failed') this.#fail(event.process, event.reason, 1);
    if (event.kind === 'process-exited' && !event.expected) {
      const how = event.signal === null ? `exit code ${event.exitCode}` : event.signal;
      this.#fail(event.process, how, event.exitCode ?? 1);
    }
  }

  #fail(process: string, how: string, exitCode: number): void {
    this.#observer.onNodeDown?.(process, how);
    if (!this.#isStarting) return;
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
