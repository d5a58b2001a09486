import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { calibrateInWorker, defaultProtocol } from '@efferent/emg';
import type { MessageTypes } from '@efferent/interfaces';
import { qosProfiles, type RosNode } from '@efferent/ros';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort, type Kitchen, startKitchen } from '../support/kitchen.ts';
import { requires } from '../support/requirement.ts';

type Status = MessageTypes['efferent_interfaces/msg/GestureControlStatus'];
type Place = readonly [x: number, y: number, z: number];

/**
 * Muscles move the simulated Stretch, all in processes of their own: synthetic forearm -> emulated Sessantaquattro+ -> TCP ->
 * emg-source -> gesture -> gesture-control -> gate -> driver. Where the robot is, the simulator says.
 */
const personSeed = 1002;
/** Times that a gesture is made again after a stop. */
const mostAttempts = 4;
const patience = { timeout: 30_000, interval: 50 } as const;

describe('a forearm in an emulated device', () => {
  const isPossible = requires('dds');
  let folder: string;
  let kitchen: Kitchen;
  let node: RosNode;
  let status: Status | undefined;
  let link = '';
  let speedMps = 0;
  let activate: (text: string) => void;

  beforeAll(async () => {
    if (!isPossible) return;
    folder = await mkdtemp(join(tmpdir(), 'efferent-forearm-'));
    const calibration = join(folder, 'person.json');
    const gestures = ['rest', 'grip', 'wflex', 'wextend', 'pronate'] as const;
    const protocol = { ...defaultProtocol, gestures };
    const person = { personSeed, sampleRateHz: 2000 };
    await calibrateInWorker({ person, protocol, file: calibration, decoder: undefined, isAgain: false });
    kitchen = await startKitchen({
      forearm: {
        source: 'sessantaquattro',
        wearer: 'virtual',
        emulate: 'true',
        seed: String(personSeed),
        device_port: String(await freePort()),
        calibration,
        mapping: 'stretch-five',
      },
    });
    node = await kitchen.system.context.createNode('forearm_person');
    node.createSubscription(
      'efferent_interfaces/msg/GestureControlStatus',
      '/stretch/gesture_control/status',
      {},
      (message) => {
        status = message;
      },
    );
    node.createSubscription(
      'efferent_interfaces/msg/EmgSourceStatus',
      '/emg/source',
      { qos: qosProfiles.latched },
      (message) => {
        link = message.state;
      },
    );
    node.createSubscription('nav_msgs/msg/Odometry', '/stretch/odom', {}, ({ twist }) => {
      speedMps = twist.twist.linear.x;
    });
    const muscles = node.createPublisher('std_msgs/msg/String', '/emg/activate', qosProfiles.default);
    activate = (data) => muscles.publish({ data });
  }, 180_000);

  afterAll(async () => {
    await kitchen?.stop();
    if (folder !== undefined) await rm(folder, { recursive: true });
  });

  const isArmed = () => expect.poll(() => `${link} ${status?.stop_state}`, patience).toBe('connected armed');
  const stands = () => expect.poll(() => Math.abs(speedMps), patience).toBeLessThan(0.005);
  const drives = () => expect.poll(() => speedMps, patience).toBeGreaterThan(0.05);

  /** A gesture that is held acts once: the next one counts when the forearm was seen at rest. */
  const relaxes = async () => {
    await expect.poll(() => status?.gesture, patience).toBe('rest');
    await stands();
  };

  async function place(type: 'robot' | 'gripper'): Promise<Place> {
    const found = (await kitchen.states()).find((entity) => entity.type === type);
    if (found === undefined) throw new Error(`the simulator does not tell where the ${type} is`);
    return found.pose.translation as Place;
  }

  /**
   * Holds a gesture until the simulator's truth is as wanted. A person whom a late decision has stopped, on a busy machine,
   * relaxes and tries again.
   */
  async function holdUntil(gesture: string, isDone: () => Promise<boolean>): Promise<void> {
    for (let attempt = 1; attempt <= mostAttempts; attempt++) {
      activate(`${gesture} 0.5`);
      let isThere = false;
      const ends = async () => {
        isThere = await isDone();
        return isThere || status?.stop_state === 'stopped';
      };
      try {
        await expect.poll(ends, { ...patience, message: gesture }).toBe(true);
      } finally {
        activate('rest');
      }
      await relaxes();
      if (isThere) return;
      await isArmed();
    }
    throw new Error(`${gesture} was stopped ${mostAttempts} times: ${status?.stop_reason}`);
  }

  it('unplugged while it drives, the robot stands, and drives again only after a rest', async () => {
    await isArmed();
    activate('wextend 0.5');
    await drives();
    const device = kitchen.system.pid('emg-emulator');
    if (device === undefined) throw new Error('the emulated device has no process');
    const from = await place('robot');
    process.kill(device, 'SIGKILL');
    await expect.poll(() => status?.stop_state, patience).toBe('stopped');
    await stands();
    const stood = await place('robot');
    // 0.25 m/s for the 150 ms to the command, and a stop at 0.3 m/s²; far less than driving on.
    expect(distance(stood, from)).toBeLessThan(0.2);
    expect(status?.stop_reason).toMatch(/sleeve|samples|decoder/);
    // The supervisor starts the device again; a person whose arm is tense all the while moves nothing.
    await expect.poll(() => link, patience).toBe('connected');
    activate('rest');
    await isArmed();
    expect(distance(await place('robot'), stood)).toBeLessThan(0.01);
    activate('wextend 0.5');
    await drives();
    activate('rest');
    await stands();
  }, 120_000);

  it('a device that falls silent without a word stops the robot, and its late samples move nothing', async () => {
    activate('wextend 0.5');
    await drives();
    const device = kitchen.system.pid('emg-emulator');
    if (device === undefined) throw new Error('the emulated device has no process');
    process.kill(device, 'SIGSTOP');
    try {
      await expect.poll(() => link, patience).toMatch(/silent|reconnecting/);
      await stands();
    } finally {
      process.kill(device, 'SIGCONT');
    }
    const stood = await place('robot');
    await expect.poll(() => link, patience).toBe('connected');
    expect(status?.stop_state).toBe('stopped');
    expect(distance(await place('robot'), stood)).toBeLessThan(0.01);
    activate('rest');
    await isArmed();
  }, 120_000);

  it('drives a step, changes the mode by held gestures, and lifts the hand', async () => {
    await isArmed();
    const from = await place('robot');
    await holdUntil('wflex', async () => distance(await place('robot'), from) > 0.1);
    await holdUntil('pronate', async () => status?.mode === 'turn');
    await holdUntil('pronate', async () => status?.mode === 'lift');
    const low = (await place('gripper'))[2];
    await holdUntil('wextend', async () => (await place('gripper'))[2] > low + 0.04);
    expect((await kitchen.judge.report()).collisions).toEqual([]);
  }, 120_000);
});

function distance(a: Place, b: Place): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1]);
}
