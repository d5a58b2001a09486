import { describe, expect, it } from 'vitest';
import { nsToSeconds, secondsToNs, VirtualClock } from './clock.ts';

describe('VirtualClock', () => {
  it('moves only forward and only when told to', () => {
    const clock = new VirtualClock(5n);
    expect(clock.nowNs()).toBe(5n);
    clock.advanceTo(9n);
    expect(clock.nowNs()).toBe(9n);
    expect(() => clock.advanceTo(8n)).toThrow(RangeError);
  });
});

describe('time conversions', () => {
  it('round whole nanoseconds', () => {
    expect(secondsToNs(1.5)).toBe(1_500_000_000n);
    expect(nsToSeconds(2_500_000_000n)).toBe(2.5);
  });
});
