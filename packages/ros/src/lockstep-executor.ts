import { VirtualClock } from '@efferent/core/clock';
import { MiddlewareError } from '@efferent/core/errors';
import type { JobDescription, JobRunner } from '@efferent/core/jobs';
import { Rng } from '@efferent/core/rng';
import { EventHeap, type TimedEvent } from './event-heap.ts';
import type { Cancel, Executor, SchedulingClock } from './executor.ts';
import { MacrotaskTurns } from './macrotask-turns.ts';
import { MessageQueue } from './message-queue.ts';

/** Callbacks at one virtual instant before the graph is taken to chase its own tail. */
const callbacksPerInstant = 2_000_000;

/**
 * Runs callbacks on a virtual clock, in an order that depends on nothing but the program.
 *
 * Time moves to the next alarm only when no delivery waits, promises have settled and no job is open.
 */
export class LockstepExecutor implements Executor, JobRunner {
  readonly clock: VirtualClock;
  readonly systemClock: SchedulingClock;
  readonly steadyClock: SchedulingClock;
  readonly isVirtual = true;
  readonly #startNs: bigint;
  readonly #rng: Rng;
  readonly #heap = new EventHeap();
  readonly #turns = new MacrotaskTurns();
  #nowNs = 0;
  #order = 0;
  readonly #tasks = new MessageQueue<() => void>();
  #callbacksNow = 0;
  #openJobs = 0;
  #wakeLoop: (() => void) | undefined;
  #failure: { readonly error: unknown } | undefined;
  #isRunning = false;

  constructor(seed: number, startNs: bigint) {
    this.#startNs = startNs;
    this.#rng = new Rng(seed).fork('ros');
    this.clock = new VirtualClock(startNs);
    const clock: SchedulingClock = {
      nowNs: () => this.clock.nowNs(),
      setAlarm: (atNs, wake) => this.#schedule(Number(atNs - this.#startNs), wake),
    };
    this.systemClock = clock;
    this.steadyClock = clock;
  }

  enqueue(task: () => void): void {
    this.#tasks.push(task);
  }

  guard<Argument>(
    callback: (argument: Argument) => void,
    argument: Argument,
    onError: (error: unknown) => void,
  ): void {
    try {
      callback(argument);
    } catch (error) {
      onError(error);
      this.fail(error);
    }
  }

  fail(error: unknown): void {
    this.#failure ??= { error };
  }

  randomBytes(bytes: Uint8Array): void {
    for (let i = 0; i < bytes.length; i++) bytes[i] = this.#rng.integer(256);
  }

  /** Runs `work` while virtual time stands still; its outcome is delivered at start + `modelledLatencyMs`. */
  run<T>(job: JobDescription, work: () => Promise<T>): Promise<T> {
    const dueNs = this.#nowNs + Math.round(job.modelledLatencyMs * 1e6);
    const order = this.#order++;
    this.#openJobs++;
    return new Promise<T>((resolve, reject) => {
      const deliver = (outcome: () => void) => {
        this.#openJobs--;
        this.#heap.push({ atNs: dueNs, order, run: outcome });
        this.#wakeLoop?.();
      };
      Promise.resolve()
        .then(work)
        .then(
          (value) => deliver(() => resolve(value)),
          (error: unknown) => deliver(() => reject(error)),
        );
    });
  }

  /** Runs everything due up to `untilNs`, then sets the clock to it. @throws what a callback threw */
  async advanceTo(untilNs: bigint): Promise<void> {
    await this.runUntil(() => false, untilNs);
  }

  /**
   * Runs until `predicate` holds, asking after every virtual instant, or until virtual time is `limitNs`.
   *
   * @returns true when the predicate held
   */
  async runUntil(predicate: () => boolean, limitNs: bigint): Promise<boolean> {
    const untilNs = Number(limitNs - this.#startNs);
    if (await this.#loop(untilNs, predicate)) return true;
    if (untilNs > this.#nowNs) this.#moveTo(untilNs);
    return false;
  }

  /** Runs what is due now, until nothing is left to do at this instant. */
  async settle(): Promise<void> {
    await this.#loop(this.#nowNs, () => false);
  }

  #schedule(atNs: number, wake: () => void): Cancel {
    const event: TimedEvent = { atNs: Math.max(atNs, this.#nowNs), order: this.#order++, run: wake };
    this.#heap.push(event);
    return () => this.#heap.cancel(event);
  }

  async #loop(untilNs: number, predicate: () => boolean): Promise<boolean> {
    if (this.#isRunning) {
      throw new MiddlewareError({
        code: 'lockstep-busy',
        message: 'lockstep is already running; await it before running it again',
      });
    }
    this.#isRunning = true;
    try {
      for (;;) {
        await this.#quiesce();
        if (predicate()) return true;
        const next = this.#heap.peek();
        if (next === undefined || next.atNs > untilNs) return false;
        if (next.atNs > this.#nowNs) this.#moveTo(next.atNs);
        this.#runDueEvents();
      }
    } finally {
      this.#isRunning = false;
    }
  }

  /** Returns when no delivery waits, promises have settled and no job is open. */
  async #quiesce(): Promise<void> {
    for (;;) {
      this.#runTasks();
      await this.#turns.next();
      this.#throwFailure();
      if (this.#tasks.length > 0) continue;
      if (this.#openJobs === 0) return;
      await new Promise<void>((resolve) => {
        this.#wakeLoop = resolve;
      });
      this.#wakeLoop = undefined;
    }
  }

  #runTasks(): void {
    while (this.#tasks.length > 0) {
      const count = this.#tasks.length;
      for (let i = 0; i < count; i++) this.#tasks.shift()!();
      this.#countCallbacks(count);
      if (this.#failure !== undefined) return;
    }
  }

  #runDueEvents(): void {
    let count = 0;
    for (
      let event = this.#heap.peek();
      event !== undefined && event.atNs <= this.#nowNs;
      event = this.#heap.peek()
    ) {
      this.#heap.pop();
      const run = event.run!;
      event.run = undefined;
      run();
      if (++count === 10_000) break;
    }
    this.#countCallbacks(count);
  }

  #countCallbacks(count: number): void {
    this.#callbacksNow += count;
    if (this.#callbacksNow <= callbacksPerInstant) return;
    throw new MiddlewareError({
      code: 'lockstep-livelock',
      message: `${callbacksPerInstant} callbacks ran at virtual time ${this.clock.nowNs()} ns; nodes answer each other without end`,
    });
  }

  #moveTo(nowNs: number): void {
    this.#nowNs = nowNs;
    this.#callbacksNow = 0;
    this.clock.advanceTo(this.#startNs + BigInt(nowNs));
  }

  #throwFailure(): void {
    const failure = this.#failure;
    if (failure === undefined) return;
    this.#failure = undefined;
    throw failure.error;
  }
}
