import type { Clock } from '@efferent/core';

/** Cancels what it came with; calling it again does nothing. */
export type Cancel = () => void;

/** A clock that can wake somebody. */
export interface SchedulingClock extends Clock {
  /** Calls `wake` once, at or after `atNs` of this clock. */
  setAlarm(atNs: bigint, wake: () => void): Cancel;
}

/** Runs a context's callbacks and keeps its time. */
export interface Executor {
  /** ROS time without `/clock`: wall time, or virtual time in lockstep. */
  readonly systemClock: SchedulingClock;
  readonly steadyClock: SchedulingClock;
  /** In lockstep every clock is the virtual one, and `/clock` is not listened to. */
  readonly isVirtual: boolean;
  /** Runs `task` soon, after what was enqueued before it. */
  enqueue(task: () => void): void;
  /** Runs user code; what it throws is reported to `onError`, and ends a lockstep run. */
  guard<Argument>(
    callback: (argument: Argument) => void,
    argument: Argument,
    onError: (error: unknown) => void,
  ): void;
  /** Ends a lockstep run with `error`; in real time the report to the log was enough. */
  fail(error: unknown): void;
  /** Fills `bytes` with random numbers; seeded in lockstep. */
  randomBytes(bytes: Uint8Array): void;
}
