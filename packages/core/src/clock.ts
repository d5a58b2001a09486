/** A source of time. Code never reads the machine's clock directly. */
export interface Clock {
  /** Returns nanoseconds since this clock's epoch (Unix epoch for ROS time, arbitrary for steady time). */
  nowNs(): bigint;
}

/** Monotonic wall time; its epoch is the start of the process. */
export const steadyWallClock: Clock = {
  nowNs: () => BigInt(Math.round(performance.now() * 1e6)),
};

/** Wall time since the Unix epoch. */
export const systemWallClock: Clock = {
  nowNs: () => BigInt(Math.round((performance.timeOrigin + performance.now()) * 1e6)),
};

/** A clock that only moves when told to; for lockstep episodes and tests. */
export class VirtualClock implements Clock {
  #nowNs: bigint;

  constructor(startNs = 0n) {
    this.#nowNs = startNs;
  }

  nowNs(): bigint {
    return this.#nowNs;
  }

  /** Moves time forward to `toNs`; moving back is refused. @throws {@link RangeError} */
  advanceTo(toNs: bigint): void {
    if (toNs < this.#nowNs)
      throw new RangeError(`virtual time cannot go back from ${this.#nowNs} to ${toNs} ns`);
    this.#nowNs = toNs;
  }
}

export const nsPerSecond = 1_000_000_000n;

/** Converts seconds to whole nanoseconds. */
export function secondsToNs(seconds: number): bigint {
  return BigInt(Math.round(seconds * 1e9));
}

/** Converts nanoseconds to seconds. */
export function nsToSeconds(ns: bigint): number {
  return Number(ns) / 1e9;
}
