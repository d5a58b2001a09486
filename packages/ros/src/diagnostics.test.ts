import type { MessageTypes } from '@efferent/interfaces';
import { expect, test } from 'vitest';
import { DiagnosticUpdater, diagnosticLevel, StreamMonitor } from './diagnostics.ts';
import { createLockstep } from './lockstep.ts';

const second = 1_000_000_000n;

/** Lets `perSecond` events come in each of `seconds` and returns the last report. */
function run(monitor: StreamMonitor, fromS: number, seconds: number, perSecond: number) {
  let report = { level: -1, message: '' };
  for (let s = 1; s <= seconds; s++) {
    for (let i = 0; i < perSecond; i++) monitor.tick(0.01);
    report = monitor.report(BigInt(fromS + s) * second);
  }
  return report;
}

test('a stream is stale before its first event, then as expected, too seldom, too often, and an error when it ends', () => {
  const monitor = new StreamMonitor({ rateHz: 10 }, 0n);
  expect(run(monitor, 0, 1, 0)).toMatchObject({ level: diagnosticLevel.stale });
  expect(run(monitor, 1, 6, 10)).toMatchObject({ level: diagnosticLevel.ok, message: 'as expected' });
  expect(run(monitor, 7, 6, 5)).toMatchObject({ level: diagnosticLevel.warn, message: 'comes too seldom' });
  expect(run(monitor, 13, 6, 20)).toMatchObject({ level: diagnosticLevel.warn, message: 'comes too often' });
  expect(run(monitor, 19, 6, 0)).toMatchObject({ level: diagnosticLevel.error });
});

test('old messages are an error; long work and losses are warnings, until they have left the window', () => {
  const monitor = new StreamMonitor({ rateHz: 1, maxAgeS: 0.5, maxLatencyMs: 100 }, 0n);
  run(monitor, 0, 5, 1);
  monitor.took(150);
  expect(run(monitor, 5, 1, 1)).toMatchObject({ level: diagnosticLevel.warn, message: 'takes too long' });
  monitor.drop();
  run(monitor, 6, 4, 1);
  expect(run(monitor, 10, 1, 1)).toMatchObject({ level: diagnosticLevel.warn, message: 'losses' });
  expect(run(monitor, 11, 2, 1)).toMatchObject({ level: diagnosticLevel.ok });
  monitor.tick(0.9);
  expect(monitor.report(14n * second)).toMatchObject({ level: diagnosticLevel.error });
});

test('a stream on demand is idle when nobody asks', () => {
  expect(new StreamMonitor({}, 0n).report(second)).toMatchObject({
    level: diagnosticLevel.ok,
    message: 'idle',
  });
});

test('a node publishes once a second how its parts fare, by its full name', async () => {
  const lockstep = createLockstep({ logSink: () => undefined });
  const node = await lockstep.context.createNode('detector', { namespace: '/stretch' });
  const heard: MessageTypes['diagnostic_msgs/msg/DiagnosticArray'][] = [];
  node.createSubscription('diagnostic_msgs/msg/DiagnosticArray', '/diagnostics', {}, (message) =>
    heard.push(message),
  );
  const pictures = new DiagnosticUpdater(node).watch('pictures', { rateHz: 5 });
  node.createTimer(second / 5n, () => pictures.tick());
  await lockstep.advanceTo(lockstep.clock.nowNs() + 3n * second);
  expect(heard).toHaveLength(3);
  const [status] = heard[2]!.status;
  expect(status).toMatchObject({ level: 0, name: '/stretch/detector pictures', hardware_id: '/stretch' });
  expect(status!.values.find(({ key }) => key === 'expected_hz')?.value).toBe('5');
  await lockstep.shutdown();
});
