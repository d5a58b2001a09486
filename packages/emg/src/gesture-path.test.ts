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
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { calibrateSynthetic } from './decoder/calibrate-synthetic.ts';
import { saveCalibration } from './decoder/calibration-file.ts';
import { defaultProtocol } from './decoder/calibration-protocol.ts';
import { emgSourceNode } from './emg-source-node.ts';
import { gestureControlNode } from './gesture-control-node.ts';
import { gestureNode } from './gesture-node.ts';

/**
 * The path from muscle to gate on a virtual clock: emg-source -> gesture -> gesture-control -> recorded commands.
 *
 * Silence of the muscle is the first sample at which the drive of every muscle is back at rest: the prompt to rest plus
 * the person's relaxation, 200 to 400 ms. The test bounds it from below by the prompt and from above by prompt + 400 ms.
 */
const seed = 2;
const ms = 1_000_000n;
const longestRelaxationNs = 400n * ms;

interface Command {
  readonly atNs: bigint;
  readonly topic: string;
  readonly speed: number;
}

let folder: string;
let calibration: string;
let lockstep: Lockstep;
let observer: RosNode;
let commands: Command[];
let takeOvers: boolean[];
let source: RunningNode;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'efferent-emg-'));
  calibration = join(folder, 'person.json');
  const protocol = { ...defaultProtocol, repetitions: 4, holdS: 1, restS: 0.3 };
  await saveCalibration(
    calibration,
    await calibrateSynthetic({ personSeed: seed, sampleRateHz: 2000 }, protocol),
  );
}, 60_000);

afterAll(() => rm(folder, { recursive: true }));

beforeEach(async () => {
  lockstep = createLockstep({ logSink: () => undefined });
  onTestFinished(() => lockstep.shutdown());
  const services = { jobs: lockstep.jobs, workspaceFolders: [folder] };
  const start = async (
    module: NodeModule,
    namespace: string,
    parameters: Record<string, number | string>,
  ) => {
    const rosArguments = { remaps: new Map(), parameters: new Map(Object.entries(parameters)) };
    const node = await lockstep.context.createNode(module.name, { namespace, rosArguments });
    return module.start(node, services);
  };
  observer = await lockstep.context.createNode('observer', { namespace: '/stretch' });
  commands = [];
  takeOvers = [];
  const record = (topic: string, speed: number) =>
    commands.push({ atNs: lockstep.clock.nowNs(), topic, speed });
  observer.createSubscription(
    'geometry_msgs/msg/TwistStamped',
    'gate/human/cmd_vel',
    {},
    ({ header, twist }) => {
      expect(stampToNs(header.stamp)).toBe(lockstep.clock.nowNs());
      record(twist.angular.z === 0 ? 'linear' : 'angular', twist.linear.x || twist.angular.z);
    },
  );
  observer.createSubscription('control_msgs/msg/JointJog', 'gate/human/joint_jog', {}, (message) => {
    record(message.joint_names.join(), message.velocities[0]!);
  });
  observer.createService('std_srvs/srv/SetBool', 'gate/take_over', ({ data }) => {
    takeOvers.push(data);
    return { success: true, message: '' };
  });
  source = await start(emgSourceNode, '/', { seed });
  await start(gestureNode, '/', { calibration });
  await start(gestureControlNode, '/stretch', {});
  await runFor(1.5);
  expect(commands).toEqual([]);
});

const runFor = (seconds: number) =>
  lockstep.advanceTo(lockstep.clock.nowNs() + BigInt(Math.round(seconds * 1e9)));

function activate(text: string): bigint {
  const activations = observer.createPublisher('std_msgs/msg/String', '/emg/activate');
  activations.publish({ data: text });
  return lockstep.clock.nowNs();
}

async function hold(gesture: string, seconds: number): Promise<void> {
  activate(gesture);
  await runFor(seconds);
  activate('rest');
  await runFor(0.6);
}

const moving = () => commands.filter(({ speed }) => speed !== 0);

test('a contraction drives the base at 20 Hz, and its end stops it within 200 ms of the silent muscle', async () => {
  activate('wextend');
  await runFor(2);
  const driven = moving();
  expect(new Set(driven.map(({ topic }) => topic))).toEqual(new Set(['linear']));
  expect(driven.length).toBeGreaterThan(15);
  expect(driven.at(-1)!.speed).toBeGreaterThan(0.05);
  for (let i = 1; i < driven.length; i++)
    expect(driven[i]!.atNs - driven[i - 1]!.atNs).toBeGreaterThanOrEqual(50n * ms);
  const releasedNs = activate('rest');
  await runFor(2);
  const last = commands.at(-1)!;
  expect(last.speed).toBe(0);
  expect(moving().at(-1)!.atNs).toBeGreaterThan(releasedNs);
  expect(last.atNs).toBeLessThan(releasedNs + longestRelaxationNs + 200n * ms);
});

test('lost frames stop the robot within 200 ms of the last sample', async () => {
  let lastSampleNs = 0n;
  observer.createSubscription(
    'efferent_interfaces/msg/EmgFrame',
    '/emg/frames',
    { qos: qosProfiles.sensorData },
    ({ header }) => {
      lastSampleNs = stampToNs(header.stamp) + 25n * ms;
    },
  );
  activate('wextend');
  await runFor(2);
  expect(moving().length).toBeGreaterThan(15);
  const atLossNs = lastSampleNs;
  await source.stop();
  await runFor(1);
  expect(lastSampleNs).toBe(atLossNs);
  expect(commands.at(-1)!.speed).toBe(0);
  expect(commands.at(-1)!.atNs - lastSampleNs).toBeLessThanOrEqual(200n * ms);
});

test('with the agent at work a gesture only pauses it; a held, confirmed one takes the robot', async () => {
  const status = observer.createPublisher(
    'efferent_interfaces/msg/GateStatus',
    'gate/status',
    qosProfiles.latched,
  );
  status.publish({ source: 'agent', face_distance_m: Infinity });
  await hold('wextend', 1.5);
  expect(commands.length).toBeGreaterThan(0);
  expect(moving()).toEqual([]);
  status.publish({ source: 'none', agent_paused: true, face_distance_m: Infinity });
  await hold('open', 2);
  expect(takeOvers).toEqual([]);
  // A repetition may be too weak to be decided; a person who sees that nothing happened does it again.
  for (let attempt = 0; attempt < 3 && takeOvers.length === 0; attempt++) {
    await hold('open 0.6', 1.5);
    await hold('pronate 0.6', 1.2);
  }
  expect(takeOvers).toEqual([true]);
  expect(moving()).toEqual([]);
  status.publish({ source: 'none', agent_paused: false, face_distance_m: Infinity });
  await hold('wextend', 1.5);
  expect(moving().length).toBeGreaterThan(5);
});

test('gestures reach the lift through the modes', async () => {
  const modes = new Set<string>();
  observer.createSubscription(
    'efferent_interfaces/msg/GestureControlStatus',
    'gesture_control/status',
    {},
    ({ mode }) => modes.add(mode),
  );
  // A repetition may be too weak to be decided; a person who sees that the mode has not changed does it again.
  for (let attempt = 0; attempt < 4 && !modes.has('lift-arm'); attempt++) await hold('open 0.6', 1.2);
  await hold('wextend', 1.5);
  expect([...modes]).toEqual(['drive', 'lift-arm']);
  expect(moving().filter(({ topic }) => topic === 'joint_lift').length).toBeGreaterThan(5);
  expect(commands.at(-1)!.speed).toBe(0);
});
