import { setTimeout as wait } from 'node:timers/promises';

export interface RetryPolicy {
  readonly maxRetries: number;
  /** First wait; each further one is twice as long, ms. */
  readonly firstDelayMs: number;
  /** No wait is longer, whatever the server asks for, ms. */
  readonly maxDelayMs: number;
}

/**
 * Does something again while it fails in a way that may pass.
 *
 * @param delayOf - undefined for what will not pass; else the wait that the server asked for, or NaN when it said none, ms
 * @param signal - ends the waits
 */
export async function withRetries<T>(
  policy: RetryPolicy,
  attempt: () => Promise<T>,
  delayOf: (error: unknown) => number | undefined,
  signal: AbortSignal,
): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await attempt();
    } catch (error) {
      const asked = signal.aborted || tries >= policy.maxRetries ? undefined : delayOf(error);
      if (asked === undefined) throw error;
      const delayMs = Number.isNaN(asked) ? policy.firstDelayMs * 2 ** tries : asked;
      await wait(Math.min(delayMs, policy.maxDelayMs), undefined, { signal });
    }
  }
}

/** Reads `Retry-After` (seconds or a date) and `retry-after-ms`; NaN when there is none, ms. */
export function retryAfterMs(headers: Readonly<Record<string, string>> | undefined, nowMs: number): number {
  const exact = Number.parseFloat(headers?.['retry-after-ms'] ?? '');
  if (exact >= 0) return exact;
  const text = headers?.['retry-after'] ?? '';
  const seconds = Number.parseFloat(text);
  if (seconds >= 0) return seconds * 1000;
  return Math.max(0, Date.parse(text) - nowMs);
}
