import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { interfaceRegistry, type MessageTypes } from '@efferent/interfaces';
import { typeHash } from '@efferent/interfaces/node';
import { createContext, type RosContext, type RosNode } from '@efferent/ros';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { resolveLayout } from '../../packages/interfaces/src/layout.ts';
import { arbitraryMessage } from '../../packages/interfaces/src/testing/arbitrary-message.ts';
import { requires } from '../support/requirement.ts';

const prefix = 'efferent_interfaces/msg/';
const names = interfaceRegistry
  .names()
  .filter((name) => name.startsWith(prefix))
  .map((name) => name.slice(prefix.length));
const keepAll = { history: 'keep-all', depth: 0, reliability: 'reliable', durability: 'volatile' } as const;

const isReady = requires('ros2', 'dds');
const lacks = isReady && spawnSync('python3', ['-c', 'import efferent_interfaces.msg']).status !== 0;
beforeEach(({ skip }) => {
  if (lacks) skip('efferent_interfaces is not in the sourced workspaces: build it with colcon');
});

let peer: ChildProcess | undefined;
let context: RosContext;
let node: RosNode;

beforeAll(async () => {
  if (!isReady || lacks) return;
  peer = spawn('python3', [join(import.meta.dirname, 'ros2-servers/echo_messages.py')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(peer.stdout!, 'data');
  context = await createContext({ middleware: 'cyclonedds' });
  node = await context.createNode('ours', { namespace: '/theirs' });
}, 60_000);

afterAll(async () => {
  peer?.kill('SIGKILL');
  await context?.shutdown();
});

test('rclpy reads every message of efferent_interfaces, and writes it as it was', {
  timeout: 60_000,
}, async () => {
  for (const name of names) {
    const type = `${prefix}${name}` as keyof MessageTypes;
    const layout = resolveLayout(type, interfaceRegistry);
    const sent = fc.sample(arbitraryMessage(layout), { seed: 11, numRuns: 20 });
    const received: unknown[] = [];
    const echo = node.createSubscription(type, `out/${name}`, { qos: keepAll }, (message) =>
      received.push(message),
    );
    const publisher = node.createPublisher(type, `in/${name}`, keepAll);
    await expect
      .poll(() => publisher.subscriptionCount > 0 && echo.publisherCount > 0, { timeout: 5000 })
      .toBe(true);
    for (const message of sent) publisher.publish(message as never);
    await expect.poll(() => received.length, { timeout: 5000 }).toBe(sent.length);
    expect(received).toEqual(sent);
  }
});

test('rclpy announces and sees the type hashes that are announced here', async () => {
  const client = node.createClient('std_srvs/srv/Trigger', 'hashes');
  expect(await client.waitForService(10_000)).toBe(true);
  const { message } = await client.sendRequestAsync({}, { timeoutMs: 10_000 });
  const both = names.flatMap((name) =>
    ['in', 'out'].map((way) => [`${way}/${name}`, [typeHash(`${prefix}${name}`)]]),
  );
  expect(JSON.parse(message)).toEqual(Object.fromEntries(both));
});
