import type { JobRunner, VirtualClock } from '@efferent/core';
import { TransportContext, type TransportContextOptions } from './context.ts';
import { InprocTransport } from './inproc/inproc-transport.ts';
import { LockstepExecutor } from './lockstep-executor.ts';
import type { RosContext } from './port.ts';

export interface LockstepOptions extends TransportContextOptions {
  /** Seeds what the graph draws by chance (goal ids). Default 0. */
  readonly seed?: number;
  /** Virtual time at the start, ns. Default 1 s, as a stamp of 0 means "newest" to tf. */
  readonly startNs?: bigint;
  /** Freeze what is published, so that changing a received message throws. Default: under vitest. */
  readonly freezeMessages?: boolean;
}

/** One graph in one process on a virtual clock; equal programs and seeds run equally. */
export interface Lockstep {
  readonly context: RosContext;
  readonly clock: VirtualClock;
  /** For the nodes' services: time stands still while a job is open. */
  readonly jobs: JobRunner;
  /** Runs everything due up to `untilNs`, then sets the clock to it. @throws what a callback threw */
  advanceTo(untilNs: bigint): Promise<void>;
  /**
   * Runs until `predicate` holds, which is asked after every virtual instant, or until virtual time is `limitNs`.
   *
   * @returns true when the predicate held
   * @throws what a callback threw
   */
  runUntil(predicate: () => boolean, limitNs: bigint): Promise<boolean>;
  /** Runs what is due at this instant until nothing is left. @throws what a callback threw */
  settle(): Promise<void>;
  /** Destroys every node. */
  shutdown(): Promise<void>;
}

/** Opens a context whose time moves only when told to, and only when nothing is left to do. */
export function createLockstep(options: LockstepOptions = {}): Lockstep {
  const executor = new LockstepExecutor(options.seed ?? 0, options.startNs ?? 1_000_000_000n);
  const transport = new InprocTransport(executor, options.freezeMessages ?? process.env.VITEST !== undefined);
  const context = new TransportContext(transport, options);
  return {
    context,
    clock: executor.clock,
    jobs: executor,
    advanceTo: (untilNs) => executor.advanceTo(untilNs),
    runUntil: (predicate, limitNs) => executor.runUntil(predicate, limitNs),
    settle: () => executor.settle(),
    shutdown: () => context.shutdown(),
  };
}
