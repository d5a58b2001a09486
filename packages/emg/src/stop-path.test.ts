import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MessageTypes } from '@efferent/interfaces';
import {
  createLockstep,
  type Lockstep,
  type NodeModule,
  qosProfiles,
  type RosNode,
  type RunningNode,
  stampFromNs,
} from '@efferent/ros';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { calibrateSynthetic } from './decoder/calibrate-synthetic.ts';
import { saveCalibration } from './decoder/calibration-file.ts';
import { defaultProtocol } from './decoder/calibration-protocol.ts';
import { SyntheticForearm } from './forearm/synthetic-forearm.ts';
import { syntheticSourceId } from './forearm/synthetic-source.ts';
import { createVirtualPerson } from './forearm/virtual-person.ts';
import { gestureControlNode } from './gesture-control-node.ts';
import { gestureNode } from './gesture-node.ts';

/**
 * What happens to the sleeve while the robot drives, on a virtual clock: sleeve -> gesture -> gesture-control -> commands.
 * From the last good sample to the command that stops the robot pass at most 150 ms, and the reason is said.
 */
const person = { personSeed: 1002, sampleRateHz: 2000 };
const ms = 1_000_000n;
const frameNs = 25n * ms;
const stopWithinNs = 150n * ms;

type Frame = MessageTypes['efferent_interfaces/msg/EmgFrame'];
type ControlStatus = MessageTypes['efferent_interfaces/msg/GestureControlStatus'];

let folder: string;
let lockstep: Lockstep;
let observer: RosNode;
let forearm: SyntheticForearm;
let decoder: RunningNode;
let status: ControlStatus | undefined;
/** What the sleeve sends instead of a frame; undefined sends nothing. */
let spoil: ((frame: Frame) => Frame | undefined) | undefined;
let lastGoodNs = 0n;
let command = { linearMps: 0, atNs: 0n };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'efferent-emg-'));
  const calibration = join(folder, 'person.json');
  const protocol = { ...defaultProtocol, repetitions: 4, gestures: ['rest', 'wextend'] as const };
  await saveCalibration(calibration, await calibrateSynthetic(person, protocol));
  lockstep = createLockstep({ logSink: () => undefined });
  decoder = await start(gestureNode, '/', { calibration });
  await start(gestureControlNode, '/stretch', { mapping: 'two' });
  observer = await lockstep.context.createNode('observer', { namespace: '/stretch' });
  observer.createSubscription('geometry_msgs/msg/TwistStamped', 'gate/human/cmd_vel', {}, ({ twist }) => {
    command = { linearMps: twist.linear.x, atNs: lockstep.clock.nowNs() };
  });
  observer.createSubscription(
    'efferent_interfaces/msg/GestureControlStatus',
    'gesture_control/status',
    {},
    (message) => {
      status = message;
    },
  );
  wearSleeve();
  await runFor(1.5);
}, 60_000);

afterAll(async () => {
  await lockstep?.shutdown();
  await rm(folder, { recursive: true });
});

async function start(module: NodeModule, namespace: string, given: Record<string, string>) {
  const rosArguments = { remaps: new Map(), parameters: new Map(Object.entries(given)) };
  const node = await lockstep.context.createNode(module.name, { namespace, rosArguments });
  return module.start(node, { jobs: lockstep.jobs, workspaceFolders: [folder] });
}

function wearSleeve(): void {
  forearm = new SyntheticForearm({
    person: createVirtualPerson(person.personSeed),
    recordingSeed: 3,
    sampleRateHz: person.sampleRateHz,
  });
  const frames = observer.createPublisher('efferent_interfaces/msg/EmgFrame', '/emg/frames', {
    ...qosProfiles.sensorData,
    depth: 20,
  });
  observer.createTimer(frameNs, () => {
    const firstSample = BigInt(forearm.sampleIndex);
    const samplesUv = new Float32Array(50 * forearm.channelCount);
    forearm.generate(samplesUv);
    const stamp = stampFromNs(lockstep.clock.nowNs() - frameNs);
    const frame: Frame = {
      header: { stamp, frame_id: 'emg_sleeve' },
      source: syntheticSourceId(person),
      sample_rate_hz: person.sampleRateHz,
      channel_count: forearm.channelCount,
      first_sample: firstSample,
      samples_uv: samplesUv,
    };
    const sent = spoil === undefined ? frame : spoil(frame);
    if (spoil === undefined) lastGoodNs = lockstep.clock.nowNs();
    if (sent !== undefined) frames.publish(sent);
  });
}

const runFor = (seconds: number) =>
  lockstep.advanceTo(lockstep.clock.nowNs() + BigInt(Math.round(seconds * 1e9)));
const until = (what: () => boolean, seconds: number) =>
  lockstep.runUntil(what, lockstep.clock.nowNs() + BigInt(seconds) * 1_000_000_000n);

/** Holds the gesture while a choice is lit, until something has happened; for a motion it is made twice. */
async function take(label: string, isDone: () => boolean): Promise<void> {
  const isLit = () => status?.choices[status.lit] === label && status.lit_progress > 0.15;
  for (let attempt = 0; attempt < 8 && !isDone(); attempt++) {
    await until(() => isLit() && (status?.lit_progress ?? 1) < 0.4, 30);
    if (status?.mode !== 'menu') {
      forearm.perform('wextend', 0.5);
      await runFor(0.45);
      forearm.perform('rest', 0);
      await runFor(0.6);
    }
    forearm.perform('wextend', 0.5);
    await until(isDone, 3);
    if (!isDone()) {
      forearm.perform('rest', 0);
      await runFor(0.8);
    }
  }
  expect(isDone(), `${label}: ${status?.choices.join()} ${status?.stop_reason}`).toBe(true);
}

async function drive(): Promise<void> {
  forearm.perform('rest', 0);
  await until(() => status?.stop_state === 'armed' && (status?.choices.length ?? 0) > 0, 5);
  await take('drive', () => status?.choices.includes('forward') === true);
  forearm.perform('rest', 0);
  await runFor(0.8);
  await take('forward', () => command.linearMps > 0.05);
}

const channels = (count: number, value: number) => (frame: Frame) => ({
  ...frame,
  samples_uv: frame.samples_uv.map((sample, i) => (i % frame.channel_count < count ? value : sample)),
});

test.each<[string, (frame: Frame) => Frame | undefined, string]>([
  ['sends nothing any more', () => undefined, 'no samples come from the sleeve'],
  [
    'loses samples',
    (frame) => ({ ...frame, first_sample: frame.first_sample + 50n }),
    'samples of the sleeve were lost',
  ],
  ['sends what is no number', channels(1, Number.NaN), 'samples of the sleeve are not finite numbers'],
  ['is driven to the end of its range', channels(5, 9400), 'electrodes are driven to the end of their range'],
  ['has too many dead electrodes', channels(13, 0), 'more than 20 % of the electrodes are dead'],
  [
    'sends another shape',
    (frame) => ({ ...frame, channel_count: 32 }),
    'samples of another shape than it was calibrated with',
  ],
])('a sleeve that %s stops the robot within 150 ms of the last good sample', async (_, spoiling, reason) => {
  await drive();
  spoil = spoiling;
  await until(() => command.linearMps === 0, 1);
  expect(command.linearMps).toBe(0);
  expect(command.atNs - lastGoodNs).toBeLessThanOrEqual(stopWithinNs);
  await runFor(0.1);
  expect(status).toMatchObject({ stop_state: 'stopped', active: false, choices: [] });
  expect(status?.stop_reason).toContain(reason);
  await runFor(1);
  expect(command.linearMps).toBe(0);
  spoil = undefined;
});

test('an unplugged sleeve stops the robot with the words of its source', async () => {
  await drive();
  spoil = () => undefined;
  observer
    .createPublisher('efferent_interfaces/msg/EmgSourceStatus', '/emg/source', qosProfiles.latched)
    .publish({ state: 'reconnecting', reason: 'unplugged' });
  await until(() => command.linearMps === 0, 1);
  expect(command.atNs - lastGoodNs).toBeLessThanOrEqual(stopWithinNs);
  await runFor(0.5);
  expect(status?.stop_reason).toBe('the sleeve is reconnecting: unplugged');
  spoil = undefined;
  observer
    .createPublisher('efferent_interfaces/msg/EmgSourceStatus', '/emg/source', qosProfiles.latched)
    .publish({ state: 'connected' });
});

test('a decoder that dies stops the robot within 150 ms of the last sample it decoded', async () => {
  await drive();
  const diedNs = lockstep.clock.nowNs();
  await decoder.stop();
  await until(() => command.linearMps === 0, 1);
  expect(command.atNs - diedNs).toBeLessThanOrEqual(stopWithinNs);
  expect(status?.stop_reason).toBe('no decisions come: the decoder has stopped');
});
