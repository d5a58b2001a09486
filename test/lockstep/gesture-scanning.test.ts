import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  calibrateSynthetic,
  createVirtualPerson,
  defaultProtocol,
  SyntheticForearm,
  saveCalibration,
  syntheticSourceId,
} from '@efferent/emg';
import type { MessageTypes } from '@efferent/interfaces';
import { createLockstep, type Lockstep, qosProfiles, type RosNode, stampFromNs } from '@efferent/ros';
import { loadNodeModule, repositoryFolder } from '@efferent/runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

type ControlStatus = MessageTypes['efferent_interfaces/msg/GestureControlStatus'];

/**
 * A person with two classes drives the simulated Stretch: synthetic forearm, decoder, control, command gate, driver,
 * physics. The person acts through the muscles alone, and sees only what the viewer shows: the choices and which is lit.
 */
const person = { personSeed: 1002, sampleRateHz: 2000 };
const frameSamples = 50;
const effort = 0.5;

describe('scanning with one gesture, in lockstep', () => {
  let folder: string;
  let lockstep: Lockstep;
  let observer: RosNode;
  let forearm: SyntheticForearm;
  let status: ControlStatus | undefined;
  let linearMps = 0;
  let pathM = 0;
  let fastestBackMps = 0;
  const joints = new Map<string, number>();

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'efferent-emg-'));
    const calibration = join(folder, 'person.json');
    const protocol = { ...defaultProtocol, gestures: ['rest', 'wextend'] as const };
    await saveCalibration(calibration, await calibrateSynthetic(person, protocol));
    lockstep = createLockstep({ logSink: () => undefined });
    await start('sim', '/', { scene: 'kitchen', robot: 'stretch', seed: 1 });
    await start('gate', '/stretch', { robot: 'stretch', require_stop_heartbeat: false });
    await start('gesture', '/', { calibration });
    await start('gesture-control', '/stretch', { robot: 'stretch', mapping: 'two' });
    observer = await lockstep.context.createNode('observer', { namespace: '/stretch' });
    wearSleeve();
    observer.createSubscription(
      'efferent_interfaces/msg/GestureControlStatus',
      'gesture_control/status',
      {},
      (message) => {
        status = message;
      },
    );
    observer.createSubscription('nav_msgs/msg/Odometry', 'odom', {}, ({ twist }) => {
      linearMps = twist.twist.linear.x;
      pathM += linearMps * 0.02;
      fastestBackMps = Math.max(fastestBackMps, -linearMps);
    });
    observer.createSubscription('sensor_msgs/msg/JointState', 'joint_states', {}, ({ name, position }) => {
      for (const [i, joint] of name.entries()) joints.set(joint, position[i] ?? Number.NaN);
    });
    await runFor(2);
  }, 60_000);

  afterAll(async () => {
    await lockstep?.shutdown();
    await rm(folder, { recursive: true });
  });

  /** Publishes the forearm's samples as a source does. */
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
    observer.createTimer(25_000_000n, () => {
      const firstSample = forearm.sampleIndex;
      const samplesUv = new Float32Array(frameSamples * forearm.channelCount);
      forearm.generate(samplesUv);
      frames.publish({
        header: { stamp: stampFromNs(lockstep.clock.nowNs() - 25_000_000n) },
        source: syntheticSourceId(person),
        sample_rate_hz: person.sampleRateHz,
        channel_count: forearm.channelCount,
        first_sample: BigInt(firstSample),
        samples_uv: samplesUv,
      });
    });
  }

  async function start(name: string, namespace: string, given: Record<string, string | number | boolean>) {
    const module = await loadNodeModule(name);
    const rosArguments = { remaps: new Map(), parameters: new Map(Object.entries(given)) };
    const node = await lockstep.context.createNode(module.name, { namespace, rosArguments });
    const starting = module.start(node, { jobs: lockstep.jobs, workspaceFolders: [repositoryFolder] });
    let isSettled = false;
    void starting
      .catch(() => undefined)
      .finally(() => {
        isSettled = true;
      });
    await lockstep.runUntil(() => isSettled, lockstep.clock.nowNs() + 30_000_000_000n);
    await starting;
  }

  const runFor = (seconds: number) =>
    lockstep.advanceTo(lockstep.clock.nowNs() + BigInt(Math.round(seconds * 1e9)));
  const until = (what: () => boolean, seconds: number) =>
    lockstep.runUntil(what, lockstep.clock.nowNs() + BigInt(seconds) * 1_000_000_000n);
  const lit = () => status?.choices[status.lit];
  const relax = async () => {
    forearm.perform('rest', 0);
    await runFor(0.8);
  };

  /** Waits until a choice is lit, and reacts. */
  async function see(label: string): Promise<void> {
    const isLit = () =>
      lit() === label && (status?.lit_progress ?? 0) > 0.15 && (status?.lit_progress ?? 1) < 0.4;
    await until(isLit, 40);
    expect(lit(), `of ${status?.choices.join(', ')}`).toBe(label);
  }

  /** Takes a choice that does not move anything; a repetition that was too weak is done again. */
  async function choose(label: string): Promise<void> {
    for (let attempt = 0; attempt < 4; attempt++) {
      await see(label);
      const before = status?.choices.join();
      forearm.perform('wextend', effort);
      await until(() => status?.choices.join() !== before, 2);
      await relax();
      if (status?.choices.join() !== before) return;
    }
    throw new Error(`"${label}" could not be chosen`);
  }

  /** Takes a choice that moves, until something has happened. */
  async function holdUntil(label: string, isDone: () => boolean): Promise<void> {
    for (let attempt = 0; attempt < 5 && !isDone(); attempt++) {
      await see(label);
      if (status?.begins_twice === true && label !== 'back out') {
        forearm.perform('wextend', effort);
        await runFor(0.45);
        forearm.perform('rest', 0);
        await runFor(0.6);
      }
      forearm.perform('wextend', effort);
      await until(isDone, 4);
      if (!isDone()) await relax();
    }
    expect(isDone()).toBe(true);
  }

  it('drives forward while the gesture is held, and stands when it ends', async () => {
    await choose('drive');
    expect(status?.choices).toEqual(['forward', 'turn left', 'turn right', 'backward', 'go back']);
    await holdUntil('forward', () => linearMps > 0.08);
    await relax();
    expect(Math.abs(linearMps)).toBeLessThan(0.01);
    expect(pathM).toBeGreaterThan(0.02);
  });

  it('lifts the arm', async () => {
    await choose('go back');
    const before = joints.get('joint_lift') ?? Number.NaN;
    await choose('lift-arm');
    await holdUntil('lift up', () => (joints.get('joint_lift') ?? 0) > before + 0.03);
    await relax();
    await choose('go back');
  });

  it('a tight forearm stops and locks; one gesture backs out, slowly; only a confirmed choice re-arms', async () => {
    await choose('drive');
    await holdUntil('forward', () => linearMps > 0.08);
    const aperture = joints.get('gripper_aperture') ?? Number.NaN;
    const tightNs = lockstep.clock.nowNs();
    forearm.coContract(1);
    await until(() => status?.stop_state === 'locked', 3);
    expect(status).toMatchObject({ stop_state: 'locked', stop_reason: 'the whole forearm is tight' });
    // The muscles themselves take up to 400 ms.
    expect(Number(lockstep.clock.nowNs() - tightNs) / 1e6).toBeLessThan(600);
    await runFor(0.3);
    expect(Math.abs(linearMps)).toBeLessThan(0.01);
    await relax();
    expect(Math.abs((joints.get('gripper_aperture') ?? 0) - aperture)).toBeLessThan(0.002);

    const stoodM = pathM;
    fastestBackMps = 0;
    await holdUntil('back out', () => pathM < stoodM - 0.03);
    await relax();
    expect(fastestBackMps).toBeLessThan(0.5 * 0.25 + 0.02);
    expect(Math.abs(linearMps)).toBeLessThan(0.01);
    expect(status?.stop_state).toBe('locked');

    await choose('re-arm');
    await choose('yes, re-arm');
    expect(status).toMatchObject({ stop_state: 'armed', stop_reason: '' });
  });
});
