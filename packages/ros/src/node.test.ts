import { messageConstants } from '@efferent/interfaces';
import { expect, test } from 'vitest';
import { createInprocContext } from './context.ts';
import { createLockstep } from './lockstep.ts';
import { formatLogRecord, type LogRecord } from './log.ts';
import { parseRosArguments } from './ros-arguments.ts';

test('a log line reaches the sink and /rosout, below the level neither', async () => {
  const records: LogRecord[] = [];
  const lockstep = createLockstep({ logSink: (record) => records.push(record), startNs: 12_500_000_000n });
  const node = await lockstep.context.createNode('gate', { namespace: '/stretch' });
  const rosout: string[] = [];
  node.createSubscription('rcl_interfaces/msg/Log', '/rosout', {}, ({ level, name, msg, stamp }) =>
    rosout.push(`${stamp.sec} ${level} ${name} ${msg}`),
  );
  node.logger.debug('unheard');
  node.logger.warn('command-rejected', { reason: 'too old', ageMs: 212.5, id: 7n });
  await lockstep.settle();
  expect(records.map(formatLogRecord)).toEqual([
    '12.500000 WARN  /stretch/gate: command-rejected reason="too old" ageMs=212.5 id=7',
  ]);
  expect(rosout).toEqual(['12 30 stretch.gate command-rejected reason="too old" ageMs=212.5 id=7']);
});

test('topics, services and actions are remapped', async () => {
  const lockstep = createLockstep({ logSink: () => undefined });
  const { rosArguments } = parseRosArguments([
    '--ros-args',
    '-r',
    'cmd_vel:=base/cmd_vel',
    '-r',
    'stop:=/stop_all',
    '-r',
    'go:=navigate',
  ]);
  const node = await lockstep.context.createNode('gate', { namespace: '/stretch', rosArguments });
  expect(node.createPublisher('geometry_msgs/msg/Twist', 'cmd_vel').topic).toBe('/stretch/base/cmd_vel');
  expect(node.createService('std_srvs/srv/Trigger', 'stop', () => ({})).serviceName).toBe('/stop_all');
  expect(node.createActionClient('nav2_msgs/action/NavigateToPose', 'go').actionName).toBe(
    '/stretch/navigate',
  );
});

test('two nodes of one name are refused by name', async () => {
  const { context } = createLockstep({ logSink: () => undefined });
  await context.createNode('gate', { namespace: '/a' });
  await context.createNode('gate', { namespace: '/b' });
  await expect(context.createNode('gate', { namespace: '/a' })).rejects.toThrowError(
    'a node called /a/gate is already in this process',
  );
});

test('declaring twice, reading what was not declared and timers on a foreign clock are refused', async () => {
  const { context } = createLockstep({ logSink: () => undefined });
  const node = await context.createNode('n');
  node.declareParameter('rate', 5, { description: 'Hz' });
  expect(() => node.declareParameter('rate', 5, { description: 'Hz' })).toThrowError(/declared twice/);
  expect(() => node.getParameter('rat')).toThrowError(/"rat" was not declared/);
  expect(() => node.createTimer(1n, () => undefined, { nowNs: () => 0n })).toThrowError(/this node's clock/);
  expect(() => node.createTimer(0n, () => undefined)).toThrowError(/must be positive/);
});

test('in real time a callback that throws is logged with its stack and the graph lives on', async () => {
  const records: LogRecord[] = [];
  const context = createInprocContext({ logSink: (record) => records.push(record) });
  const node = await context.createNode('n');
  const heard: number[] = [];
  const done = new Promise<void>((resolve) => {
    node.createSubscription('std_msgs/msg/Float64', 'x', {}, ({ data }) => {
      if (data === 1) throw new RangeError('one is too much');
      heard.push(data);
      resolve();
    });
  });
  const publisher = node.createPublisher('std_msgs/msg/Float64', 'x');
  publisher.publish({ data: 1 });
  publisher.publish({ data: 2 });
  await done;
  expect(heard).toEqual([2]);
  expect(records[0]).toMatchObject({
    level: 'error',
    event: 'callback-failed',
    fields: { kind: 'subscription', name: '/x' },
  });
  await context.shutdown();
});

test('a service handler that rejects ends a lockstep run', async () => {
  const lockstep = createLockstep({ logSink: () => undefined });
  const node = await lockstep.context.createNode('n');
  node.createService('std_srvs/srv/Trigger', 'fail', () => Promise.reject(new RangeError('no such thing')));
  const call = node.createClient('std_srvs/srv/Trigger', 'fail').sendRequestAsync({}, { timeoutMs: 100 });
  call.catch(() => undefined);
  await expect(lockstep.settle()).rejects.toThrowError('no such thing');
});

test('a cancelled timer does not fire even when it was due at the same instant', async () => {
  const lockstep = createLockstep({ logSink: () => undefined, startNs: 0n });
  const node = await lockstep.context.createNode('n');
  let fired = 0;
  node.createTimer(10n, () => second.cancel());
  const second = node.createTimer(10n, () => {
    fired++;
  });
  await lockstep.advanceTo(100n);
  expect(fired).toBe(0);
});

test('a cancel request that names no goal and finds none is no error, one that names a goal is', async () => {
  const lockstep = createLockstep({ logSink: () => undefined });
  const node = await lockstep.context.createNode('counter');
  node.createActionServer('example_interfaces/action/Fibonacci', 'count', {
    execute: async (goal) => {
      goal.succeed();
      return {};
    },
  });
  const action = node.createActionClient('example_interfaces/action/Fibonacci', 'count');
  const cancel = node.createClient('action_msgs/srv/CancelGoal', 'count/_action/cancel_goal');
  const codes: number[] = [];
  const request = async (goal_info: { goal_id?: { uuid: Uint8Array }; stamp?: { sec: number } }) =>
    codes.push((await cancel.sendRequestAsync({ goal_info }, { timeoutMs: 1000 })).return_code);
  const { ERROR_NONE, ERROR_UNKNOWN_GOAL_ID, ERROR_GOAL_TERMINATED } =
    messageConstants['action_msgs/srv/CancelGoal_Response'];
  void (async () => {
    await request({});
    await request({ stamp: { sec: 9 } });
    await request({ goal_id: { uuid: new Uint8Array(16).fill(7) } });
    const goal = await action.sendGoal({ order: 3 }, { timeoutMs: 1000 });
    await goal.getResult({ timeoutMs: 1000 });
    await request({});
    await request({ goal_id: { uuid: Uint8Array.from(Buffer.from(goal.goalId, 'hex')) } });
  })();
  await lockstep.settle();
  expect(codes).toEqual([ERROR_NONE, ERROR_NONE, ERROR_UNKNOWN_GOAL_ID, ERROR_NONE, ERROR_GOAL_TERMINATED]);
});

test('a parameter that is set to bytes or to nothing is refused with the reason', async () => {
  const lockstep = createLockstep({ logSink: () => undefined });
  const node = await lockstep.context.createNode('gate');
  node.declareParameter('words', ['a'], { description: 'some words' });
  const client = node.createClient('rcl_interfaces/srv/SetParameters', '~/set_parameters');
  const { PARAMETER_BYTE_ARRAY } = messageConstants['rcl_interfaces/msg/ParameterType'];
  const parameters = [{ name: 'words', value: { type: PARAMETER_BYTE_ARRAY } }, { name: 'words' }];
  const reasons: string[] = [];
  void client
    .sendRequestAsync({ parameters }, { timeoutMs: 1000 })
    .then(({ results }) => reasons.push(...results.map(({ reason }) => reason)));
  await lockstep.settle();
  expect(reasons).toEqual([
    'parameter "words" cannot be a list of bytes',
    'parameter "words" cannot be unset',
  ]);
});
