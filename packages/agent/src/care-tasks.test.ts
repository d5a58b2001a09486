import { join } from 'node:path';
import { loadPriorMap } from '@efferent/robot';
import { createLockstep, type Lockstep, qosProfiles, type RunningNode } from '@efferent/ros';
import { afterEach, expect, test } from 'vitest';
import { agentNode } from './agent-node.ts';
import { SymbolicCareRoom } from './testing/symbolic-care-room-node.ts';

const workspace = join(import.meta.dirname, '../../..');
const open: { readonly lockstep: Lockstep; readonly agent: RunningNode }[] = [];
afterEach(async () => {
  for (const { lockstep, agent } of open.splice(0)) {
    await settle(lockstep, agent.stop());
    await lockstep.shutdown();
  }
});

async function settle<T>(lockstep: Lockstep, promise: Promise<T>): Promise<T> {
  let done = false;
  const end = () => {
    done = true;
  };
  promise.then(end, end);
  expect(await lockstep.runUntil(() => done, lockstep.clock.nowNs() + 1_200_000_000_000n)).toBe(true);
  return promise;
}

type Prepare = (room: SymbolicCareRoom) => void;

/** The agent in the care room without physics. */
async function start(prepare: Prepare) {
  const lockstep = createLockstep({ logSink: () => undefined });
  const room = new SymbolicCareRoom(
    await lockstep.context.createNode('room'),
    loadPriorMap([workspace], 'care-room'),
  );
  room.add('mug', 'mug', [-0.6, -1.65, 0.868], [0.078, 0.078, 0.095]);
  room.add('sponge', 'sponge', [-0.2, 1.45, 0.775], [0.09, 0.09, 0.07]);
  room.add('spill', 'spill', [0.22, 1.38, 0.742], [0.3, 0.24, 0.004]);
  prepare(room);
  const node = await lockstep.context.createNode('agent', {
    rosArguments: { remaps: new Map(), parameters: new Map([['scene', 'care-room']]) },
  });
  const agent = await settle(
    lockstep,
    agentNode.start(node, { jobs: lockstep.jobs, workspaceFolders: [workspace] }),
  );
  open.push({ lockstep, agent });
  const client = await lockstep.context.createNode('client');
  return { lockstep, room, client };
}

/** Has the agent do an instruction there. */
async function ask(instruction: string, planner: string, prepare: Prepare = () => undefined) {
  const { lockstep, room, client } = await start(prepare);
  const action = client.createActionClient('efferent_interfaces/action/ExecuteTask', '/agent/execute_task');
  const handle = await settle(lockstep, action.sendGoal({ instruction, planner }, { timeoutMs: 5000 }));
  const { result } = await settle(lockstep, handle.getResult({ timeoutMs: 2_000_000 }));
  const worked = room.sent.filter((call) => !/^(look|navigate|stow)/.test(call));
  return { result, worked };
}

test.each(['hybrid', 'deps', 'clea', 'classical'])('%s presses, wipes and offers', async (planner) => {
  const pressed = await ask('turn on the light', planner);
  expect(pressed.result).toMatchObject({ success: true, message: 'I pressed the light switch' });
  expect(pressed.worked).toEqual(['press(light-switch)']);
  const wiped = await ask('wipe the table with the sponge', planner);
  expect(wiped.result).toMatchObject({ success: true, message: 'the spill is wiped up' });
  expect(wiped.worked).toEqual(['pick(sponge-1)', 'wipe(sponge-1, spill-1)']);
  const offered = await ask('hold the cup to my mouth', planner);
  expect(offered.result).toMatchObject({
    success: true,
    message: expect.stringContaining('before the face'),
  });
  expect(offered.worked).toEqual(['pick(mug-1)', 'offer(mug-1, person)']);
});

test('the word of a skill is not enough: what was not pressed, wiped or held out is tried again', async () => {
  const stuck = await ask('press the light switch', 'hybrid', (room) => {
    room.buttonWayM = 0.001;
  });
  expect(stuck.result.success).toBe(false);
  expect(stuck.worked.length).toBeGreaterThan(1);
  const left = await ask('wipe up the spill', 'hybrid', (room) => {
    room.failures.push({ skill: 'wipe', code: 'lie' });
  });
  expect(left.result.success).toBe(true);
  expect(left.worked.filter((call) => call.startsWith('wipe'))).toHaveLength(2);
  const far = await ask('bring the mug to my mouth', 'hybrid', (room) => {
    room.offeredAtM = 0.9;
  });
  expect(far.result.success).toBe(false);
});

/** Kinds of instructions that the agent suggests to whoever listens for 20 s. */
async function suggested(prepare: Prepare) {
  const { lockstep, client } = await start(prepare);
  const heard = new Set<string>();
  const qos = qosProfiles.latched;
  client.createSubscription(
    'efferent_interfaces/msg/Suggestions',
    '/agent/suggestions',
    { qos },
    ({ instructions }) => {
      for (const text of instructions) heard.add(text.split(' ')[0]!);
    },
  );
  await lockstep.advanceTo(lockstep.clock.nowNs() + 20_000_000_000n);
  return [...heard].sort();
}

test('a robot is asked for its skills, and what it has none for is not suggested', async () => {
  const usual = await suggested(() => undefined);
  expect(usual).toEqual(expect.arrayContaining(['hold', 'look', 'press', 'wipe']));
  const without = await suggested((room) => {
    room.skills = room.skills.filter((name) => !['press', 'wipe', 'offer'].includes(name));
  });
  expect(without).toEqual(usual.filter((kind) => !['hold', 'press', 'wipe'].includes(kind)));
});
