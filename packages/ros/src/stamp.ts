import { nsPerSecond } from '@efferent/core/clock';

/** builtin_interfaces/msg/Time or Duration. */
export interface Stamp {
  readonly sec: number;
  readonly nanosec: number;
}

/** Converts nanoseconds since a clock's epoch to a message's time; negative durations keep `nanosec` positive. */
export function stampFromNs(ns: bigint): Stamp {
  let nanosec = ns % nsPerSecond;
  if (nanosec < 0n) nanosec += nsPerSecond;
  return { sec: Number((ns - nanosec) / nsPerSecond), nanosec: Number(nanosec) };
}

/** Converts a message's time or duration to nanoseconds. */
export function stampToNs(stamp: Stamp): bigint {
  return BigInt(stamp.sec) * nsPerSecond + BigInt(stamp.nanosec);
}

/** Returns the time in a message's header, ns. */
export function messageStampNs(message: { readonly header: { readonly stamp: Stamp } }): bigint {
  return stampToNs(message.header.stamp);
}
