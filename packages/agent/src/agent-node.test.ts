import { join } from 'node:path';
import type { MessageTypes } from '@efferent/interfaces';
import { loadPriorMap } from '@efferent/robot';
import {
  createLockstep,
  goalStatus,
  type Lockstep,
  qosProfiles,
  type RosNode,
  type RunningNode,
} from '@efferent/ros';
import { afterEach, expect, test } from 'vitest';
import { agentNode } from './agent-node.ts';
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

async function settle<T>(lockstep: Lockstep, promise: Promise<T>, limitS = 1200): Promise<T> {
  let done = false;
  promise.then(
    () => {
      done = true;
    },
    () => {
      done = true;
    },
  );
  expect(await lockstep.runUntil(() => done, lockstep.clock.nowNs() + BigInt(limitS) * 1_000_000_000n)).toBe(
    true,
  );
  return promise;
}

async function start(parameters: Record<string, string | number | boolean> = {}): Promise<Run> {
  const lockstep = createLockstep({ logSink: () => undefined });
  const world = await lockstep.context.createNode('kitchen');
  const kitchen = new SymbolicKitchen(world, loadPriorMap([workspace], 'kitchen'));
  const node = await lockstep.context.createNode('agent', {
    rosArguments: { remaps: new Map(), parameters: new Map(Object.entries(parameters)) },
  });
  const agent = await settle(
    lockstep,
    agentNode.start(node, { jobs: lockstep.jobs, workspaceFolders: [workspace] }),
  );
  const client = await lockstep.context.createNode('client');
  const run = { lockstep, kitchen, client, agent };
  open.push(run);
  return run;
}

async function send(run: Run, instruction: string, fields: { planner?: string; when_busy?: string } = {}) {
  const action = run.client.createActionClient(
    'efferent_interfaces/action/ExecuteTask',
    '/agent/execute_task',
  );
  const events: string[] = [];
  const handle = await settle(
    run.lockstep,
    action.sendGoal(
      { instruction, ...fields },
      {
        timeoutMs: 5000,
        onFeedback: (event) => events.push(`${event.kind}: ${event.text} | ${event.detail}`),
      },
    ),
  );
  return { handle, events, result: handle.getResult({ timeoutMs: 2_000_000 }) };
}

async function ask(run: Run, instruction: string, fields: { planner?: string } = {}) {
  const sent = await send(run, instruction, fields);
  const { result, status } = await settle(run.lockstep, sent.result);
  return { result, status, events: sent.events };
}

const tableThings = (kitchen: SymbolicKitchen) => {
  kitchen.add('apple', 'apple', [0.5, -0.6, 0.757]);
  kitchen.add('bowl', 'bowl', [0.8, -0.6, 0.757], [0.2, 0.2, 0.075]);
};

test('puts the apple in the bowl and verifies it', async () => {
  const run = await start();
  tableThings(run.kitchen);
  const { result, events } = await ask(run, 'put the apple in the bowl');
  expect(result).toMatchObject({
    success: true,
    outcome: 'success',
    message: 'the apple is in the bowl',
    replans: 0,
  });
  expect(run.kitchen.sent).toEqual(['look(table-top)', 'pick(apple-1)', 'place-in(apple-1, bowl-1)']);
  expect(events[0]).toBe(
    'plan: 1 find apple   2 find bowl   3 pick apple   4 place apple in bowl | reasoner, 3 ms',
  );
  expect(events.filter((event) => event.startsWith('step-end')).at(-1)).toContain('ok, confirmed');
});

test.each([
  ['bring the apple to the counter', 'the apple is on the counter'],
  ['bring me the apple', 'the apple is on the table'],
  ['open the left drawer', 'the left drawer is open'],
  ['open the fridge, then close it', 'the fridge door is closed'],
  ['find the apple', 'the apple is on the table'],
  ['go to the fridge', 'I am at the fridge'],
  ['pick up the apple', 'I hold the apple'],
  ['put the apple in the fridge and close it', 'the apple is in the fridge, the fridge door is closed'],
  ['put all the fruit in the bowl', 'the apple is in the bowl, the banana is in the bowl'],
  ['clear the table', 'the apple is on the counter, the bowl is on the counter'],
])('carries out "%s"', async (instruction, message) => {
  const run = await start();
  tableThings(run.kitchen);
  if (instruction.includes('fruit')) run.kitchen.add('banana', 'banana', [-0.4, 1.7, 0.88]);
  const { result } = await ask(run, instruction);
  expect(result).toMatchObject({ outcome: 'success', success: true, message });
  expect(result.goal_condition_success).toBe(1);
});

test('opens a drawer to find what is not in sight', async () => {
  const run = await start();
  run.kitchen.add('spoon', 'spoon', [-1.2, 1.6, 0.62], [0.1, 0.04, 0.03]);
  const { result } = await ask(run, 'find the spoon');
  expect(result).toMatchObject({ outcome: 'success', message: 'the spoon is in the left drawer' });
  expect(run.kitchen.sent).toContain('open(left-drawer)');
});

test('finds the apple again when it was moved before the grasp', async () => {
  const run = await start();
  tableThings(run.kitchen);
  run.kitchen.onSkill = (skill) => {
    if (skill !== 'pick') return;
    run.kitchen.things.get('apple')!.at = [-0.4, 1.7, 0.887];
    run.kitchen.onSkill = () => undefined;
  };
  const { result, events } = await ask(run, 'put the apple in the bowl');
  expect(result).toMatchObject({ outcome: 'success', replans: 1 });
  expect(events.find((event) => event.startsWith('replan'))).toBe(
    'replan: the apple is not where I believed it to be: first find apple | replan sub-goal (round 1)',
  );
});

test('finds the bowl again while it holds the apple', async () => {
  const run = await start();
  tableThings(run.kitchen);
  run.kitchen.onSkill = (skill) => {
    if (skill === 'place-in') run.kitchen.things.get('bowl')!.at = [-0.4, 1.7, 0.887];
    if (skill === 'place-in') run.kitchen.onSkill = () => undefined;
  };
  const { result } = await ask(run, 'put the apple in the bowl');
  expect(result).toMatchObject({ outcome: 'success', replans: 1 });
});

test('tries a failed grasp again without replanning', async () => {
  const run = await start();
  tableThings(run.kitchen);
  run.kitchen.failures.push({ skill: 'pick', code: 'grasp-failed' });
  const { result, events } = await ask(run, 'put the apple in the bowl');
  expect(result).toMatchObject({ outcome: 'success', replans: 0 });
  expect(events).toContain('replan: pick apple: it ended with grasp-failed | try again');
});

test('a grasp that failed on the way back left the thing in the hand: it is put down, not picked again', async () => {
  const run = await start();
  tableThings(run.kitchen);
  const { kitchen } = run;
  kitchen.failures.push({ skill: 'pick', code: 'blocked' });
  kitchen.onSkill = (skill) => {
    if (skill === 'pick') kitchen.held = 'apple';
  };
  const { result } = await ask(run, 'put the apple in the bowl');
  expect(result).toMatchObject({ outcome: 'success' });
  expect(kitchen.sent.filter((call) => call.startsWith('pick'))).toHaveLength(1);
});

test('does not believe a skill that reports success without effect', async () => {
  const run = await start();
  tableThings(run.kitchen);
  run.kitchen.failures.push({ skill: 'pick', code: 'lie' }, { skill: 'place-in', code: 'lie' });
  const { result, events } = await ask(run, 'put the apple in the bowl');
  expect(result.outcome).toBe('success');
  expect(events.filter((event) => event.endsWith('| refuted')).length).toBe(2);
});

test('ends in a named failure when the same step keeps failing', async () => {
  const run = await start();
  tableThings(run.kitchen);
  for (let i = 0; i < 40; i++) run.kitchen.failures.push({ skill: 'pick', code: 'grasp-failed' });
  const { result, status } = await ask(run, 'put the apple in the bowl');
  expect(result).toMatchObject({ success: false, outcome: 'repeated-failure' });
  expect(status).toBe(goalStatus.aborted);
});

test('says where it looked when a thing is nowhere', async () => {
  const run = await start();
  tableThings(run.kitchen);
  const { result } = await ask(run, 'put the lemon in the bowl');
  expect(result.outcome).toBe('not-found');
  expect(result.message).toMatch(/^I did not find the lemon; I looked at: .*table.*fridge/);
});

test('what a search does are steps of the plan: looks, and opening what hides a place before the look into it', async () => {
  const run = await start();
  tableThings(run.kitchen);
  const plans: MessageTypes['efferent_interfaces/msg/Plan'][] = [];
  run.client.createSubscription('efferent_interfaces/msg/Plan', '/agent/plan', {}, (plan) =>
    plans.push(plan),
  );
  await ask(run, 'put the lemon in the bowl');
  const steps = plans.at(-1)!.sub_goals;
  const search = steps.findIndex(({ skill }) => skill === 'find');
  const opening = steps.findIndex(({ skill }) => skill === 'open');
  expect(opening).toBeGreaterThanOrEqual(0);
  expect(steps[opening + 1]).toMatchObject({ skill: 'look', state: 3, depends_on: [steps[opening]!.id] });
  expect(search).toBeGreaterThan(opening);
  expect(steps[search]!.depends_on).toContain(steps[opening]!.id);
  // Before it is done it is in the plan.
  const isPlanned = plans.some(({ sub_goals }) =>
    sub_goals.some(({ id, state }) => id === steps[opening]!.id && state < 3),
  );
  expect(isPlanned).toBe(true);
});

test('open loop plans once and gives up where the closed loop finds the apple again', async () => {
  const run = await start();
  tableThings(run.kitchen);
  run.kitchen.onSkill = (skill) => {
    if (skill === 'pick') run.kitchen.things.get('apple')!.at = [-0.4, 1.7, 0.887];
  };
  const { result } = await ask(run, 'put the apple in the bowl', { planner: 'open-loop' });
  expect(result).toMatchObject({ success: false, outcome: 'target-lost', replans: 0, model_calls: 1 });
});

test('names what it does not understand and what it could do instead', async () => {
  const run = await start();
  tableThings(run.kitchen);
  await run.lockstep.advanceTo(run.lockstep.clock.nowNs() + 2_000_000_000n);
  const { result } = await ask(run, 'fly to the moon');
  expect(result).toMatchObject({
    outcome: 'not-understood',
    message:
      'I do not know how to "fly". I can: find, pick, place, bring, open, close, look, go, clear, tidy, press, wipe, hold to your mouth. Objects I know of here: apple, bowl.',
    skills: 0,
  });
});

/** Answers every question that comes up; returns the questions. */
function answerWith(run: Run, answer: string): { text: string; choices: readonly string[] }[] {
  const asked: { text: string; choices: readonly string[] }[] = [];
  const service = run.client.createClient('efferent_interfaces/srv/AnswerQuestion', '/agent/answer');
  run.client.createSubscription(
    'efferent_interfaces/msg/Question',
    '/agent/question',
    { qos: qosProfiles.latched },
    (question) => {
      if (question.id === '') return;
      asked.push({ text: question.text, choices: question.choices });
      service
        .sendRequestAsync({ question_id: question.id, answer }, { timeoutMs: 1000 })
        .catch(() => undefined);
    },
  );
  return asked;
}

const twoMugs = (kitchen: SymbolicKitchen) => {
  kitchen.add('red', 'red-mug', [0.3, -0.6, 0.77]);
  kitchen.add('blue', 'blue-mug', [0.8, -0.6, 0.77]);
};

test('asks which of two mugs is meant and takes the answer', async () => {
  const run = await start();
  twoMugs(run.kitchen);
  const asked = answerWith(run, 'the blue one'.replace(' one', ''));
  const { result } = await ask(run, 'pick up the mug');
  expect(asked).toEqual([
    { text: 'Which mug do you mean?', choices: expect.arrayContaining(['red mug', 'blue mug']) },
  ]);
  expect(result.outcome).toBe('success');
  expect(run.kitchen.held).toBe('blue');
});

test('does not take a red mug for the blue one', async () => {
  const run = await start();
  run.kitchen.add('red', 'red-mug', [0.3, -0.6, 0.77]);
  run.kitchen.add('blue', 'blue-mug', [-0.4, 1.7, 0.9]);
  const { result } = await ask(run, 'pick up the blue mug');
  expect(result).toMatchObject({ outcome: 'success', message: 'I hold the blue mug' });
  expect(run.kitchen.held).toBe('blue');
});

test('gives up on a question that nobody answers', async () => {
  const run = await start({ question_timeout_s: 5 });
  twoMugs(run.kitchen);
  const { result } = await ask(run, 'pick up the mug');
  expect(result.outcome).toBe('question-timeout');
  expect(run.kitchen.held).toBe('');
});

test('cancelling stops the running skill', async () => {
  const run = await start();
  tableThings(run.kitchen);
  let cancel: Promise<boolean> | undefined;
  const sent = await send(run, 'put the apple in the bowl');
  run.kitchen.onSkill = (skill) => {
    if (skill === 'pick') cancel = sent.handle.cancelGoal({ timeoutMs: 1000 });
  };
  const { result, status } = await settle(run.lockstep, sent.result);
  expect(await cancel).toBe(true);
  expect(result.outcome).toBe('cancelled');
  expect(status).toBe(goalStatus.canceled);
  expect(run.kitchen.held).toBe('');
  expect(run.kitchen.sent.at(-1)).toBe('pick(apple-1)');
});

test('a newer task replaces the running one', async () => {
  const run = await start();
  tableThings(run.kitchen);
  const first = await send(run, 'put the apple in the bowl');
  const second = await send(run, 'open the left drawer');
  expect((await settle(run.lockstep, first.result)).result).toMatchObject({
    outcome: 'replaced',
    success: false,
  });
  expect((await settle(run.lockstep, second.result)).result.outcome).toBe('success');
});

test('a queued task waits for the running one', async () => {
  const run = await start();
  tableThings(run.kitchen);
  const first = await send(run, 'put the apple in the bowl');
  const second = await send(run, 'bring the apple to the counter', { when_busy: 'queue' });
  expect((await settle(run.lockstep, first.result)).result.outcome).toBe('success');
  expect((await settle(run.lockstep, second.result)).result).toMatchObject({
    outcome: 'success',
    message: 'the apple is on the counter',
  });
});

test('a pause stops the running skill and goes on with it afterwards', async () => {
  const run = await start();
  tableThings(run.kitchen);
  const pause = run.client.createClient('std_srvs/srv/SetBool', '/agent/pause');
  run.kitchen.onSkill = (skill) => {
    if (skill === 'pick') pause.sendRequestAsync({ data: true }, { timeoutMs: 1000 }).catch(() => undefined);
    run.kitchen.onSkill = (next) => {
      if (next === 'pick') pause.sendRequestAsync({ data: true }, { timeoutMs: 1000 }).catch(() => undefined);
      if (next === 'pick') run.kitchen.onSkill = () => undefined;
    };
  };
  const sent = await send(run, 'put the apple in the bowl');
  await run.lockstep.advanceTo(run.lockstep.clock.nowNs() + 60_000_000_000n);
  expect(run.kitchen.held).toBe('');
  const before = run.kitchen.sent.length;
  await settle(run.lockstep, pause.sendRequestAsync({ data: false }, { timeoutMs: 1000 }));
  expect((await settle(run.lockstep, sent.result)).result.outcome).toBe('success');
  expect(run.kitchen.sent.slice(before)[0]).toBe('pick(apple-1)');
});

test('a step that fails while a person holds the robot is made again when it is given back, a lock ends the task', async () => {
  const run = await start();
  tableThings(run.kitchen);
  const gate = run.client.createPublisher(
    'efferent_interfaces/msg/GateStatus',
    '/stretch/gate/status',
    qosProfiles.latched,
  );
  const gestures = run.client.createPublisher(
    'efferent_interfaces/msg/GestureControlStatus',
    '/stretch/gesture_control/status',
    qosProfiles.default,
  );
  const wait = (seconds: number) =>
    run.lockstep.advanceTo(run.lockstep.clock.nowNs() + BigInt(seconds) * 1_000_000_000n);
  const picks = () => run.kitchen.sent.filter((call) => call.startsWith('pick')).length;
  // More often than a step may fail.
  const holds = 8;
  for (let i = 0; i < holds; i++)
    run.kitchen.failures.push({
      skill: 'pick',
      code: 'blocked',
      meanwhile: () => gate.publish({ source: 'human' }),
    });
  const sent = await send(run, 'put the apple in the bowl');
  for (let i = 1; i <= holds; i++) {
    await wait(60);
    expect(picks()).toBe(i);
    gate.publish({ source: 'none' });
  }
  const { result } = await settle(run.lockstep, sent.result);
  expect(result).toMatchObject({ outcome: 'success', replans: 0 });
  expect(picks()).toBe(holds + 1);

  run.kitchen.failures.push({
    skill: 'pick',
    code: 'stopped',
    meanwhile: () => {
      gate.publish({ source: 'human' });
      gestures.publish({ stop_state: 'locked' });
    },
  });
  const again = await send(run, 'pick up the apple');
  expect((await settle(run.lockstep, again.result)).result.outcome).toBe('stopped');

  // Locked while the step waits for the robot to be given back: it is not sent again.
  const before = picks();
  gestures.publish({ stop_state: 'armed' });
  const held = await send(run, 'pick up the apple');
  await wait(20);
  gestures.publish({ stop_state: 'locked' });
  expect((await settle(run.lockstep, held.result)).result.outcome).toBe('stopped');
  expect(picks()).toBe(before);
});

test('with confirm_steps every step waits for a word, stays paused without one, and can end the task', async () => {
  const run = await start({ confirm_steps: true, question_timeout_s: 20 });
  tableThings(run.kitchen);
  const answers = run.client.createClient('efferent_interfaces/srv/AnswerQuestion', '/agent/answer');
  const asked: string[] = [];
  let id = '';
  const qos = qosProfiles.latched;
  run.client.createSubscription(
    'efferent_interfaces/msg/Question',
    '/agent/question',
    { qos },
    (question) => {
      id = question.id;
      if (id !== '') asked.push(`${question.text} ${question.choices.join(' / ')}`);
    },
  );
  const say = (answer: string) =>
    settle(run.lockstep, answers.sendRequestAsync({ question_id: id, answer }, { timeoutMs: 1000 }));
  const wait = (seconds: number) =>
    run.lockstep.advanceTo(run.lockstep.clock.nowNs() + BigInt(seconds) * 1_000_000_000n);
  const sent = await send(run, 'put the apple in the bowl');
  await wait(90);
  expect(run.kitchen.sent.filter((call) => !call.startsWith('look'))).toEqual([]);
  expect(new Set(asked)).toEqual(new Set(['Next: pick apple. go on / end the task']));
  expect(asked.length).toBeGreaterThan(3);
  await say('go on');
  await wait(60);
  expect(run.kitchen.sent.at(-1)).toBe('pick(apple-1)');
  expect(asked.at(-1)).toBe('Next: place apple in bowl. go on / end the task');
  await say('end the task');
  const { result } = await settle(run.lockstep, sent.result);
  expect(result).toMatchObject({ outcome: 'cancelled', success: false });
  expect(run.kitchen.sent.at(-1)).toBe('pick(apple-1)');
});

test('refuses a parameter that names no model', async () => {
  await expect(start({ model: 'oracle' })).rejects.toThrow(
    'parameter model: there is no language model "oracle"',
  );
});

test('publishes what it believes and what it plans', async () => {
  const run = await start();
  tableThings(run.kitchen);
  const seen = { objects: new Set<string>(), states: new Set<string>(), critiques: 0, calls: 0 };
  const qos = qosProfiles.latched;
  run.client.createSubscription('efferent_interfaces/msg/Belief', '/agent/belief', { qos }, (belief) => {
    for (const object of belief.objects)
      seen.objects.add(`${object.id} ${object.relation} ${object.support}`);
  });
  run.client.createSubscription('efferent_interfaces/msg/Plan', '/agent/plan', { qos }, (plan) => {
    seen.states.add(plan.sub_goals.map((subGoal) => subGoal.state).join(''));
  });
  run.client.createSubscription('efferent_interfaces/msg/Critique', '/agent/critique', {}, () => {
    seen.critiques += 1;
  });
  run.client.createSubscription('efferent_interfaces/msg/ModelCall', '/agent/model_calls', {}, () => {
    seen.calls += 1;
  });
  await ask(run, 'put the apple in the bowl');
  await run.lockstep.advanceTo(run.lockstep.clock.nowNs() + 2_000_000_000n);
  expect([...seen.objects]).toEqual(
    expect.arrayContaining(['apple-1 on table-top', 'apple-1 in bowl-1', 'bowl-1 on table-top']),
  );
  expect(seen.states).toContain('33333');
  expect(seen).toMatchObject({ critiques: 2, calls: 1 });
});
