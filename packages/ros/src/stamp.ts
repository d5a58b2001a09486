import type { MessageTypes } from '@efferent/interfaces';

type Stamp = MessageTypes['builtin_interfaces/msg/Time'];

/** Converts nanoseconds since the epoch to a message's `{ sec, nanosec }`. */
export function stampFromNs(ns: bigint): Stamp {
  const nanosec = Number(((ns % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n);
  return { sec: Number((ns - BigInt(nanosec)) / 1_000_000_000n), nanosec };
}

/** Converts a message's `{ sec, nanosec }` to nanoseconds since the epoch. */
export function stampToNs(stamp: Stamp): bigint {
  return BigInt(stamp.sec) * 1_000_000_000n + BigInt(stamp.nanosec);
}
