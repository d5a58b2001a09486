import { VirtualClock } from '@efferent/core';
import { expect, test } from 'vitest';
import { DeviceRig } from '../devices/device-rig.ts';
import type { EmgFrame } from '../emg-source.ts';
import { SyntheticSource } from './synthetic-source.ts';

const person = { personSeed: 1, sampleRateHz: 2000 };

test('samples come on the steady clock while the clock that stamps them stands still, and are as old as they are', async () => {
  const rig = new DeviceRig();
  const simulated = new VirtualClock(5_000_000_000n);
  const frames: EmgFrame[] = [];
  const source = new SyntheticSource(person, 1, { ...rig.context, clock: simulated });
  await source.start((frame) => frames.push(frame));
  rig.pass(0.2);
  await source.stop();
  expect(frames.map(({ firstSample }) => firstSample)).toEqual([0, 50, 100, 150, 200, 250, 300, 350]);
  for (const { stampNs } of frames) expect(simulated.nowNs() - stampNs).toBe(25_000_000n);
});

test('a source that was held up makes up four frames, and says what it left out', async () => {
  const rig = new DeviceRig();
  const starts: number[] = [];
  let isHeldUp = false;
  const every = (periodNs: bigint, callback: () => void) =>
    rig.every(periodNs, () => !isHeldUp && callback());
  const source = new SyntheticSource(person, 1, { ...rig.context, every });
  await source.start(({ firstSample }) => starts.push(firstSample));
  rig.pass(0.05);
  isHeldUp = true;
  rig.pass(0.2);
  isHeldUp = false;
  rig.pass(0.025);
  await source.stop();
  expect(starts).toEqual([0, 50, 350, 400, 450, 500]);
});
