import { expect, test, vi } from 'vitest';
import { wallTicker } from './wall-ticker.ts';

test('a period of half milliseconds is kept on average, no call is early, and a cancelled ticker is still', () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  try {
    const startMs = performance.now();
    const callsMs: number[] = [];
    const ticker = wallTicker(62_500_000n, () => callsMs.push(performance.now() - startMs));
    vi.advanceTimersByTime(10_001);
    ticker.cancel();
    vi.advanceTimersByTime(1000);
    expect(callsMs.length).toBe(160);
    for (const [i, callMs] of callsMs.entries()) {
      expect(callMs).toBeGreaterThanOrEqual(62.5 * (i + 1));
      expect(callMs).toBeLessThanOrEqual(62.5 * (i + 1) + 1);
    }
  } finally {
    vi.useRealTimers();
  }
});
