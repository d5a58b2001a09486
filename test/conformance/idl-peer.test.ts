import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cycloneConfiguration, cycloneDdsProblem } from '@efferent/cyclonedds';
import type { MessageTypes } from '@efferent/interfaces';
import { createContext } from '@efferent/ros';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { realTimeWaits } from './harness.ts';

const sources = join(import.meta.dirname, 'idl-peer');
const domainId = String(101 + (process.pid % 100));
let folder: string;
let problem = cycloneDdsProblem();
const before = process.env.ROS_DOMAIN_ID;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'efferent-idl-'));
  process.env.ROS_DOMAIN_ID = domainId;
  if (problem !== undefined) return;
  try {
    const stdio = ['ignore', 'ignore', 'pipe'] as const;
    execFileSync('idlc', ['-x', 'final', join(sources, 'messages.idl')], { cwd: folder, stdio: [...stdio] });
    execFileSync('cc', ['-I.', join(sources, 'peer.c'), 'messages.c', '-lddsc', '-o', 'peer'], {
      cwd: folder,
      stdio: [...stdio],
    });
  } catch (error) {
    // Only a missing tool may skip the test; a peer that does not compile must fail it.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    problem = `no ${(error as NodeJS.ErrnoException).path}; install cyclonedds-tools and a C compiler`;
  }
});
afterAll(() => {
  rmSync(folder, { recursive: true });
  if (before === undefined) delete process.env.ROS_DOMAIN_ID;
  else process.env.ROS_DOMAIN_ID = before;
});

test('a typed peer in C, compiled from IDL, reads our message and we read its answer', async (context) => {
  if (problem !== undefined) context.skip(problem);
  const uri = cycloneConfiguration(process.env).replace('id="any"', `id="${domainId}"`);
  const peer = spawn(join(folder, 'peer'), [], {
    env: { ...process.env, CYCLONEDDS_URI: uri },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  peer.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
  });
  const ended = once(peer, 'close');

  const ros = await createContext({ middleware: 'cyclonedds', logSink: () => undefined });
  const node = await ros.createNode('idl');
  const answers: MessageTypes['sensor_msgs/msg/JointState'][] = [];
  const subscription = node.createSubscription('sensor_msgs/msg/JointState', '/idl/negated', {}, (message) =>
    answers.push(message),
  );
  const publisher = node.createPublisher('sensor_msgs/msg/JointState', '/idl/joint_states');
  await realTimeWaits.until(
    () => publisher.subscriptionCount === 1 && subscription.publisherCount === 1,
    'the peer',
  );
  publisher.publish({
    header: { stamp: { sec: -3, nanosec: 250 }, frame_id: 'Küche' },
    name: ['joint_lift', 'wrist'],
    position: new Float64Array([0.25, -1e-300]),
    effort: new Float64Array([7]),
  });
  await realTimeWaits.until(() => answers.length === 1, 'the answer');
  expect(await ended).toEqual([0, null]);
  expect(printed).toBe('-3.000000250 Küche joint_lift wrist\n');
  expect(answers[0]).toEqual({
    header: { stamp: { sec: -3, nanosec: 250 }, frame_id: 'Küche' },
    name: ['joint_lift', 'wrist'],
    position: new Float64Array([-0.25, 1e-300]),
    velocity: new Float64Array(0),
    effort: new Float64Array([7]),
  });
  await ros.shutdown();
});
