import type { Clock } from '@efferent/core';

/**
 * The clock of LSL on this machine: its monotonic clock, which liblsl reads too, so that stamps of two programs on one
 * machine are comparable as they are.
 */
export const lslClock: Clock = { nowNs: () => process.hrtime.bigint() };

/** Returns the time of {@link lslClock}, s. */
export function lslNowS(): number {
  return Number(lslClock.nowNs()) / 1e9;
}

/** Converts a time on another clock to LSL's, s; both clocks are read now. */
export function lslTimeOf(stampNs: bigint, clock: Clock): number {
  return lslNowS() - Number(clock.nowNs() - stampNs) / 1e9;
}
