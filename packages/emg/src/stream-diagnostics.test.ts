import { expect, test } from 'vitest';
import { StreamDiagnostics } from './stream-diagnostics.ts';

const second = 1_000_000_000n;

test('a stream is ok at its rate, slow below it, stale without a tick, and each report starts afresh', () => {
  const diagnostics = new StreamDiagnostics('emg: frames', 40, 0n);
  const run = (ticks: number, losses: number, atS: bigint) => {
    for (let i = 0; i < ticks; i++) diagnostics.countTick();
    for (let i = 0; i < losses; i++) diagnostics.countLoss();
    return diagnostics.report(atS * second);
  };
  expect(run(40, 0, 1n)).toMatchObject({ level: 0, message: 'ok', name: 'emg: frames' });
  expect(run(20, 0, 2n)).toMatchObject({ level: 1, message: 'slow' });
  expect(run(40, 2, 3n)).toMatchObject({ level: 1, message: 'losses' });
  expect(run(40, 0, 4n).values[0]).toEqual({ key: 'rate_hz', value: '40.0' });
  expect(run(0, 0, 5n)).toMatchObject({ level: 3, message: 'nothing comes' });
});
