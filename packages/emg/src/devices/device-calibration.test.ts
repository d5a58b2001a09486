import { afterEach, expect, test } from 'vitest';
import { defaultProtocol } from '../decoder/calibration-protocol.ts';
import type { EmgSource } from '../emg-source.ts';
import { settingsFrom } from '../emg-source-kind.ts';
import { SyntheticForearm } from '../forearm/synthetic-forearm.ts';
import { createVirtualPerson } from '../forearm/virtual-person.ts';
import { LiveCalibration } from '../live-calibration.ts';
import { DeviceRig } from './device-rig.ts';
import { QuattrocentoEmulator } from './quattrocento-emulator.ts';
import { quattrocentoKind } from './quattrocento-kind.ts';

const protocol = {
  ...defaultProtocol,
  gestures: ['rest', 'grip', 'wextend'] as const,
  repetitions: 2,
  holdS: 1.2,
  restS: 0.4,
};
const packetRows = 128;

let source: EmgSource;
let emulator: QuattrocentoEmulator;

afterEach(async () => {
  await source.stop();
  await emulator.stop();
});

test('a person in an emulated device follows the prompts, and a decoder is fitted to what came', async () => {
  const rig = new DeviceRig();
  const person = createVirtualPerson(1001);
  const forearm = new SyntheticForearm({ person, recordingSeed: 1, sampleRateHz: 2048 });
  emulator = new QuattrocentoEmulator(
    {
      clock: rig.clock,
      every: () => ({ cancel: () => undefined }),
      createSupply: () => forearm,
      onEvent: rig.notice,
    },
    ['mi1'],
  );
  const port = await emulator.start('127.0.0.1', 0);
  const settings = settingsFrom('quattrocento', quattrocentoKind, {
    host: '127.0.0.1',
    port,
    wearer: 'anna',
  });
  source = await quattrocentoKind.open(settings, rig.context);
  const calibration = new LiveCalibration(source.description, protocol, 1);
  const asked: string[] = [];
  let received = 0;
  await source.start((frame) => {
    received += frame.samplesUv.length / frame.channelCount;
    const before = calibration.current?.prompt;
    calibration.push(frame);
    const now = calibration.current?.prompt;
    if (now !== undefined && now !== before) {
      asked.push(now.gesture);
      forearm.perform(now.gesture, now.effort);
    }
    rig.notice();
  });
  await rig.until(() => emulator.isSending);
  while (!calibration.isComplete) {
    const before = received;
    rig.pass(packetRows / 2048);
    emulator.send(packetRows);
    // The last rows of a packet wait for the rest of their frame.
    await rig.until(() => received >= before + packetRows - source.description.frameSamples);
  }
  expect(asked.filter((gesture) => gesture === 'grip')).toHaveLength(2);
  const { sourceId, signal, gestures, heldOut } = await calibration.fit();
  expect(sourceId).toBe('quattrocento-anna');
  expect(signal).toMatchObject({ sampleRateHz: 2048, channelCount: 64 });
  expect(gestures).toEqual(['rest', 'grip', 'wextend']);
  expect(heldOut.accuracy).toBeGreaterThan(0.8);
});

test('prompts wait while nothing comes', () => {
  const description = { id: 'x', sampleRateHz: 2000, channelCount: 1, frameSamples: 50 };
  source = { description, start: async () => undefined, stop: async () => undefined };
  const calibration = new LiveCalibration(description, protocol, 1);
  const push = (firstSample: number) =>
    calibration.push({
      stampNs: 0n,
      firstSample,
      sampleRateHz: 2000,
      channelCount: 1,
      samplesUv: new Float32Array(50),
    });
  expect(calibration.current).toBeUndefined();
  push(0);
  const { prompt } = calibration.current!;
  push(100_000);
  expect(calibration.current!.prompt).toBe(prompt);
  expect(calibration.current!.progress).toBeCloseTo(0.05 / 1.2);
});
