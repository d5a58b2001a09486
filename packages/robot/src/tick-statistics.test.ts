import { expect, test } from 'vitest';
import { TickStatistics } from './tick-statistics.ts';

const ms = 1_000_000n;

test('tick statistics tell late ticks from dropped ones and start afresh after a report', () => {
  const statistics = new TickStatistics(10n * ms, 8);
  const ticks = [
    [100n, 100n],
    [110n, 110n],
    [120n, 121n],
    [130n, 130n],
    [140n, 165n],
    [170n, 170n],
  ] as const;
  for (const [due, ran] of ticks) statistics.note(due * ms, ran * ms);
  expect(statistics.takeLateness()).toBe('0,0,1000,0,25000,0');
  expect(statistics.dropped).toBe(2);
  expect(statistics.takeLongestGapUs()).toBe(35_000);
  expect(statistics.takeLongestGapUs()).toBe(0);
  statistics.note(180n * ms, 180n * ms);
  expect(statistics.takeLateness()).toBe('0');
});
