import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repositoryFolder } from '@efferent/runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runEfferent } from '../support/command.ts';
import { requires } from '../support/requirement.ts';

describe('the commands that look into a graph, against a node of another process', () => {
  const isPossible = requires('dds');
  let peer: ChildProcess;
  let folder: string;

  beforeAll(async () => {
    if (!isPossible) return;
    folder = await mkdtemp(join(tmpdir(), 'efferent-graph-'));
    const program = join(repositoryFolder, 'test/conformance/peer-process.ts');
    const words = [program, '--ros-args', '-p', 'gain:=2.5'];
    peer = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(peer.stdout!, 'data');
  });
  afterAll(async () => {
    peer?.kill('SIGKILL');
    if (folder !== undefined) await rm(folder, { recursive: true });
  });

  /** Runs a command; the text is what it printed, on both streams. */
  async function run(
    ...words: string[]
  ): Promise<{ readonly text: string; readonly exitCode: number | null }> {
    const { stdout, stderr, exitCode } = await runEfferent(words);
    return { text: stdout + stderr, exitCode };
  }
  const printed = async (...words: string[]) => {
    const { text, exitCode } = await run(...words);
    expect(exitCode, text).toBe(0);
    return text;
  };

  it('list nodes and tell what one of them does', async () => {
    expect(await printed('node', 'list')).toBe('/lab/peer\n/lab/peer_skills\n');
    const info = await printed('node', 'info', '/lab/peer');
    expect(info).toContain('  Subscribers:\n    /lab/ask_defaults: std_msgs/msg/Empty\n');
    expect(info).toContain('    /lab/add: example_interfaces/srv/AddTwoInts\n');
    expect(info).toContain('  Action Servers:\n    /lab/fibonacci: example_interfaces/action/Fibonacci\n');
  });

  it('list topics, describe one, and echo what is latched on it', async () => {
    expect(await printed('topic', 'list', '-t')).toContain('/lab/latched [std_msgs/msg/String]\n');
    expect(await printed('topic', 'info', '/lab/latched', '-v')).toMatch(
      /Publisher count: 1.*Node name: peer\nNode namespace: \/lab.*Durability: TRANSIENT_LOCAL/s,
    );
    expect(await printed('topic', 'echo', '/lab/latched', '--once')).toBe('data: second\n---\n');
    expect(await printed('topic', 'find', 'tf2_msgs/msg/TFMessage')).toBe('/tf\n/tf_static\n');
  });

  it('publish what a node hears, and measure what it sends', async () => {
    const echo = run('topic', 'echo', '/lab/echo', '--once', '--field', 'name', '--timeout', '15');
    const pub = run(
      'topic',
      'pub',
      '/lab/say',
      'sensor_msgs/msg/JointState',
      '{name: [lift]}',
      '-r',
      '5',
      '-t',
      '20',
    );
    expect(await echo).toEqual({ text: '- lift\n---\n', exitCode: 0 });
    expect((await pub).text).toContain('publishing #1: sensor_msgs.msg.JointState(header=');
  });

  it('take the flags of ros2', async () => {
    const type = 'std_msgs/msg/String';
    expect(await printed('node', 'list', '-c', '--no-daemon', '--spin-time', '1')).toBe('2\n');
    expect(await printed('topic', 'list', '-v')).toMatch(/^ \* \/lab\/latched \[.*\] 1 publisher$/m);
    const echo = ['topic', 'echo', '/lab/latched', type, '--once', '--csv', '--qos-durability'];
    expect(await printed(...echo, 'transient_local', '--qos-reliability', 'reliable')).toBe('second\n');
    expect(await printed('service', 'find', 'std_srvs/srv/Trigger')).toContain('/lab/slow\n');
    expect(await printed('service', 'info', '/lab/add')).toContain('Services count: 1\n');
    expect(await printed('action', 'type', '/lab/fibonacci')).toMatch(/Fibonacci\n$/);
    expect(await printed('param', 'list', '/lab/peer', '--filter', 'gai', '--param-type')).toBe(
      '  gain (type: double)\n',
    );
    expect((await run('param', 'delete', '/lab/peer', 'gain')).text).toMatch(
      /Deleting parameter failed: .*gain/,
    );
    expect((await run('topic', 'delay', '/lab/latched')).text).toMatch(/have no header/);
    const lonely = ['/lab/nobody', type, '--once', '-w', '1', '--max-wait-time-secs', '0.2'];
    expect(await run('topic', 'pub', ...lonely)).toMatchObject({
      exitCode: 1,
      text: expect.stringContaining('0 of 1 subscriptions came within 0.2 s'),
    });
  });

  it('end without a word when nobody reads on', () => {
    const command = `${process.execPath} packages/cli/src/main.ts`;
    const { stdout, stderr, status } = spawnSync(
      'bash',
      ['-c', `${command} interface list | head -1; exit \${PIPESTATUS[0]}`],
      { cwd: repositoryFolder, encoding: 'utf8' },
    );
    expect({ stdout, stderr }).toEqual({ stdout: 'Messages:\n', stderr: '' });
    expect([0, 141]).toContain(status);
  });

  it('call a service, with fields named when they are wrong', async () => {
    const type = 'example_interfaces/srv/AddTwoInts';
    expect(await printed('service', 'call', '/lab/add', type, '{a: 2, b: 40}')).toContain(
      'response:\nexample_interfaces.srv.AddTwoInts_Response(sum=42)\n',
    );
    const wrong = await run('service', 'call', '/lab/add', type, '{a: 2, c: 1}');
    expect(wrong.exitCode).toBe(2);
    expect(wrong.text).toContain('AddTwoInts_Request has no field "c"; it has: a, b');
    expect(await printed('service', 'type', '/lab/slow')).toBe('std_srvs/srv/Trigger\n');
  });

  it('send a goal and show its feedback, its result and its end', async () => {
    const type = 'example_interfaces/action/Fibonacci';
    expect(await printed('action', 'list', '-t')).toContain(`/lab/fibonacci [${type}]\n`);
    expect(await printed('action', 'info', '/lab/fibonacci')).toContain('Action servers: 1\n    /lab/peer\n');
    const text = await printed('action', 'send_goal', '/lab/fibonacci', type, '{order: 4}', '--feedback');
    expect(text).toContain('Feedback:\n    sequence:\n    - 0\n    - 1\n    - 1\n');
    expect(text).toContain('Result:\n    sequence:\n    - 0\n    - 1\n    - 1\n    - 2\n');
    expect(text).toContain('Goal finished with status: SUCCEEDED\n');
    const failed = await run('action', 'send_goal', '/lab/fibonacci', type, '{order: 13}');
    expect(failed.exitCode).toBe(1);
    expect(failed.text).toContain('Goal finished with status: ABORTED\n');
    expect((await run('action', 'send_goal', '/lab/fibonacci', type, '{order: -1}')).text).toContain(
      'rejected',
    );
  });

  it('show and change the state of managed nodes, and name those that have none', async () => {
    expect(await printed('lifecycle', 'nodes')).toBe('/lab/peer_skills\n');
    expect(await printed('lifecycle', 'get', '/lab/peer_skills')).toBe('active [3]\n');
    expect(await printed('lifecycle', 'list', '/lab/peer_skills')).toBe(
      '- deactivate [4]\n\tStart: active\n\tGoal: deactivating\n- shutdown [7]\n\tStart: active\n\tGoal: shuttingdown\n',
    );
    expect(await printed('lifecycle', 'set', '/lab/peer_skills', 'deactivate')).toBe(
      'Transitioning successful\n',
    );
    expect(await printed('lifecycle', 'get')).toBe('/lab/peer_skills: inactive [2]\n');
    const wrong = await run('lifecycle', 'set', '/lab/peer_skills', 'deactivate');
    expect(wrong.exitCode).toBe(2);
    expect(wrong.text).toContain('available ones are:\n- cleanup [2]\n- activate [3]\n- shutdown [6]\n');
    expect((await run('lifecycle', 'get', '/lab/peer')).text).toContain('these have: /lab/peer_skills');
  });

  it('read, set, dump and load parameters', async () => {
    expect(await printed('param', 'list', '/lab/peer')).toContain('  gain\n');
    expect(await printed('param', 'get', '/lab/peer', 'gain')).toBe('Double value is: 2.5\n');
    expect(await printed('param', 'set', '/lab/peer', 'gain', '4')).toBe('Set parameter successful\n');
    expect(await printed('param', 'get', '/lab/peer', 'gain')).toBe('Double value is: 4.0\n');
    expect(await run('param', 'set', '/lab/peer', 'gain', '7')).toEqual({
      text: 'Setting parameter failed: seven is taken\n',
      exitCode: 1,
    });
    expect((await run('param', 'set', '/lab/peer', 'gain', 'much')).text).toContain(
      'gain of /lab/peer is a number',
    );
    const file = join(folder, 'peer.yaml');
    writeFileSync(file, (await printed('param', 'dump', '/lab/peer')).replace('gain: 4', 'gain: 5'));
    expect(await run('param', 'load', '/lab/peer', file)).toMatchObject({
      text: expect.stringContaining('Set parameter gain successful\n'),
    });
    expect(await printed('param', 'get', '/lab/peer', 'gain', '--hide-type')).toBe('5.0\n');
  });

  it('name what is not there, and what may have been meant', async () => {
    expect(await run('topic', 'echo', '/lab/latchd')).toMatchObject({ exitCode: 1 });
    expect((await run('topic', 'type', 'latched')).text).toContain('did you mean /lab/latched?');
    expect((await run('interface', 'show', 'std_msgs/msg/Sting')).exitCode).toBe(2);
    expect((await run('topic', 'list', '--middleware', 'inproc')).text).toContain('a graph of its own');
  });
});
