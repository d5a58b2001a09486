/** Calls back every `periodNs` of wall time until cancelled; for commands, which have no node to make timers. */
export function wallTicker(periodNs: bigint, callback: () => void): { cancel(): void } {
  const timer = setInterval(callback, Number(periodNs) / 1e6);
  return { cancel: () => clearInterval(timer) };
}
