import type { LogRecord, RosContext } from '@efferent/ros';

/** What the suite needs to run over one middleware. */
export interface Harness {
  readonly context: RosContext;
  /** What nodes of this process logged. */
  readonly logged: readonly LogRecord[];
  /** Time is virtual: it passes only while the suite waits. */
  readonly isVirtual: boolean;
  /** The peer is in this process, if in another thread. */
  readonly isPeerInProcess: boolean;
  /** Waits for a promise, letting time pass. */
  settle<T>(promise: Promise<T>): Promise<T>;
  /** Waits until `condition` holds. @throws when it does not within `limitMs` */
  until(condition: () => boolean, what: string, limitMs?: number): Promise<void>;
  /** Lets time pass. */
  pass(durationMs: number): Promise<void>;
  /** Takes the peer away: destroys its node, or ends its process by SIGINT. */
  stopPeer(): Promise<void>;
  stop(): Promise<void>;
}

const defaultLimitMs = 5000;

/** Waiting against the machine's clock, for the harnesses in real time. */
export const realTimeWaits: Pick<Harness, 'isVirtual' | 'settle' | 'until' | 'pass'> = {
  isVirtual: false,
  settle: (promise) => promise,
  until: async (condition, what, limitMs = defaultLimitMs) => {
    const deadlineMs = performance.now() + limitMs;
    while (!condition()) {
      if (performance.now() > deadlineMs) throw new Error(`${what}: not within ${limitMs} ms`);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  },
  pass: (durationMs) => new Promise((resolve) => setTimeout(resolve, durationMs)),
};

/** Waiting on a virtual clock. */
export function virtualWaits(lockstep: {
  readonly clock: { nowNs(): bigint };
  runUntil(predicate: () => boolean, limitNs: bigint): Promise<boolean>;
}): Pick<Harness, 'isVirtual' | 'settle' | 'until' | 'pass'> {
  const inMs = (durationMs: number) => lockstep.clock.nowNs() + BigInt(Math.round(durationMs * 1e6));
  const until: Harness['until'] = async (condition, what, limitMs = defaultLimitMs) => {
    if (!(await lockstep.runUntil(condition, inMs(limitMs))))
      throw new Error(`${what}: not within ${limitMs} virtual ms`);
  };
  return {
    isVirtual: true,
    until,
    settle: async (promise) => {
      let isSettled = false;
      const settled = () => {
        isSettled = true;
      };
      promise.then(settled, settled);
      await until(() => isSettled, 'a promise', 60_000);
      return promise;
    },
    pass: async (durationMs) => {
      await lockstep.runUntil(() => false, inMs(durationMs));
    },
  };
}
