import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { codecOf, type MessageTypes } from '@efferent/interfaces';
import { BagWriter, openBag, playBag } from '@efferent/recorder';
import { createContext, qosProfiles, type RosContext, type RosNode } from '@efferent/ros';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { requires } from '../support/requirement.ts';

const isSourced = requires('ros2', 'dds');
const problem = isSourced ? otherProblem() : undefined;
const scratch = mkdtempSync(join(tmpdir(), 'efferent-rosbag2-'));
const env = { ...process.env, ROS_DOMAIN_ID: String(1 + ((process.pid + 71) % 100)), ROS_LOG_DIR: scratch };

const startNs = 1_700_000_000_000_000_000n;
const texts = ['first', 'second', 'third'];
const scans = [0, 1, 2, 3, 4].map((offset) => ({
  layout: { dim: [{ label: 'beam', size: 500, stride: 500 }], data_offset: offset },
  data: Float32Array.from({ length: 500 }, (_, index) => index / 8),
}));

function otherProblem(): string | undefined {
  if (spawnSync('ros2', ['bag', 'record', '--help'], { encoding: 'utf8' }).stdout?.includes('mcap') !== true)
    return 'no rosbag2 with its MCAP storage: apt-get install ros-$ROS_DISTRO-rosbag2';
  if (process.env.RMW_IMPLEMENTATION !== 'rmw_cyclonedds_cpp')
    return 'ROS 2 does not run on rmw_cyclonedds_cpp';
  return undefined;
}

describe('bags of efferent and of rosbag2', () => {
  beforeEach(({ skip }) => {
    if (problem !== undefined) skip(problem);
  });
  let context: RosContext;
  let node: RosNode;
  const children: ChildProcess[] = [];
  const ros2 = (...words: readonly string[]) => {
    const child = spawn('ros2', words, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    children.push(child);
    let text = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
    return { child, text: () => text, ended: once(child, 'exit') };
  };

  beforeAll(async () => {
    if (!isSourced || problem !== undefined) return;
    vi.stubEnv('ROS_DOMAIN_ID', env.ROS_DOMAIN_ID);
    context = await createContext({ middleware: 'cyclonedds', logSink: () => undefined });
    node = await context.createNode('bags');
  });
  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL');
    await context?.shutdown();
    rmSync(scratch, { recursive: true });
  });

  it('rosbag2 describes and plays a bag of efferent', async () => {
    const bag = join(scratch, 'ours');
    const writer = await BagWriter.create(bag, { compression: 'zstd' });
    await writer.addTopic('/words', 'std_msgs/msg/String', [qosProfiles.latched]);
    await writer.addTopic('/scan', 'std_msgs/msg/Float32MultiArray', [qosProfiles.sensorData]);
    for (const [index, data] of texts.entries())
      writer.write('/words', codecOf('std_msgs/msg/String').encode({ data }), startNs + BigInt(index));
    for (const [index, scan] of scans.entries())
      writer.write(
        '/scan',
        codecOf('std_msgs/msg/Float32MultiArray').encode(scan),
        startNs + BigInt(1 + index) * 100_000_000n,
      );
    await writer.close();

    const info = ros2('bag', 'info', bag);
    expect(await info.ended, info.text()).toEqual([0, null]);
    expect(info.text()).toMatch(/Storage id: +mcap\n/);
    expect(info.text()).toMatch(/Messages: +8\n/);
    expect(info.text()).toMatch(
      /Topic: \/scan \| Type: std_msgs\/msg\/Float32MultiArray \| Count: 5 \| Serialization Format: cdr/,
    );

    const heard = listen();
    const play = ros2('bag', 'play', bag, '--delay', '1');
    expect(await play.ended, play.text()).toEqual([0, null]);
    // Only the last one is kept for those who come late.
    await expect.poll(() => heard.words().at(-1)).toBe('third');
    expect(heard.scans()).toMatchObject(scans);
    heard.stop();
  });

  it('efferent reads and plays a bag of rosbag2', async () => {
    const bag = join(scratch, 'theirs');
    const words = node.createPublisher('std_msgs/msg/String', '/words', qosProfiles.latched);
    const scan = node.createPublisher('std_msgs/msg/Float32MultiArray', '/scan', qosProfiles.default);
    words.publish({ data: 'kept' });
    const record = ros2('bag', 'record', '-s', 'mcap', '-o', bag, '--topics', '/words', '/scan');
    await expect.poll(() => words.subscriptionCount + scan.subscriptionCount, { timeout: 30_000 }).toBe(2);
    for (const each of scans) scan.publish(each);
    await node.sleep(1000);
    record.child.kill('SIGINT');
    await record.ended;
    expect(existsSync(bag), record.text()).toBe(true);

    const opened = await openBag(bag);
    expect(opened.summary.topics.map(({ name, messageCount }) => [name, messageCount]).sort()).toEqual([
      ['/scan', 5],
      ['/words', 1],
    ]);
    await opened.close();

    const heard = listen();
    await node.sleep(500);
    const again = await openBag(bag);
    await playBag(node, again, { rate: 1, signal: new AbortController().signal });
    await again.close();
    await expect.poll(heard.words).toContain('kept');
    await expect.poll(() => heard.scans().length).toBe(5);
    expect(heard.scans()).toMatchObject(scans);
    heard.stop();
  });

  function listen() {
    const heardWords: string[] = [];
    const heardScans: MessageTypes['std_msgs/msg/Float32MultiArray'][] = [];
    const subscriptions = [
      node.createSubscription('std_msgs/msg/String', '/words', { qos: qosProfiles.latched }, ({ data }) =>
        heardWords.push(data),
      ),
      node.createSubscription(
        'std_msgs/msg/Float32MultiArray',
        '/scan',
        { qos: qosProfiles.sensorData },
        (scan) => heardScans.push(scan),
      ),
    ];
    return {
      words: () => heardWords,
      scans: () => heardScans,
      stop: () => {
        for (const each of subscriptions) node.destroySubscription(each);
      },
    };
  }
});
