import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cycloneDdsProblem } from '@efferent/cyclonedds';
import type { MessageTypes } from '@efferent/interfaces';
import { createContext, type LogRecord, type QosProfile, type RosContext, type RosNode } from '@efferent/ros';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { realTimeWaits } from './harness.ts';
import { buildIdlPeer, type IdlPeer, startIdlPeer } from './idl-peer/idl-peer.ts';
import { arbitraryKinds, type Kinds, kindsType, registerKinds, turned } from './idl-peer/kinds.ts';

const domainId = process.env.ROS_DOMAIN_ID as string;
const bytesType = 'std_msgs/msg/UInt8MultiArray';
const textType = 'std_msgs/msg/String';
const { until } = realTimeWaits;
let folder: string;
let problem = cycloneDdsProblem();

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'efferent-idl-'));
  registerKinds();
  problem ??= buildIdlPeer(folder);
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const quality = (
  depth: number,
  durability: QosProfile['durability'] = 'volatile',
  reliability: QosProfile['reliability'] = 'reliable',
): QosProfile => ({ history: 'keep-last', depth, reliability, durability });
const keepAll: QosProfile = { ...quality(0), history: 'keep-all' };

describe('with a typed peer in C, compiled from IDL', () => {
  let ros: RosContext;
  let node: RosNode;
  let logged: LogRecord[];
  let peers: IdlPeer[];

  beforeEach(async ({ skip }) => {
    if (problem !== undefined) skip(problem);
    logged = [];
    peers = [];
    ros = await createContext({ middleware: 'cyclonedds', logSink: (record) => logged.push(record) });
    node = await ros.createNode('idl', { namespace: '/idl' });
  });
  afterEach(async () => {
    if (problem !== undefined) return;
    for (const peer of peers) expect(await peer.stop()).toEqual([0, null]);
    await ros.shutdown();
  });

  function start(...words: readonly string[]): IdlPeer {
    const peer = startIdlPeer(folder, domainId, ...words);
    peers.push(peer);
    return peer;
  }
  function listen(topic: string, qos: QosProfile) {
    const texts: string[] = [];
    const subscription = node.createSubscription(textType, topic, { qos }, ({ data }) => texts.push(data));
    return { subscription, texts };
  }

  test('messages go both ways', async () => {
    const answers: MessageTypes['sensor_msgs/msg/JointState'][] = [];
    const heard = node.createSubscription('sensor_msgs/msg/JointState', 'negated', {}, (message) =>
      answers.push(message),
    );
    const said = node.createPublisher('sensor_msgs/msg/JointState', 'joint_states');
    const peer = start('echo');
    await until(() => said.subscriptionCount === 1 && heard.publisherCount === 1, 'the peer');
    said.publish({
      header: { stamp: { sec: -3, nanosec: 250 }, frame_id: 'Küche' },
      name: ['joint_lift', 'wrist'],
      position: new Float64Array([0.25, -1e-300]),
      effort: new Float64Array([7]),
    });
    expect(await peer.line()).toBe('-3.000000250 Küche joint_lift wrist');
    await until(() => answers.length === 1, 'the answer');
    expect(answers[0]).toEqual({
      header: { stamp: { sec: -3, nanosec: 250 }, frame_id: 'Küche' },
      name: ['joint_lift', 'wrist'],
      position: new Float64Array([-0.25, 1e-300]),
      velocity: new Float64Array(0),
      effort: new Float64Array([7]),
    });
  });

  test('every kind of field, nested, fixed and bounded ones among them, means the same to both', async () => {
    const answers: Kinds[] = [];
    const heard = node.createSubscription(kindsType as never, 'turned', { qos: keepAll }, (message) =>
      answers.push(message as Kinds),
    );
    const said = node.createPublisher(kindsType as never, 'kinds', keepAll);
    start('echo');
    await until(() => said.subscriptionCount === 1 && heard.publisherCount === 1, 'the peer');
    const messages = fc.sample(arbitraryKinds, { numRuns: 300, seed: 20261128 });
    for (const message of messages) said.publish(message as never);
    await until(() => answers.length === messages.length, 'the answers');
    expect(answers).toEqual(messages.map(turned));
  });

  test('messages of 4 MB go both ways', async () => {
    const answers: MessageTypes[typeof bytesType][] = [];
    const heard = node.createSubscription(bytesType, 'inverted', { qos: quality(2) }, (message) =>
      answers.push(message),
    );
    const said = node.createPublisher(bytesType, 'bytes', quality(2));
    start('echo');
    await until(() => said.subscriptionCount === 1 && heard.publisherCount === 1, 'the peer');
    const data = new Uint8Array(4 * 2 ** 20).map((_, i) => (i * 31) ^ (i >> 9));
    const dim = [
      { label: 'rows', size: 2048, stride: 2048 * 2048 },
      { label: 'columns', size: 2048, stride: 2048 },
    ];
    for (let i = 0; i < 3; i++) {
      data[0] = i;
      said.publish({ layout: { dim, data_offset: i }, data });
      await until(() => answers.length === i + 1, `answer ${i}`);
      const { layout, data: inverted } = answers[i]!;
      expect(layout).toEqual({ dim: dim.toReversed(), data_offset: i });
      expect(inverted.length).toBe(data.length);
      expect(inverted.every((byte, at) => byte === (data[at]! ^ 0xff))).toBe(true);
    }
  });

  test('its service answers us, with many calls under way', async () => {
    const client = node.createClient('example_interfaces/srv/AddTwoInts', 'add');
    start('serve');
    expect(await client.waitForService(5000)).toBe(true);
    const calls = Array.from({ length: 100 }, (_, i) =>
      client.sendRequestAsync({ a: BigInt(i) - 2n ** 62n, b: -7n }, { timeoutMs: 5000 }),
    );
    const sums = (await Promise.all(calls)).map(({ sum }) => sum);
    expect(sums).toEqual(calls.map((_, i) => BigInt(i) - 2n ** 62n - 7n));
  });

  test('our service answers it', async () => {
    node.createService('example_interfaces/srv/AddTwoInts', 'answer', ({ a, b }) => ({ sum: a + b }));
    expect(await start('call', '40', '-2').line()).toBe('1:38 2:39 3:40 4:41 5:42 end');
  });

  test('we, coming late, get what it keeps and no more', async () => {
    const peer = start('keep', '3', '10');
    expect(await peer.line()).toBe('written');
    const { texts } = listen('kept', quality(10, 'transient-local'));
    await until(() => texts.length >= 3, 'what was kept');
    await realTimeWaits.pass(100);
    expect(texts).toEqual(['7', '8', '9']);
  });

  test('a volatile subscription of ours that comes late gets only what comes after', async () => {
    const peer = start('keep', '3', '10');
    expect(await peer.line()).toBe('written');
    const { subscription, texts } = listen('kept', quality(10));
    await until(() => subscription.publisherCount === 1, 'the peer');
    await realTimeWaits.pass(100);
    peer.go();
    await until(() => texts.length > 0, 'what comes after');
    expect(texts).toEqual(['0']);
  });

  test('it, coming late, gets what we keep and no more', async () => {
    const publisher = node.createPublisher(textType, 'pile', quality(3, 'transient-local'));
    for (let i = 0; i < 10; i++) publisher.publish({ data: String(i) });
    const peer = start('late', '10');
    await until(() => publisher.subscriptionCount === 1, 'the peer');
    expect(await peer.line()).toBe('ready');
    await realTimeWaits.pass(200);
    peer.go();
    expect(await peer.line()).toBe('7 8 9 end');
  });

  test('a slow reader of its has only the newest of ours', async () => {
    const publisher = node.createPublisher(textType, 'pile', quality(20));
    const peer = start('pile', '2');
    await until(() => publisher.subscriptionCount === 1, 'the peer');
    expect(await peer.line()).toBe('ready');
    for (let i = 0; i < 10; i++) publisher.publish({ data: String(i) });
    await realTimeWaits.pass(200);
    peer.go();
    expect(await peer.line()).toBe('8 9 end');
  });

  test('a subscription of ours that was busy has only the newest of its', async () => {
    const { subscription, texts } = listen('burst', quality(2));
    const peer = start('burst', '10');
    await until(() => subscription.publisherCount === 1, 'the peer');
    peer.go();
    // The callbacks of this thread do not run, as in a long computation.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
    await until(() => texts.length >= 2, 'the newest');
    await realTimeWaits.pass(50);
    expect(texts).toEqual(['8', '9']);
  });

  test.each([
    [
      'offer',
      '0',
      'reliability',
      quality(1),
      'the publisher is best effort, the subscription wants reliable',
    ],
    [
      'offer',
      '1',
      'durability',
      quality(1, 'transient-local'),
      'the publisher is volatile, the subscription wants transient local',
    ],
    [
      'want',
      '0',
      'reliability',
      quality(1, 'volatile', 'best-effort'),
      'the publisher is best effort, the subscription wants reliable',
    ],
    [
      'want',
      '1',
      'durability',
      quality(1),
      'the publisher is volatile, the subscription wants transient local',
    ],
  ] as const)(
    'what it %ss (%s) and we do not have does not match in %s, and both are told',
    async (what, kind, policy, qos, reason) => {
      const peer = start(what, kind);
      const ours = what === 'offer' ? listen('differ', qos).subscription : undefined;
      const publisher = what === 'want' ? node.createPublisher(textType, 'differ', qos) : undefined;
      publisher?.publish({ data: 'unheard' });
      expect(await peer.line()).toBe(`${policy} matched 0`);
      expect(ours?.publisherCount ?? publisher?.subscriptionCount).toBe(0);
      await until(() => logged.some(({ event }) => event === 'endpoints-incompatible'), 'the report');
      expect(logged.find(({ event }) => event === 'endpoints-incompatible')?.fields).toMatchObject({
        topic: '/idl/differ',
        reason,
      });
    },
  );
});
