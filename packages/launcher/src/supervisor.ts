import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { describeError, pause } from '@efferent/core';
import { findOnPath } from './packages.ts';
import type { LaunchPlan, ProcessPlan } from './plan.ts';

export type LaunchEvent =
  | { readonly kind: 'process-started'; readonly process: string; readonly pid: number }
  | {
      readonly kind: 'process-exited';
      readonly process: string;
      readonly exitCode: number | null;
      readonly signal: string | null;
      /** Whether it ended because the launcher asked it to. */
      readonly expected: boolean;
    }
  | { readonly kind: 'process-failed'; readonly process: string; readonly reason: string }
  | { readonly kind: 'process-respawning'; readonly process: string; readonly delayMs: number }
  | { readonly kind: 'shutdown-required'; readonly process: string };

export interface LaunchObserver {
  readonly onEvent: (event: LaunchEvent) => void;
  /** One line that a process wrote; `plan.output` says where its author wants it. */
  readonly onOutput: (plan: ProcessPlan, stream: 'stdout' | 'stderr', line: string) => void;
}

export interface RunningLaunch {
  /** Process id of a running process. */
  pid(process: string): number | undefined;
  /** Resolves when every process has ended for good. */
  readonly ended: Promise<void>;
  /** SIGINT, after `sigterm_timeout` SIGTERM, after `sigkill_timeout` SIGKILL, to whole process groups. */
  stop(): Promise<void>;
}

/**
 * Starts the processes of a plan and supervises them; `respawn` of the launch file is the only supervisor.
 *
 * Every process leads a process group of its own and dies with this process, even when this one is killed.
 */
export function runLaunch(
  plan: LaunchPlan,
  environment: Readonly<Record<string, string | undefined>>,
  observer: LaunchObserver,
): RunningLaunch {
  // A process that loses its launcher gets SIGINT from the kernel (PR_SET_PDEATHSIG), set by util-linux's setpriv.
  const setpriv = findOnPath('setpriv', environment.PATH ?? '');
  const prefix = setpriv === undefined ? [] : [setpriv, '--pdeathsig', 'INT'];
  const stopping = new AbortController();
  const processes = plan.processes.map(
    (each) => new SupervisedProcess(each, prefix, environment, observer, stopping),
  );
  const ended = Promise.all(processes.map((each) => each.run())).then(() => undefined);
  return {
    pid: (name) => processes.find((each) => each.plan.name === name)?.pid,
    ended,
    stop: () => {
      stopping.abort();
      return ended;
    },
  };
}

class SupervisedProcess {
  readonly plan: ProcessPlan;
  readonly #prefix: readonly string[];
  readonly #environment: Readonly<Record<string, string | undefined>>;
  readonly #observer: LaunchObserver;
  readonly #stopping: AbortController;
  #child: ChildProcess | undefined;

  constructor(
    plan: ProcessPlan,
    prefix: readonly string[],
    environment: Readonly<Record<string, string | undefined>>,
    observer: LaunchObserver,
    stopping: AbortController,
  ) {
    this.plan = plan;
    this.#prefix = prefix;
    this.#environment = environment;
    this.#observer = observer;
    this.#stopping = stopping;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Runs the process again and again while the plan wants it. Any exit respawns, also exit code 0. */
  async run(): Promise<void> {
    const { plan } = this;
    for (let retries = 0; !this.#stopping.signal.aborted; retries++) {
      await this.#runOnce();
      if (this.#stopping.signal.aborted) return;
      if (plan.required) {
        this.#observer.onEvent({ kind: 'shutdown-required', process: plan.name });
        this.#stopping.abort();
        return;
      }
      if (!plan.respawn || (plan.respawnMaxRetries >= 0 && retries >= plan.respawnMaxRetries)) return;
      this.#observer.onEvent({
        kind: 'process-respawning',
        process: plan.name,
        delayMs: plan.respawnDelayMs,
      });
      await pause(plan.respawnDelayMs, this.#stopping.signal);
    }
  }

  #runOnce(): Promise<void> {
    const { plan } = this;
    const [program, ...rest] = [...this.#prefix, ...plan.command] as [string, ...string[]];
    const child = spawn(program, rest, {
      cwd: plan.cwd,
      env: { ...this.#environment, ...plan.environment },
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    for (const stream of ['stdout', 'stderr'] as const)
      createInterface({ input: child[stream] }).on('line', (line) =>
        this.#observer.onOutput(plan, stream, line),
      );
    const stopEscalation = this.#endWhenStopping(child);
    return new Promise((resolve) => {
      child.on('spawn', () => {
        this.#observer.onEvent({ kind: 'process-started', process: plan.name, pid: child.pid as number });
      });
      child.on('error', (error) => {
        this.#observer.onEvent({ kind: 'process-failed', process: plan.name, reason: describeError(error) });
        stopEscalation();
        if (child.pid === undefined) resolve();
      });
      child.on('exit', (exitCode, signal) => {
        stopEscalation();
        this.#child = undefined;
        // Whatever it started and left behind belongs to its group and ends with it.
        if (child.pid !== undefined) signalGroup(child.pid, 'SIGKILL');
        const expected = this.#stopping.signal.aborted;
        this.#observer.onEvent({ kind: 'process-exited', process: plan.name, exitCode, signal, expected });
        resolve();
      });
    });
  }

  /** Sends the signals of a shutdown, one after another; returns what ends the sequence. */
  #endWhenStopping(child: ChildProcess): () => void {
    const { signal } = this.#stopping;
    let timer: NodeJS.Timeout | undefined;
    const send = (name: NodeJS.Signals) => {
      if (child.pid !== undefined) signalGroup(child.pid, name);
    };
    const begin = () => {
      send('SIGINT');
      timer = setTimeout(() => {
        send('SIGTERM');
        timer = setTimeout(() => send('SIGKILL'), this.plan.sigkillTimeoutMs);
      }, this.plan.sigtermTimeoutMs);
    };
    if (signal.aborted) begin();
    else signal.addEventListener('abort', begin, { once: true });
    return () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', begin);
    };
  }
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
