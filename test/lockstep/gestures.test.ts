import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { calibrateSynthetic, defaultProtocol, saveCalibration } from '@efferent/emg';
import { createLockstep, type Lockstep, qosProfiles, type RosNode, type RunningNode } from '@efferent/ros';
import { loadNodeModule, repositoryFolder } from '@efferent/runtime';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';

/**
 * From a muscle to the wheels of the simulated Stretch, on a virtual clock: synthetic forearm, decoder, control, command
 * gate, driver, physics.
 *
 * A muscle is silent at the first sample at which its drive is back at rest: the prompt to rest plus the relaxation, at most
 * 400 ms. From silence, or from the last sample, until odometry shows less than 1 cm/s pass at most 200 ms.
 */
const person = { personSeed: 2, sampleRateHz: 2000 };
/** rcl_interfaces/msg/ParameterType PARAMETER_BOOL. */
const parameterBool = 1;
const longestRelaxationS = 0.4;
const stopWithinS = 0.2;

interface Motion {
  readonly atS: number;
  readonly linearMps: number;
  readonly angularRadS: number;
}

describe('gestures in lockstep', () => {
  let folder: string;
  let calibration: string;
  let lockstep: Lockstep;
  let observer: RosNode;
  let source: RunningNode;
  let motions: Motion[];
  let driverCommands: Motion[];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'efferent-emg-'));
    calibration = join(folder, 'person.json');
    const protocol = { ...defaultProtocol, repetitions: 4, holdS: 1, restS: 0.3 };
    await saveCalibration(calibration, await calibrateSynthetic(person, protocol));
  });

  afterAll(() => rm(folder, { recursive: true }));

  beforeEach(async () => {
    lockstep = createLockstep({ logSink: () => undefined });
    onTestFinished(() => lockstep.shutdown());
    await start('sim', '/', { scene: 'kitchen', robot: 'stretch', seed: 1 });
    await start('gate', '/stretch', { robot: 'stretch', require_stop_heartbeat: false });
    source = await start('emg-source', '/', { seed: person.personSeed });
    await start('gesture', '/', { calibration });
    await start('gesture-control', '/stretch', { robot: 'stretch' });
    observer = await lockstep.context.createNode('observer', { namespace: '/stretch' });
    motions = [];
    driverCommands = [];
    observer.createSubscription('geometry_msgs/msg/Twist', 'cmd_vel', {}, ({ linear, angular }) => {
      driverCommands.push({ atS: nowS(), linearMps: linear.x, angularRadS: angular.z });
    });
    observer.createSubscription('nav_msgs/msg/Odometry', 'odom', {}, ({ twist }) => {
      const { linear, angular } = twist.twist;
      motions.push({ atS: nowS(), linearMps: linear.x, angularRadS: angular.z });
    });
    await runFor(2);
  });

  async function start(
    name: string,
    namespace: string,
    parameters: Record<string, string | number | boolean>,
  ) {
    const module = await loadNodeModule(name);
    const rosArguments = { remaps: new Map(), parameters: new Map(Object.entries(parameters)) };
    const node = await lockstep.context.createNode(module.name, { namespace, rosArguments });
    let running: RunningNode | undefined;
    let failure: unknown;
    module
      .start(node, { jobs: lockstep.jobs, workspaceFolders: [repositoryFolder] })
      .then((started) => {
        running = started;
      })
      .catch((error: unknown) => {
        failure = error;
      });
    await lockstep.runUntil(
      () => running !== undefined || failure !== undefined,
      lockstep.clock.nowNs() + 30_000_000_000n,
    );
    if (running === undefined) throw failure;
    return running;
  }

  const nowS = () => Number(lockstep.clock.nowNs()) / 1e9;
  const runFor = (seconds: number) =>
    lockstep.advanceTo(lockstep.clock.nowNs() + BigInt(Math.round(seconds * 1e9)));
  const activate = (gesture: string) =>
    observer
      .createPublisher('std_msgs/msg/String', '/emg/activate', qosProfiles.default)
      .publish({ data: gesture });
  const isMoving = ({ linearMps, angularRadS }: Motion) =>
    Math.abs(linearMps) > 0.01 || Math.abs(angularRadS) > 0.02;
  const lastMotionS = () => motions.filter(isMoving).at(-1)?.atS ?? Number.NaN;
  /** When the driver was last told to go on as fast as before, or faster. */
  const lastPushS = () =>
    driverCommands
      .filter(({ linearMps }, i) => linearMps > 0 && linearMps >= (driverCommands[i - 1]?.linearMps ?? 0))
      .at(-1)?.atS ?? Number.NaN;

  it('wrist extension drives forward, and the base stands within 200 ms of the silent muscle', async () => {
    expect(motions.some(isMoving)).toBe(false);
    activate('wextend');
    await runFor(2);
    expect(Math.max(...motions.map(({ linearMps }) => linearMps))).toBeGreaterThan(0.05);
    const releasedS = nowS();
    expect(lastMotionS()).toBeGreaterThan(releasedS - 0.1);
    activate('rest');
    await runFor(2);
    expect(lastPushS() - releasedS).toBeLessThan(longestRelaxationS + stopWithinS);
    expect(lastMotionS() - releasedS).toBeLessThan(longestRelaxationS + stopWithinS);
  });

  it('the source and the decoder tell on /diagnostics how their streams fare', async () => {
    const heard = new Map<string, { message: string; values: ReadonlyMap<string, string> }>();
    observer.createSubscription('diagnostic_msgs/msg/DiagnosticArray', '/diagnostics', {}, ({ status }) => {
      for (const { name, message, values } of status)
        heard.set(name, { message, values: new Map(values.map(({ key, value }) => [key, value])) });
    });
    await runFor(6);
    const [frames] = [...heard.keys()].filter((name) => name.startsWith('/emg_source frames of '));
    for (const name of [frames!, '/gesture frames', '/gesture decisions'])
      expect(heard.get(name), name).toMatchObject({ message: 'as expected' });
    expect(Number(heard.get('/gesture decisions')!.values.get('rate_hz'))).toBeCloseTo(20, 0);
    expect(Number(heard.get('/gesture decisions')!.values.get('longest_latency_ms'))).toBeGreaterThanOrEqual(
      0,
    );
    await source.stop();
    await runFor(6);
    expect(heard.get(frames!)).toMatchObject({ message: 'nothing comes any more' });
    expect(heard.get('/gesture decisions')).toMatchObject({ message: 'nothing comes any more' });
  });

  it('the base stands within 200 ms of the last sample when the sleeve falls silent', async () => {
    activate('wextend');
    await runFor(2);
    const lostS = nowS();
    expect(lastMotionS()).toBeGreaterThan(lostS - 0.1);
    await source.stop();
    await runFor(2);
    expect(lastPushS() - lostS).toBeLessThan(stopWithinS);
    expect(lastMotionS() - lostS).toBeLessThan(stopWithinS);
  });

  it('with assistance the base slows before what the laser sees, and says so', async () => {
    await start('state-publisher', '/stretch', { robot: 'stretch' });
    const said = new Set<string>();
    observer.createSubscription(
      'efferent_interfaces/msg/GestureControlStatus',
      'gesture_control/status',
      {},
      ({ assist }) => void said.add(assist.split(':')[0] ?? ''),
    );
    const set = observer.createClient(
      'rcl_interfaces/srv/SetParameters',
      '/stretch/gesture_control/set_parameters',
    );
    const value = { type: parameterBool, bool_value: true };
    const answer = set.sendRequestAsync({ parameters: [{ name: 'assist', value }] }, { timeoutMs: 1000 });
    await runFor(1);
    expect((await answer).results.map(({ successful }) => successful)).toEqual([true]);
    activate('wflex');
    await runFor(5);
    const early = Math.min(...motions.map(({ linearMps }) => linearMps));
    expect(early).toBeLessThan(-0.04);
    await runFor(12);
    expect(said).toContain('slowed');
    // The shelf is 0.9 m behind; a base that is not slowed stands before it because the gate brakes, or has hit it.
    const late = motions.filter(({ atS }) => atS > nowS() - 1).map(({ linearMps }) => Math.abs(linearMps));
    expect(Math.max(...late)).toBeLessThan(0.6 * Math.abs(early));
  });
});
