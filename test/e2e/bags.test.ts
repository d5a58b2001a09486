import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repositoryFolder } from '@efferent/runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runEfferent } from '../support/command.ts';
import { requires } from '../support/requirement.ts';

describe('bags of what a node of another process sends', () => {
  const isPossible = requires('dds');
  let folder: string;
  let peer: ChildProcess;

  beforeAll(async () => {
    if (!isPossible) return;
    folder = await mkdtemp(join(tmpdir(), 'efferent-bags-'));
    const program = join(repositoryFolder, 'test/conformance/peer-process.ts');
    peer = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(peer.stdout!, 'data');
  });
  afterAll(async () => {
    peer?.kill('SIGKILL');
    if (folder !== undefined) await rm(folder, { recursive: true });
  });

  /** Starts `efferent bag record` and waits until it records `topic`. */
  async function record(topic: string, ...words: string[]): Promise<ChildProcess> {
    const main = join(repositoryFolder, 'packages/cli/src/main.ts');
    const child = spawn(process.execPath, [main, 'bag', 'record', ...words], {
      cwd: repositoryFolder,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    while (!text.includes(topic)) text += String((await once(child.stdout!, 'data'))[0]);
    return child;
  }
  const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

  it('are recorded until Ctrl-C, described, and played to others', async () => {
    const bag = join(folder, 'tf');
    const recorder = await record('/tf_static', '/tf', '/tf_static', '/lab/latched', '-o', bag);
    await pause(1500);
    recorder.kill('SIGINT');
    await once(recorder, 'exit');
    const { stdout } = await runEfferent(['bag', 'info', bag]);
    expect(stdout).toMatch(/Topic: \/tf \| Type: tf2_msgs\/msg\/TFMessage \| Count: \d{2,} \| Serialization/);
    expect(stdout).toMatch(/Topic: \/tf_static \| .* \| Count: 1 \|/);

    peer.kill('SIGKILL');
    const words = ['topic', 'echo', '/tf', '--once', '--field', 'transforms', '--timeout', '20'];
    const play = runEfferent(['bag', 'play', bag, '--rate', '0.3']);
    await pause(300);
    const echo = await runEfferent(words);
    expect(echo.stdout).toContain('child_frame_id: base_link');
    expect((await play).stdout).toMatch(/\d+ messages played/);
  });

  it('that lost their recorder are named, and mended up to their last second', async () => {
    const program = join(repositoryFolder, 'test/conformance/peer-process.ts');
    peer = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(peer.stdout!, 'data');
    const bag = join(folder, 'killed');
    const recorder = await record('/tf', '--regex', '^/tf$', '-o', bag, '--compression', 'none');
    await pause(3000);
    recorder.kill('SIGKILL');
    await once(recorder, 'exit');
    const broken = await runEfferent(['bag', 'info', bag]);
    expect(broken).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('efferent bag recover') });
    const mended = await runEfferent(['bag', 'recover', bag]);
    expect(mended.stdout).toMatch(/^\d+ messages in .*killed_0_recovered\.mcap\n/);
    // 100 a second for three seconds, of which the last may be missing.
    expect(Number.parseInt(mended.stdout, 10)).toBeGreaterThan(100);
  });

  it("are read by others' readers", async ({ skip }) => {
    const script = [
      'import sys',
      'from mcap_ros2.reader import read_ros2_messages',
      'n = 0',
      'for each in read_ros2_messages(sys.argv[1]):',
      '    n += len(each.ros_msg.transforms) if each.channel.topic.startswith("/tf") else 1',
      'print(n)',
    ].join('\n');
    const found = spawnSync('python3', ['-c', 'import mcap_ros2']);
    if (found.status !== 0) skip('no mcap-ros2-support for python3; pip install mcap-ros2-support');
    for (const bag of ['tf/tf_0.mcap', 'killed/killed_0_recovered.mcap']) {
      const read = spawnSync('python3', ['-c', script, join(folder, bag)], { encoding: 'utf8' });
      expect(read.stderr).toBe('');
      expect(Number(read.stdout)).toBeGreaterThan(20);
    }
  });

  it('need topics, and are looked for where they are said to be', async () => {
    expect(await runEfferent(['bag', 'record'])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('which topics?'),
    });
    expect((await runEfferent(['bag', 'play', 'nowhere'])).stderr).toContain('nowhere: there is no');
  });
});
