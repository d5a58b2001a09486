/**
 * Calls back every `periodNs` of wall time until cancelled; for commands, which have no node to make timers.
 *
 * Timers count whole milliseconds: each call is due by the count of those before it, so that 62.5 ms stay 62.5 ms on average
 * and no call comes early.
 */
export function wallTicker(periodNs: bigint, callback: () => void): { cancel(): void } {
  const periodMs = Number(periodNs) / 1e6;
  const startMs = performance.now();
  let timer: ReturnType<typeof setTimeout>;
  let count = 0;
  const wait = () => {
    // Calls that a blocked process missed are not made up.
    count = Math.max(count + 1, Math.floor((performance.now() - startMs) / periodMs));
    timer = setTimeout(fire, Math.max(0, Math.ceil(startMs + count * periodMs - performance.now())));
  };
  const fire = () => {
    wait();
    callback();
  };
  wait();
  return { cancel: () => clearTimeout(timer) };
}
