import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createLockstep,
  type Lockstep,
  type NodeModule,
  qosProfiles,
  type RosNode,
  type RunningNode,
  stampToNs,
} from '@efferent/ros';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { calibrateSynthetic } from '../decoder/calibrate-synthetic.ts';
import { saveCalibration } from '../decoder/calibration-file.ts';
import { defaultProtocol } from '../decoder/calibration-protocol.ts';
import { emgSourceNode } from '../emg-source-node.ts';
import { SyntheticForearm } from '../forearm/synthetic-forearm.ts';
import { createVirtualPerson } from '../forearm/virtual-person.ts';
import { gestureControlNode } from '../gesture-control-node.ts';
import { gestureNode } from '../gesture-node.ts';
import { SessantaquattroEmulator } from './sessantaquattro-emulator.ts';

/**
 * From a muscle through a device to the gate: synthetic forearm -> emulated Sessantaquattro+ -> TCP -> emg-source -> gesture ->
 * gesture-control -> recorded commands. Bytes go over a real connection; the nodes' time is virtual and goes with the packets.
 */
const personSeed = 1002;
const packetRows = 125;
const packetNs = 62_500_000n;
const stopWithinNs = 200_000_000n;

let folder: string;
let calibration: string;
let lockstep: Lockstep;
let observer: RosNode;
let nodes: RunningNode[];
let emulator: SessantaquattroEmulator;
let forearm: SyntheticForearm;
let links: { readonly state: string; readonly reason: string; readonly lost: bigint }[];
let speeds: { readonly atNs: bigint; readonly speed: number }[];
let frameCount: number;
let lastSampleNs: bigint;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'efferent-emg-'));
  calibration = join(folder, 'person.json');
  const protocol = { ...defaultProtocol, repetitions: 4, holdS: 1, restS: 0.3 };
  await saveCalibration(calibration, await calibrateSynthetic({ personSeed, sampleRateHz: 2000 }, protocol));
}, 60_000);

afterAll(() => rm(folder, { recursive: true }));

beforeEach(async () => {
  lockstep = createLockstep({ logSink: () => undefined });
  nodes = [];
  [links, speeds, frameCount, lastSampleNs] = [[], [], 0, 0n];
  observer = await lockstep.context.createNode('observer', { namespace: '/stretch' });
  observer.createSubscription(
    'efferent_interfaces/msg/EmgSourceStatus',
    '/emg/source',
    { qos: qosProfiles.latched },
    ({ state, reason, lost_samples: lost }) => links.push({ state, reason, lost }),
  );
  observer.createSubscription(
    'efferent_interfaces/msg/EmgFrame',
    '/emg/frames',
    { qos: qosProfiles.sensorData },
    ({ header }) => {
      frameCount += 1;
      lastSampleNs = stampToNs(header.stamp) + 12_500_000n;
    },
  );
  observer.createSubscription('geometry_msgs/msg/TwistStamped', 'gate/human/cmd_vel', {}, ({ twist }) =>
    speeds.push({ atNs: lockstep.clock.nowNs(), speed: twist.linear.x || twist.angular.z }),
  );
  await start(emgSourceNode, '/', { source: 'sessantaquattro', port: 0 });
  await start(gestureNode, '/', { calibration });
  await start(gestureControlNode, '/stretch', {});
  forearm = new SyntheticForearm({
    person: createVirtualPerson(personSeed),
    recordingSeed: 1,
    sampleRateHz: 2000,
  });
  emulator = new SessantaquattroEmulator({
    clock: lockstep.clock,
    every: () => ({ cancel: () => undefined }),
    createSupply: () => forearm,
    onEvent: () => undefined,
  });
  await until(() => links.length > 0);
  await plugIn();
  await run(1.5);
}, 60_000);

afterEach(async () => {
  await emulator.stop();
  await Promise.all(nodes.map((node) => node.stop()));
  await lockstep.shutdown();
}, 60_000);

async function start(module: NodeModule, namespace: string, parameters: Record<string, number | string>) {
  const rosArguments = { remaps: new Map(), parameters: new Map(Object.entries(parameters)) };
  const node = await lockstep.context.createNode(module.name, { namespace, rosArguments });
  nodes.push(await module.start(node, { jobs: lockstep.jobs, workspaceFolders: [folder] }));
}

async function plugIn(): Promise<void> {
  emulator.start('127.0.0.1', Number(/:(\d+)$/.exec(links[0]!.reason)![1]));
  await until(() => emulator.isSending);
}

/** Lets sockets be read, and messages that are due delivered, until it is true; virtual time stands still. */
async function until(isMet: () => boolean): Promise<void> {
  while (!isMet()) {
    await new Promise((resolve) => setImmediate(resolve));
    await lockstep.advanceTo(lockstep.clock.nowNs());
  }
}

/** Sends packets as their time comes. */
async function run(seconds: number): Promise<void> {
  for (let i = 0; i < Math.round(seconds * 16); i++) {
    await lockstep.advanceTo(lockstep.clock.nowNs() + packetNs);
    const before = frameCount;
    emulator.send(packetRows);
    await until(() => frameCount === before + 5);
  }
}

const moving = () => speeds.filter(({ speed }) => speed !== 0);

test('a contraction under an emulated device drives the base, and the device unplugged mid-motion stops it', async () => {
  expect(links.at(-1)).toMatchObject({ state: 'connected', reason: 'Sessantaquattro+ at 127.0.0.1' });
  expect(moving()).toEqual([]);
  forearm.perform('wextend', 0.5);
  await run(2);
  expect(moving().length).toBeGreaterThan(15);
  emulator.hangUp();
  await until(() => links.at(-1)!.state === 'reconnecting');
  expect(links.at(-1)!.reason).toBe('Sessantaquattro+ at 127.0.0.1: it closed the connection');
  await lockstep.advanceTo(lockstep.clock.nowNs() + 10n * packetNs);
  expect(speeds.at(-1)!.speed).toBe(0);
  expect(speeds.at(-1)!.atNs - lastSampleNs).toBeLessThanOrEqual(stopWithinNs);
  await plugIn();
  const before = moving().length;
  await run(1.5);
  expect(links.at(-1)).toMatchObject({ state: 'connected' });
  expect(moving().length, 'who still pulls when the signal is back moves nothing').toBe(before);
  forearm.perform('rest', 0);
  await run(1);
  forearm.perform('wextend', 0.5);
  await run(2);
  expect(moving().at(-1)!.atNs).toBeGreaterThan(lockstep.clock.nowNs() - packetNs * 16n);
});

test('a cable that is cut without a word is told within 150 ms of the last sample', async () => {
  forearm.perform('wextend', 0.5);
  await run(2);
  expect(moving().length).toBeGreaterThan(15);
  const cutNs = lastSampleNs;
  await lockstep.advanceTo(cutNs + 150_000_000n);
  expect(links.at(-1)).toMatchObject({ state: 'silent' });
  await lockstep.advanceTo(cutNs + stopWithinNs);
  expect(speeds.at(-1)!.speed).toBe(0);
});
