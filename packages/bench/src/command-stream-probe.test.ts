import { secondsToNs } from '@efferent/core';
import { createLockstep, qosProfiles } from '@efferent/ros';
import { expect, it } from 'vitest';
import { CommandStreamProbe } from './command-stream-probe.ts';

it('the command stream is judged by how late each tick of the gate ran', async () => {
  const lockstep = createLockstep({ seed: 1 });
  const gate = await lockstep.context.createNode('gate', { namespace: '/stretch' });
  const probe = new CommandStreamProbe(await lockstep.context.createNode('bench'), 'stretch');
  const diagnostics = gate.createPublisher(
    'diagnostic_msgs/msg/DiagnosticArray',
    '/diagnostics',
    qosProfiles.default,
  );
  const report = (name: string, lateness: string, dropped: number) =>
    diagnostics.publish({
      status: [
        {
          name,
          values: [
            { key: 'lateness_us', value: lateness },
            { key: 'dropped_ticks', value: String(dropped) },
            { key: 'longest_gap_us', value: String(10_000 * (1 + dropped)) },
          ],
        },
      ],
    });
  // The first report is of the start, before the measurement.
  report('/stretch/gate command stream', '70000', 7);
  report('/stretch/gate command stream', '100,200,12200,150', 8);
  report('/stretch/gate command stream', '100', 9);
  report('/stretch/gate command stream', '', 9);
  report('somebody else', '900000', 99);
  await lockstep.advanceTo(lockstep.clock.nowNs() + secondsToNs(0.1));
  const figures = new Map(probe.figures('x-').map((each) => [each.name, each]));
  expect(figures.get('x-command-lateness-p99')).toMatchObject({ n: 5, met: false });
  expect(figures.get('x-command-longest-gap')).toMatchObject({ value: 100, met: false });
  expect(figures.get('x-dropped-ticks')?.value).toBe(2);
  await lockstep.shutdown();
});
