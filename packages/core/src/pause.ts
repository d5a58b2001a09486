/** Resolves after `durationMs` of wall time, or at once when `signal` aborts. For commands and supervisors, not for nodes. */
export function pause(durationMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, durationMs);
    signal.addEventListener('abort', done, { once: true });
    if (signal.aborted) done();
  });
}
