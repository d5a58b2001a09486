import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { describeError, pause } from '@efferent/core';
import type { ProcessPlan } from './plan.ts';
import type { LaunchObserver } from './supervisor.ts';

/** How long to read on after a process has ended: one that left its group may hold its streams open, ms. */
const outputLimitMs = 1000;

/** One process of a launch, through all its lives. */
export class SupervisedProcess {
  readonly plan: ProcessPlan;
  readonly #prefix: readonly string[];
  readonly #environment: Readonly<Record<string, string | undefined>>;
  readonly #observer: LaunchObserver;
  readonly #stopping: AbortController;
  #child: ChildProcess | undefined;

  /** @param stopping - aborts when the launch ends; a required process that ends aborts it */
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
    const [program, ...rest] = [...this.#prefix, ...this.#command()] as [string, ...string[]];
    const child = spawn(program, rest, {
      cwd: plan.cwd,
      env: { ...this.#environment, ...plan.environment },
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    const read = (['stdout', 'stderr'] as const).map((stream) => {
      const lines = createInterface({ input: child[stream] });
      lines.on('line', (line) => this.#observer.onOutput(plan, stream, line));
      return once(lines, 'close');
    });
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
        void withinLimit(Promise.all(read), outputLimitMs).then(() => {
          this.#observer.onEvent({ kind: 'process-exited', process: plan.name, exitCode, signal, expected });
          resolve();
        });
      });
    });
  }

  /** With a terminal, `script` runs the command in a session of its own, which must not outlive `script`. */
  #command(): readonly string[] {
    const { plan } = this;
    if (!plan.emulateTty) return plan.command;
    const line = [...killedWithParent(this.#prefix), ...plan.command].map(quoteForShell).join(' ');
    return ['script', '--quiet', '--flush', '--return', '--command', `exec ${line}`, '/dev/null'];
  }

  /** Sends the signals of a shutdown, one after another; returns what ends the sequence. */
  #endWhenStopping(child: ChildProcess): () => void {
    const { signal } = this.#stopping;
    let timer: NodeJS.Timeout | undefined;
    const send = (name: NodeJS.Signals) => {
      if (child.pid === undefined) return;
      // `script` would turn SIGINT into SIGTERM, and ends with what runs inside.
      const inside = this.plan.emulateTty ? childrenOf(child.pid) : [];
      for (const pid of inside.length > 0 ? inside : [child.pid]) signalGroup(pid, name);
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

async function withinLimit(work: Promise<unknown>, limitMs: number): Promise<void> {
  const done = new AbortController();
  await Promise.race([work, pause(limitMs, done.signal)]);
  done.abort();
}

const killedWithParent = (prefix: readonly string[]) =>
  prefix.map((word) => (word === 'INT' ? 'KILL' : word));

const quoteForShell = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;

function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  } catch {
    // It has just ended.
    return [];
  }
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
