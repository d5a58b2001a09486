import { join } from 'node:path';
import { loadPriorMap } from '@efferent/robot';
import { createLockstep, type Lockstep, type RosNode, type RunningNode } from '@efferent/ros';
import { afterEach, describe, expect, test } from 'vitest';
import { agentNode } from './agent-node.ts';
import { plannerNames } from './planners/planners.ts';
import { SymbolicKitchen } from './testing/symbolic-kitchen-node.ts';

interface Run {
  readonly lockstep: Lockstep;
  readonly kitchen: SymbolicKitchen;
  readonly client: RosNode;
  readonly agent: RunningNode;
}

const open: Run[] = [];
afterEach(async () => {
  for (const run of open.splice(0)) {
    await settle(run.lockstep, run.agent.stop());
    await run.lockstep.shutdown();
  }
});

const workspace = join(import.meta.dirname, '../../..');

async function settle<T>(lockstep: Lockstep, promise: Promise<T>): Promise<T> {
  let done = false;
  const end = () => {
    done = true;
  };
  promise.then(end, end);
  expect(await lockstep.runUntil(() => done, lockstep.clock.nowNs() + 1_500_000_000_000n)).toBe(true);
  return promise;
}

async function start(): Promise<Run> {
  const lockstep = createLockstep({ logSink: () => undefined });
  const world = await lockstep.context.createNode('kitchen');
  const kitchen = new SymbolicKitchen(world, loadPriorMap([workspace], 'kitchen'));
  const node = await lockstep.context.createNode('agent');
  const services = { jobs: lockstep.jobs, workspaceFolders: [workspace] };
  const agent = await settle(lockstep, agentNode.start(node, services));
  const run = { lockstep, kitchen, client: await lockstep.context.createNode('client'), agent };
  kitchen.add('apple', 'apple', [0.5, -0.6, 0.757]);
  kitchen.add('banana', 'banana', [0.65, -0.45, 0.757]);
  kitchen.add('bowl', 'bowl', [0.8, -0.6, 0.757], [0.2, 0.2, 0.075]);
  kitchen.add('red', 'red-mug', [0.3, -0.6, 0.77]);
  kitchen.add('blue', 'blue-mug', [0.4, -0.75, 0.77]);
  open.push(run);
  // The robot has looked at the table.
  await lockstep.advanceTo(lockstep.clock.nowNs() + 3_000_000_000n);
  return run;
}

function say(run: Run, instruction: string, planner = '') {
  const action = run.client.createActionClient(
    'efferent_interfaces/action/ExecuteTask',
    '/agent/execute_task',
  );
  const events: string[] = [];
  const result = action
    .sendGoal(
      { instruction, planner, when_busy: 'as-said' },
      {
        timeoutMs: 5000,
        onFeedback: (event) => events.push(`${event.kind}: ${event.text} | ${event.detail}`),
      },
    )
    .then((handle) => handle.getResult({ timeoutMs: 2_000_000 }))
    .then(({ result: outcome }) => outcome);
  return { events, result };
}

/** Says something when a skill begins that has been asked for. */
function sayWhen(run: Run, skill: string, words: string): { said?: ReturnType<typeof say> } {
  const later: { said?: ReturnType<typeof say> } = {};
  run.kitchen.onSkill = (name) => {
    if (name !== skill) return;
    run.kitchen.onSkill = () => undefined;
    later.said = say(run, words);
  };
  return later;
}

const placeOf = (run: Run, thing: string) => run.kitchen.things.get(thing)!.at;
const isInBowl = (run: Run, thing: string) => {
  const [x, y] = placeOf(run, thing);
  const [bx, by] = placeOf(run, 'bowl');
  return Math.hypot(x - bx, y - by) < 0.1;
};

/** `no-critic` differs from `hybrid` only in what it does not judge. */
const planners = plannerNames.filter((name) => name !== 'no-critic');

describe.each(planners)('a task that %s drives', (planner) => {
  test('"no, the other mug" stops the grasp and takes the other one', async () => {
    const run = await start();
    const later = sayWhen(run, 'pick', 'no, the other mug');
    const first = say(run, 'put the red mug in the bowl', planner);
    const result = await settle(run.lockstep, first.result);
    expect(result, result.message).toMatchObject({ success: true });
    const amended = await settle(run.lockstep, later.said!.result);
    expect(amended).toMatchObject({
      success: true,
      outcome: 'amended',
      message: 'changed: the other mug instead of the red mug',
    });
    expect(isInBowl(run, 'blue')).toBe(true);
    expect(isInBowl(run, 'red')).toBe(false);
    expect(run.kitchen.held).toBe('');
    expect(first.events.some((event) => event.startsWith('amended: the other mug'))).toBe(true);
  });

  test('what is held and no longer wanted is put back first', async () => {
    const run = await start();
    const later = sayWhen(run, 'place-in', 'the blue one');
    const first = say(run, 'put the red mug in the bowl', planner);
    const result = await settle(run.lockstep, first.result);
    expect(result, result.message).toMatchObject({ success: true });
    expect((await settle(run.lockstep, later.said!.result)).outcome).toBe('amended');
    expect(isInBowl(run, 'blue')).toBe(true);
    expect(isInBowl(run, 'red')).toBe(false);
  });
});

test.each(['hybrid', 'clea'])(
  '"and the banana as well" is done beside the rest, which goes on (%s)',
  async (planner) => {
    const run = await start();
    sayWhen(run, 'pick', 'and the banana as well');
    const first = say(run, 'put the apple in the bowl', planner);
    const result = await settle(run.lockstep, first.result);
    expect(result, result.message).toMatchObject({ success: true });
    expect(isInBowl(run, 'apple') && isInBowl(run, 'banana')).toBe(true);
    expect(run.kitchen.sent.filter((call) => call === 'pick(apple-1)')).toHaveLength(1);
  },
);

test('"stop" ends everything and leaves the robot as it stands', async () => {
  const run = await start();
  const later = sayWhen(run, 'place-in', 'stop!');
  const first = say(run, 'put the apple in the bowl');
  expect(await settle(run.lockstep, first.result)).toMatchObject({ outcome: 'cancelled' });
  expect(await settle(run.lockstep, later.said!.result)).toMatchObject({
    outcome: 'success',
    message: 'stopped: put the apple in the bowl',
  });
  expect(run.kitchen.held).toBe('apple');
  expect(run.kitchen.sent.at(-1)).toBe('place-in(apple-1, bowl-1)');
});

test('"never mind" puts down what is held', async () => {
  const run = await start();
  const later = sayWhen(run, 'place-in', 'never mind');
  const first = say(run, 'put the apple in the bowl');
  expect((await settle(run.lockstep, first.result)).outcome).toBe('cancelled');
  const result = await settle(run.lockstep, later.said!.result);
  expect(result, result.message).toMatchObject({ success: true, skills: 1 });
  expect(run.kitchen.held).toBe('');
  expect(isInBowl(run, 'apple')).toBe(false);
});

test('"instead …" replaces the task, after what is held is put down', async () => {
  const run = await start();
  const later = sayWhen(run, 'place-in', 'open the left drawer instead');
  const first = say(run, 'put the apple in the bowl');
  expect((await settle(run.lockstep, first.result)).outcome).toBe('replaced');
  const result = await settle(run.lockstep, later.said!.result);
  expect(result, result.message).toMatchObject({ success: true });
  expect(later.said!.events[0]).toBe('heard: instead of: put the apple in the bowl | replaced');
  expect(run.kitchen.held).toBe('');
  expect([...run.kitchen.opened]).toEqual(['left-drawer']);
});

test('"give it to me instead" keeps what is held', async () => {
  const run = await start();
  const later = sayWhen(run, 'place-in', 'stop that and bring it to me');
  const first = say(run, 'put the apple in the bowl');
  expect((await settle(run.lockstep, first.result)).outcome).toBe('replaced');
  const result = await settle(run.lockstep, later.said!.result);
  expect(result, result.message).toMatchObject({ success: true });
  expect(run.kitchen.sent.filter((call) => call.startsWith('pick'))).toHaveLength(1);
});

test.each(['then close it', 'close the fridge when you are done', 'close the fridge'])(
  '"%s" waits for the running task',
  async (words) => {
    const run = await start();
    const later = sayWhen(run, 'open', words);
    const first = say(run, 'open the fridge');
    expect(await settle(run.lockstep, first.result)).toMatchObject({ outcome: 'success' });
    const result = await settle(run.lockstep, later.said!.result);
    expect(result, result.message).toMatchObject({ success: true });
    expect(later.said!.events[0]).toBe('heard: queued: 2nd, after: open the fridge | queued');
    expect([...run.kitchen.opened]).toEqual([]);
  },
);

test('a correction is about what was said last, also while that waits', async () => {
  const run = await start();
  const first = say(run, 'put the apple in the bowl');
  const second = say(run, 'then open the left drawer');
  const third = say(run, 'no, the right drawer');
  expect(await settle(run.lockstep, third.result)).toMatchObject({
    outcome: 'amended',
    message: 'changed: the right drawer instead of the left drawer',
  });
  expect((await settle(run.lockstep, first.result)).outcome).toBe('success');
  expect((await settle(run.lockstep, second.result)).message).toBe('the right drawer is open');
  expect([...run.kitchen.opened]).toEqual(['right-drawer']);
});

test('a correction answers the question that is open', async () => {
  const run = await start();
  const first = say(run, 'pick up the mug');
  await run.lockstep.advanceTo(run.lockstep.clock.nowNs() + 5_000_000_000n);
  const second = say(run, 'the blue one');
  expect((await settle(run.lockstep, second.result)).outcome).toBe('amended');
  expect((await settle(run.lockstep, first.result)).message).toBe('I hold the blue mug');
});

test('"not there, on the counter" lets the grasp go on', async () => {
  const run = await start();
  sayWhen(run, 'pick', 'not there, on the counter');
  const first = say(run, 'put the apple in the bowl');
  expect((await settle(run.lockstep, first.result)).message).toBe('the apple is on the counter');
  expect(run.kitchen.sent.filter((call) => call === 'pick(apple-1)')).toHaveLength(1);
});

test('what is not understood changes nothing, and says so', async () => {
  const run = await start();
  const later = sayWhen(run, 'pick', 'no, sing a song');
  const first = say(run, 'put the apple in the bowl');
  expect((await settle(run.lockstep, first.result)).outcome).toBe('success');
  expect(await settle(run.lockstep, later.said!.result)).toMatchObject({
    success: false,
    outcome: 'not-understood',
    message: 'I do not know how to "sing". I go on: put the apple in the bowl.',
  });
});

test('a correction without a task asks for the whole of it', async () => {
  const run = await start();
  const result = await settle(run.lockstep, say(run, 'no, the other mug').result);
  expect(result.message).toBe('Nothing runs that this could change; say the whole of what I should do.');
});
