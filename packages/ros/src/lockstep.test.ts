import type { MiddlewareError } from '@efferent/core';
import { expect, test } from 'vitest';
import { createLockstep } from './lockstep.ts';
import { goalStatus } from './port.ts';

const quiet = { logSink: () => undefined };
const ms = 1_000_000n;

test('timers fire at their virtual times and the clock stands at the limit afterwards', async () => {
  const lockstep = createLockstep({ ...quiet, startNs: 0n });
  const node = await lockstep.context.createNode('ticker');
  const fired: string[] = [];
  node.createTimer(10n * ms, () => fired.push(`a${node.clock.nowNs() / ms}`));
  node.createTimer(25n * ms, () => fired.push(`b${node.clock.nowNs() / ms}`), node.steadyClock);
  await lockstep.advanceTo(52n * ms);
  expect(fired).toEqual(['a10', 'a20', 'b25', 'a30', 'a40', 'b50', 'a50']);
  expect(lockstep.clock.nowNs()).toBe(52n * ms);
});

test('a message is handled at the instant it was published, before time moves', async () => {
  const lockstep = createLockstep({ ...quiet, startNs: 0n });
  const node = await lockstep.context.createNode('relay');
  const seen: bigint[] = [];
  const second = node.createPublisher('std_msgs/msg/Float64', 'second');
  node.createSubscription('std_msgs/msg/Float64', 'first', {}, ({ data }) =>
    second.publish({ data: data + 1 }),
  );
  node.createSubscription('std_msgs/msg/Float64', 'second', {}, () => seen.push(node.clock.nowNs()));
  const first = node.createPublisher('std_msgs/msg/Float64', 'first');
  node.createTimer(5n * ms, () => first.publish({ data: 1 }));
  await lockstep.advanceTo(12n * ms);
  expect(seen).toEqual([5n * ms, 10n * ms]);
});

test('a job costs its modelled latency in virtual time, however long it really takes', async () => {
  const lockstep = createLockstep({ ...quiet, startNs: 0n });
  const node = await lockstep.context.createNode('thinker');
  const order: string[] = [];
  node.createTimer(10n * ms, () => order.push(`tick ${node.clock.nowNs() / ms}`));
  const think = async (name: string, latencyMs: number, turns: number) => {
    await lockstep.jobs.run({ name, modelledLatencyMs: latencyMs }, async () => {
      for (let i = 0; i < turns; i++) await new Promise((resolve) => setImmediate(resolve));
    });
    order.push(`${name} ${node.clock.nowNs() / ms}`);
  };
  void think('slow', 15, 1);
  void think('fast', 12, 200);
  await lockstep.advanceTo(20n * ms);
  expect(order).toEqual(['tick 10', 'fast 12', 'slow 15', 'tick 20']);
});

test('what a callback throws ends the run and is logged with its topic', async () => {
  const events: string[] = [];
  const lockstep = createLockstep({ logSink: ({ event, fields }) => events.push(`${event} ${fields.name}`) });
  const node = await lockstep.context.createNode('faulty');
  node.createSubscription('std_msgs/msg/Empty', '/trigger', {}, () => {
    throw new RangeError('no such joint');
  });
  node.createPublisher('std_msgs/msg/Empty', '/trigger').publish({});
  await expect(lockstep.settle()).rejects.toThrowError('no such joint');
  expect(events).toContain('callback-failed /trigger');
});

test('a received message cannot be changed', async () => {
  const lockstep = createLockstep(quiet);
  const node = await lockstep.context.createNode('vandal');
  node.createSubscription('geometry_msgs/msg/Twist', 'cmd_vel', {}, ({ linear }) => {
    (linear as { x: number }).x = 9;
  });
  node.createPublisher('geometry_msgs/msg/Twist', 'cmd_vel').publish({ linear: { x: 1 } });
  await expect(lockstep.settle()).rejects.toThrowError(/read only/);
});

test('nodes that answer each other without end are stopped by name', async () => {
  const lockstep = createLockstep(quiet);
  const node = await lockstep.context.createNode('echo');
  const publisher = node.createPublisher('std_msgs/msg/Empty', 'ping');
  node.createSubscription('std_msgs/msg/Empty', 'ping', {}, () => publisher.publish({}));
  publisher.publish({});
  await expect(lockstep.settle()).rejects.toMatchObject({ code: 'lockstep-livelock' });
});

test('a request without a server times out on the virtual clock', async () => {
  const lockstep = createLockstep({ ...quiet, startNs: 0n });
  const node = await lockstep.context.createNode('caller');
  const client = node.createClient('std_srvs/srv/Trigger', 'absent');
  const outcome = client
    .sendRequestAsync({}, { timeoutMs: 300 })
    .catch((error: unknown) => error as MiddlewareError);
  await lockstep.advanceTo(299n * ms);
  expect(await Promise.race([outcome, Promise.resolve('open')])).toBe('open');
  await lockstep.advanceTo(300n * ms);
  expect(await outcome).toMatchObject({ code: 'timeout', message: 'waited 300 ms for a server of /absent' });
});

test('equal programs and seeds give equal runs, other seeds other goal ids', async () => {
  const run = async (seed: number) => {
    const lockstep = createLockstep({ ...quiet, seed });
    const node = await lockstep.context.createNode('n');
    const log: string[] = [];
    node.createActionServer('example_interfaces/action/Fibonacci', 'fib', {
      async execute(goal) {
        const sequence = [0, 1];
        for (let i = 2; i < goal.request.order; i++) {
          await node.sleep(7);
          sequence.push(sequence[i - 1]! + sequence[i - 2]!);
          goal.publishFeedback({ sequence: Int32Array.from(sequence) });
        }
        goal.succeed();
        return { sequence: Int32Array.from(sequence) };
      },
    });
    const client = node.createActionClient('example_interfaces/action/Fibonacci', 'fib');
    const send = async (order: number) => {
      const onFeedback = ({ sequence }: { sequence: Int32Array }) =>
        log.push(`${node.clock.nowNs()} ${sequence.join()}`);
      const goal = await client.sendGoal({ order }, { timeoutMs: 1000, onFeedback });
      const { status, result } = await goal.getResult({ timeoutMs: 1000 });
      log.push(`${node.clock.nowNs()} ${goal.goalId} ${status} ${result.sequence.join()}`);
    };
    const done = Promise.all([send(5), send(8)]);
    await lockstep.advanceTo(2_000_000_000n);
    await done;
    return log;
  };
  const first = await run(1);
  expect(first).toEqual(await run(1));
  expect(first.at(-1)).toContain(` ${goalStatus.succeeded} 0,1,1,2,3,5,8,13`);
  expect(first).not.toEqual(await run(2));
});
