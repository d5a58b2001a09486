import { type Clock, steadyWallClock, systemWallClock } from '@efferent/core/clock';
import { EventHeap, type TimedEvent } from './event-heap.ts';
import type { Cancel, Executor, SchedulingClock } from './executor.ts';

/** Callbacks run per turn of the event loop before timers and sockets get their turn again. */
const tasksPerTurn = 256;

/** Runs callbacks on Node's event loop against the machine's clocks. */
export class RealTimeExecutor implements Executor {
  readonly systemClock: SchedulingClock;
  readonly steadyClock: SchedulingClock;
  readonly isVirtual = false;
  readonly #alarms = new Alarms();
  #tasks: (() => void)[] = [];
  #isDraining = false;

  constructor() {
    this.steadyClock = new WallClock(steadyWallClock, this.#alarms);
    this.systemClock = new WallClock(systemWallClock, this.#alarms);
  }

  enqueue(task: () => void): void {
    this.#tasks.push(task);
    if (this.#isDraining) return;
    this.#isDraining = true;
    setImmediate(this.#drain);
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
    }
  }

  fail(): void {
    // A real-time graph outlives a failed callback; it was logged where it happened.
  }

  randomBytes(bytes: Uint8Array): void {
    // Loaded with the first goal, for the memory of nodes that send none.
    process.getBuiltinModule('node:crypto').randomFillSync(bytes);
  }

  /** Drops every task and alarm. */
  close(): void {
    this.#tasks = [];
    this.#alarms.clear();
  }

  readonly #drain = (): void => {
    const tasks = this.#tasks;
    const count = Math.min(tasks.length, tasksPerTurn);
    for (let i = 0; i < count; i++) tasks[i]!();
    if (tasks === this.#tasks) this.#tasks = tasks.slice(count);
    this.#isDraining = this.#tasks.length > 0;
    if (this.#isDraining) setImmediate(this.#drain);
  };
}

/** One Node timer for the earliest of many alarms, on the steady clock. */
class Alarms {
  readonly #heap = new EventHeap();
  #order = 0;
  #timer: NodeJS.Timeout | undefined;
  #immediate: NodeJS.Immediate | undefined;
  #armedForMs = Number.POSITIVE_INFINITY;

  /** @param atMs - on `performance.now()` */
  set(atMs: number, wake: () => void): Cancel {
    const event: TimedEvent = { atNs: atMs * 1e6, order: this.#order++, run: wake };
    this.#heap.push(event);
    if (atMs < this.#armedForMs) this.#arm();
    return () => {
      this.#heap.cancel(event);
      // A timer that nobody waits for must not keep a process or a thread from ending.
      if (this.#heap.peek() === undefined) this.#disarm();
    };
  }

  clear(): void {
    while (this.#heap.pop() !== undefined);
    this.#disarm();
  }

  #disarm(): void {
    clearTimeout(this.#timer);
    clearImmediate(this.#immediate);
    this.#timer = undefined;
    this.#immediate = undefined;
    this.#armedForMs = Number.POSITIVE_INFINITY;
  }

  #arm(): void {
    this.#disarm();
    const first = this.#heap.peek();
    if (first === undefined) return;
    this.#armedForMs = first.atNs / 1e6;
    const remainingMs = this.#armedForMs - performance.now();
    // Node rounds timers to whole milliseconds and may wake up to one early; the rest is polled, once a turn.
    if (remainingMs < 0.5) this.#immediate = setImmediate(this.#fire);
    else this.#timer = setTimeout(this.#fire, Math.max(1, Math.min(Math.floor(remainingMs), 2 ** 30)));
  }

  readonly #fire = (): void => {
    this.#disarm();
    const nowNs = performance.now() * 1e6;
    for (
      let event = this.#heap.peek();
      event !== undefined && event.atNs <= nowNs;
      event = this.#heap.peek()
    ) {
      this.#heap.pop();
      const wake = event.run!;
      event.run = undefined;
      wake();
    }
    this.#arm();
  };
}

class WallClock implements SchedulingClock {
  readonly #clock: Clock;
  readonly #alarms: Alarms;

  constructor(clock: Clock, alarms: Alarms) {
    this.#clock = clock;
    this.#alarms = alarms;
  }

  nowNs(): bigint {
    return this.#clock.nowNs();
  }

  setAlarm(atNs: bigint, wake: () => void): Cancel {
    return this.#alarms.set(performance.now() + Number(atNs - this.#clock.nowNs()) / 1e6, wake);
  }
}
