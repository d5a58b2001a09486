import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MessageTypes } from '@efferent/interfaces';
import { createLockstep, type Lockstep, type NodeModule, qosProfiles, type RosNode } from '@efferent/ros';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { calibrateSynthetic } from './decoder/calibrate-synthetic.ts';
import { saveCalibration } from './decoder/calibration-file.ts';
import { defaultProtocol } from './decoder/calibration-protocol.ts';
import { emgSourceNode } from './emg-source-node.ts';
import { gestureControlNode } from './gesture-control-node.ts';
import { gestureNode } from './gesture-node.ts';

type Prompt = MessageTypes['efferent_interfaces/msg/CalibrationPrompt'];
type Status = MessageTypes['efferent_interfaces/msg/GestureControlStatus'];

/** A person with one gesture calibrates again from the menu: emg-source -> gesture -> gesture-control on a virtual clock. */
const person = { personSeed: 1002, sampleRateHz: 2000 };
/** Half a minute of signal and more on a virtual clock. */
const slow = { timeout: 180_000 } as const;

let folder: string;
let file: string;
let lockstep: Lockstep;
let observer: RosNode;
let prompts: Prompt[];
let status: Status | undefined;
let speeds: number[];
let isFollowing: boolean;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'efferent-emg-'));
  file = join(folder, 'person.json');
  const protocol = { ...defaultProtocol, gestures: ['rest', 'wextend'] as const, repetitions: 4 };
  await saveCalibration(file, await calibrateSynthetic(person, protocol));
  lockstep = createLockstep({ logSink: () => undefined });
  [prompts, speeds, status, isFollowing] = [[], [], undefined, true];
  observer = await lockstep.context.createNode('observer', { namespace: '/stretch' });
  const latched = { qos: qosProfiles.latched };
  observer.createSubscription(
    'efferent_interfaces/msg/CalibrationPrompt',
    '/emg/calibration',
    latched,
    (prompt) => {
      const isNew = prompt.text !== prompts.at(-1)?.text;
      prompts.push(prompt);
      if (isNew && isFollowing && prompt.state === 'prompting')
        activate(`${prompt.gesture} ${prompt.effort}`);
      if (prompt.state === 'fitting') activate('rest');
    },
  );
  observer.createSubscription(
    'efferent_interfaces/msg/GestureControlStatus',
    'gesture_control/status',
    {},
    (message) => {
      status = message;
    },
  );
  observer.createSubscription('geometry_msgs/msg/TwistStamped', 'gate/human/cmd_vel', {}, ({ twist }) =>
    speeds.push(twist.linear.x || twist.angular.z),
  );
  await start(emgSourceNode, '/', { seed: person.personSeed });
  await start(gestureNode, '/', { calibration: file, recalibration_hold_s: 1.6 });
  await start(gestureControlNode, '/stretch', { mapping: 'two' });
  await until(() => status?.stop_state === 'armed' && status.choices.length > 0, 5);
}, 60_000);

afterEach(async () => {
  await lockstep.shutdown();
  await rm(folder, { recursive: true });
});

async function start(module: NodeModule, namespace: string, parameters: Record<string, number | string>) {
  const rosArguments = { remaps: new Map(), parameters: new Map(Object.entries(parameters)) };
  const node = await lockstep.context.createNode(module.name, { namespace, rosArguments });
  await module.start(node, { jobs: lockstep.jobs, workspaceFolders: [folder] });
}

function activate(text: string): void {
  observer.createPublisher('std_msgs/msg/String', '/emg/activate').publish({ data: text });
}

const until = (isMet: () => boolean, seconds: number) =>
  lockstep.runUntil(isMet, lockstep.clock.nowNs() + BigInt(Math.round(seconds * 1e9)));

/** Sees a choice lit, takes it with the one gesture, and lets go; a repetition that was too weak is done again. */
async function choose(label: string): Promise<void> {
  const isLit = () =>
    status?.choices[status.lit] === label && status.lit_progress > 0.15 && status.lit_progress < 0.4;
  for (let attempt = 0; attempt < 4; attempt++) {
    await until(isLit, 40);
    expect(status?.choices[status.lit]).toBe(label);
    const before = status?.choices.join();
    activate('wextend 0.5');
    await until(() => status?.choices.join() !== before, 2);
    activate('rest');
    await until(() => false, 0.8);
    if (status?.choices.join() !== before) return;
  }
  throw new Error(`"${label}" could not be chosen`);
}

async function calibrate(): Promise<void> {
  await choose('calibrate');
  await choose('yes, calibrate');
  await until(() => ['done', 'failed'].includes(prompts.at(-1)?.state ?? ''), 60);
}

test(
  'one gesture starts the prompts, time goes on from one to the next, and the new decoder obeys',
  slow,
  async () => {
    const before = await readFile(file, 'utf8');
    await calibrate();
    expect(prompts.at(-1)?.text).toMatch(/^calibrated: \d+ % right$/);
    expect(await readFile(file, 'utf8')).not.toBe(before);
    const asked = prompts.filter(({ state }) => state === 'prompting').map(({ text }) => text);
    expect(new Set(asked)).toEqual(
      new Set(['rest', 'rest: keep still', 'wextend, gently', 'wextend, firmly']),
    );
    expect(speeds.filter((speed) => speed !== 0)).toEqual([]);
    await until(() => status?.stop_state === 'armed', 3);
    await choose('drive');
    expect(status?.choices[0]).toBe('forward');
  },
);

test(
  'without what the calibration before rested on the new repetitions stand alone, and the end says so',
  slow,
  async () => {
    await rm(file.replace('.json', '.evidence.json'));
    await calibrate();
    expect(prompts.at(-1)?.text).toMatch(
      /^calibrated: \d+ % right\. Nothing was kept of the calibration before/,
    );
  },
);

test('whoever asks by a gesture sees why a calibration cannot begin', async () => {
  const alone = createLockstep({ logSink: () => undefined });
  const node = await alone.context.createNode('gesture');
  await gestureNode.start(node, { jobs: alone.jobs, workspaceFolders: [folder] });
  const viewer = await alone.context.createNode('viewer');
  const told: Prompt[] = [];
  const latched = { qos: qosProfiles.latched };
  viewer.createSubscription(
    'efferent_interfaces/msg/CalibrationPrompt',
    '/emg/calibration',
    latched,
    (prompt) => told.push(prompt),
  );
  const calls = viewer.createClient('std_srvs/srv/SetBool', '/emg/calibrate');
  const answer = calls.sendRequestAsync({ data: true }, { timeoutMs: 1000 });
  await alone.runUntil(() => told.at(-1)?.state === 'failed', alone.clock.nowNs() + 2_000_000_000n);
  expect(await answer).toMatchObject({ success: false });
  expect(told.at(-1)?.text).toMatch(/^there is no calibration to start from; make one with/);
  await alone.shutdown();
});

test('gestures made for a prompt move nothing, and the reason is shown', slow, async () => {
  await choose('calibrate');
  await choose('yes, calibrate');
  await until(() => prompts.at(-1)?.gesture === 'wextend', 20);
  await until(() => false, 1);
  expect(status).toMatchObject({
    stop_state: 'stopped',
    stop_reason: 'the decoder is being calibrated',
    active: false,
  });
});

test('a person who does not follow the prompts keeps the decoder that they have', slow, async () => {
  isFollowing = false;
  const before = await readFile(file, 'utf8');
  await calibrate();
  expect(prompts.at(-1)?.state).toBe('failed');
  expect(prompts.at(-1)?.text).toMatch(/^only \d+ % right; the calibration before stays$/);
  expect(await readFile(file, 'utf8')).toBe(before);
  await until(() => status?.stop_state === 'armed', 3);
  await choose('drive');
});

test('a calibration can be ended before its time', slow, async () => {
  const calls = observer.createClient('std_srvs/srv/SetBool', '/emg/calibrate');
  const ask = async (data: boolean) => {
    const answer = calls.sendRequestAsync({ data }, { timeoutMs: 1000 });
    await until(() => false, 1);
    return answer;
  };
  expect(await ask(false)).toMatchObject({ success: false, message: 'no calibration is going on' });
  expect(await ask(true)).toMatchObject({ success: true });
  expect(await ask(true)).toMatchObject({ success: false, message: 'a calibration is going on' });
  expect(await ask(false)).toMatchObject({ success: true });
  expect(prompts.at(-1)).toMatchObject({ state: 'failed' });
  await until(() => status?.stop_state === 'armed', 3);
});
