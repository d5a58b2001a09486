import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { codecOf } from '@efferent/interfaces';
import { BagWriter, startRecording } from '@efferent/recorder';
import type { RosNode } from '@efferent/ros';
import { repositoryFolder } from '@efferent/runtime';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Kitchen, startKitchen } from '../support/kitchen.ts';
import { readAsFoxglove } from '../support/outside-bag-reader.ts';
import { requires } from '../support/requirement.ts';

/** Nodes that may use names of the simulator's truth. */
const judgesSide = ['/sim', '/efferent_judge'];

describe('the running graph', () => {
  const isPossible = requires('dds');
  let kitchen: Kitchen;
  let node: RosNode;
  let listener: ChildProcess | undefined;
  beforeAll(async () => {
    if (!isPossible) return;
    kitchen = await startKitchen({ viewer: true });
    node = kitchen.system.client.node;
    // A client subscribed to everything makes the bridge use every topic it may.
    const port = new URL(kitchen.viewerUrl).port;
    listener = spawn(
      process.execPath,
      [join(repositoryFolder, 'packages/bench/src/bridge-listener.ts'), port],
      {
        stdio: ['pipe', 'ignore', 'inherit'],
      },
    );
    await vi.waitFor(() => expect(usersOf(node, '/scene/markers')).toContain('/bridge'), { timeout: 40_000 });
  }, 120_000);
  afterAll(async () => {
    listener?.kill();
    await kitchen?.stop();
  });

  it('has every node of docs/ros-graph.md', () => {
    const names = node.getNodeNamesAndNamespaces().map((each) => fullName(each.namespace, each.name));
    for (const name of [
      'gate',
      'state_publisher',
      'controllers',
      'localisation',
      'navigation',
      'detector',
      'policy',
      'skills',
    ])
      expect(names).toContain(`/stretch/${name}`);
    for (const name of ['sim', 'agent', 'bridge', 'stop']) expect(names).toContain(`/${name}`);
  });

  it('has no endpoint under /sim outside of the judge’s side', () => {
    const found = endpoints(node).filter(({ name }) => name.startsWith('/sim/'));
    expect(found.length).toBeGreaterThan(0);
    expect(found.filter((each) => !judgesSide.includes(each.node))).toEqual([]);
  });

  it('has only the bridge using /scene', () => {
    const found = endpoints(node).filter(({ name }) => name.startsWith('/scene/'));
    expect(found.some((each) => each.node === '/bridge')).toBe(true);
    expect(found.filter((each) => !['/sim', '/bridge'].includes(each.node))).toEqual([]);
  });

  it('is recorded so that others read every message of every topic, as it was sent', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'efferent-graph-bag-'));
    const writer = await BagWriter.create(join(folder, 'bag'), { compression: 'zstd' });
    const refused: string[] = [];
    const recording = startRecording(node, writer, {
      isWanted: () => true,
      onRefused: (topic, reason) => refused.push(`${topic}: ${reason}`),
    });
    await kitchen.system.client.runTask('find the apple', { timeLimitS: 60 });
    recording.stop();
    const { topics } = await writer.close();
    expect(refused).toEqual([]);

    const counts = new Map<string, number>();
    for await (const { topic, type, data, message } of readAsFoxglove(join(folder, 'bag/bag_0.mcap'))) {
      counts.set(topic, (counts.get(topic) ?? 0) + 1);
      if (counts.get(topic)! <= 20) expect([topic, message]).toEqual([topic, codecOf(type).decode(data)]);
    }
    await rm(folder, { recursive: true });
    expect(counts.size).toBeGreaterThan(35);
    expect(Object.fromEntries(counts)).toEqual(
      Object.fromEntries(
        topics.filter((each) => each.messageCount > 0).map((each) => [each.name, each.messageCount]),
      ),
    );
    for (const name of [
      '/agent/execute_task/_action/feedback',
      '/stretch/execute_skill/_action/status',
      '/tf',
    ])
      expect(counts.get(name), name).toBeGreaterThan(1);
  });

  it('has the gate as the only publisher of driver commands', () => {
    for (const topic of ['/stretch/cmd_vel', '/stretch/joint_pose_cmd'])
      expect(
        node.getPublishersInfoByTopic(topic).map((each) => fullName(each.nodeNamespace, each.nodeName)),
      ).toEqual(['/stretch/gate']);
  });

  it('has every node with a rate tell on /diagnostics how it fares', async () => {
    const heard = new Map<string, ReadonlySet<string>>();
    node.createSubscription('diagnostic_msgs/msg/DiagnosticArray', '/diagnostics', {}, ({ status }) => {
      for (const { name, values } of status) heard.set(name, new Set(values.map(({ key }) => key)));
    });
    const expected = {
      '/sim physics': ['rate_hz', 'expected_hz', 'drops', 'real_time_factor', 'busy_share'],
      '/sim pictures': ['rate_hz', 'longest_latency_ms'],
      '/bridge messages to clients': ['rate_hz', 'drops', 'clients'],
      '/bridge graph': ['rate_hz', 'longest_latency_ms'],
      '/bridge calls of clients': ['rate_hz', 'longest_latency_ms'],
      '/stretch/gate command stream': ['lateness_us'],
      '/stretch/state_publisher joint states': ['rate_hz', 'oldest_s'],
      '/stretch/localisation scans': ['rate_hz', 'oldest_s'],
      '/stretch/detector detections': ['rate_hz', 'longest_latency_ms'],
      '/stretch/policy inference': ['rate_hz', 'longest_latency_ms'],
    };
    await vi.waitFor(() => expect([...heard.keys()]).toEqual(expect.arrayContaining(Object.keys(expected))), {
      timeout: 10_000,
    });
    for (const [name, keys] of Object.entries(expected))
      expect([...heard.get(name)!], name).toEqual(expect.arrayContaining(keys));
  });
});

interface Endpoint {
  readonly node: string;
  readonly name: string;
}

/** Lists every topic and service with the nodes that use it, in any role. */
function endpoints(node: RosNode): Endpoint[] {
  const topics = node
    .getTopicNamesAndTypes()
    .flatMap(({ name }) => usersOf(node, name).map((user) => ({ node: user, name })));
  const services = node
    .getNodeNamesAndNamespaces()
    .flatMap((each) =>
      [
        ...node.getServiceNamesAndTypesByNode(each.name, each.namespace),
        ...node.getClientNamesAndTypesByNode(each.name, each.namespace),
      ].map(({ name }) => ({ node: fullName(each.namespace, each.name), name })),
    );
  return [...topics, ...services];
}

function usersOf(node: RosNode, topic: string): string[] {
  return [...node.getPublishersInfoByTopic(topic), ...node.getSubscriptionsInfoByTopic(topic)].map((each) =>
    fullName(each.nodeNamespace, each.nodeName),
  );
}

const fullName = (namespace: string, name: string): string => `${namespace === '/' ? '' : namespace}/${name}`;
