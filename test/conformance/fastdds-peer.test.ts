import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cycloneDdsProblem } from '@efferent/cyclonedds';
import { createContext, type RosContext, type RosNode } from '@efferent/ros';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { runEfferent } from '../support/command.ts';
import { realTimeWaits } from './harness.ts';

/** Where Fast DDS is installed; `FASTDDS_PREFIX` names another place than Debian's. */
const prefix = process.env.FASTDDS_PREFIX ?? '/usr';
const libraries = join(prefix, 'lib', 'x86_64-linux-gnu');
const domainId = process.env.ROS_DOMAIN_ID as string;

const problem =
  cycloneDdsProblem() ??
  (existsSync(join(prefix, 'include/fastdds/dds/domain/DomainParticipant.hpp'))
    ? undefined
    : 'no Fast DDS to test against: apt-get install libfastrtps-dev, or set FASTDDS_PREFIX');

describe('beside a node over Fast DDS', () => {
  let folder: string;
  let peer: ChildProcess;
  let heard = '';
  let ros: RosContext | undefined;
  let node: RosNode;

  beforeAll(async () => {
    if (problem !== undefined) return;
    folder = mkdtempSync(join(tmpdir(), 'efferent-fastdds-'));
    const includes = ['include', 'include/x86_64-linux-gnu'].map((each) => `-I${join(prefix, each)}`);
    const linked = ['-lfastrtps', '-lfastcdr', '-lfoonathan_memory'];
    const source = join(import.meta.dirname, 'fastdds-peer/peer.cpp');
    const words = ['-std=c++17', ...includes, source, `-L${libraries}`, `-Wl,-rpath,${libraries}`, ...linked];
    execFileSync('c++', [...words, '-o', 'peer'], { cwd: folder });
    peer = spawn(join(folder, 'peer'), [domainId, 'talker', '/reset', 'std_srvs::srv::dds_::Trigger'], {
      env: { ...process.env, LD_LIBRARY_PATH: libraries },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    peer.stdout?.setEncoding('utf8').on('data', (text: string) => {
      heard += text;
    });
    await realTimeWaits.until(() => heard.includes('ready'), 'the peer');
    ros = await createContext({ middleware: 'cyclonedds' });
    node = await ros.createNode('tester');
  }, 240_000);
  beforeEach(({ skip }) => {
    if (problem !== undefined) skip(problem);
  });
  afterAll(async () => {
    if (problem !== undefined) return;
    await ros?.shutdown();
    const ended = once(peer, 'close');
    peer.stdin?.end();
    await ended;
    rmSync(folder, { recursive: true });
  });

  test('topics match', async () => {
    const publisher = node.createPublisher('std_msgs/msg/String', '/greeting');
    await realTimeWaits.until(() => publisher.subscriptionCount === 1, 'a match');
    publisher.publish({ data: 'hello' });
    await realTimeWaits.until(() => heard.includes('greeting of 16 bytes'), 'the greeting');
  });

  test('a wait for its service names the node, the vendor and what helps, long before its own limit', async () => {
    const client = node.createClient('std_srvs/srv/Trigger', '/reset');
    const expected =
      /^\/reset is served by \/talker over eProsima Fast DDS, whose services .* RMW_IMPLEMENTATION=rmw_cyclonedds_cpp$/;
    const incompatible = { code: 'server-incompatible', message: expect.stringMatching(expected) };
    await expect(client.waitForService(60_000)).rejects.toMatchObject(incompatible);
    await expect(client.sendRequestAsync({}, { timeoutMs: 60_000 })).rejects.toMatchObject(incompatible);
    expect(client.isServiceServerAvailable()).toBe(false);
    await expect(client.sendRequestAsync({}, { timeoutMs: 100 })).rejects.toMatchObject({
      code: 'timeout',
      message: expect.stringContaining('/talker over eProsima Fast DDS'),
    });
  });

  test('a server that can be called takes its place', async () => {
    const client = node.createClient('std_srvs/srv/Trigger', '/reset');
    const other = await (ros as RosContext).createNode('other');
    const answer = client.sendRequestAsync({}, { timeoutMs: 20_000 });
    other.createService('std_srvs/srv/Trigger', '/reset', () => ({ success: true, message: 'ours' }));
    await expect(answer).resolves.toEqual({ success: true, message: 'ours' });
    await other.destroy();
  });

  test('doctor names it', async () => {
    const { stdout, exitCode } = await runEfferent(['doctor', '--json']);
    const { findings } = JSON.parse(stdout) as { findings: readonly { part: string }[] };
    expect(findings.filter(({ part }) => part === 'other vendors')).toEqual([
      expect.objectContaining({
        state: 'missing',
        text: '/talker speaks eProsima Fast DDS: topics match, services and actions do not',
        fix: expect.stringContaining('RMW_IMPLEMENTATION=rmw_cyclonedds_cpp'),
      }),
    ]);
    expect(exitCode).toBe(0);
  });
});
