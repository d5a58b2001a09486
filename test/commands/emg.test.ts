import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { codecOf, type MessageTypes } from '@efferent/interfaces';
import { openBag } from '@efferent/recorder';
import { repositoryFolder } from '@efferent/runtime';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runEfferent } from '../support/command.ts';

/** An emulated device in a process of its own, and the commands that read it, as a person would run them. */
let workspace: string;
let device: ChildProcess;
let settings: readonly string[];
let here: { readonly EFFERENT_WORKSPACE: string };

beforeAll(async () => {
  workspace = await mkdtemp(join(tmpdir(), 'efferent-emg-'));
  here = { EFFERENT_WORKSPACE: workspace };
  const main = join(repositoryFolder, 'packages/cli/src/main.ts');
  device = spawn(
    process.execPath,
    [main, 'emg', 'emulate', 'quattrocento', '--port', '0', '--fault', 'split'],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  );
  for await (const line of createInterface({ input: device.stdout! })) {
    const port = /waits at 127\.0\.0\.1:(\d+)/.exec(line)?.[1];
    if (port === undefined) continue;
    settings = ['--source', 'quattrocento', '-p', 'host:=127.0.0.1', '-p', `port:=${port}`];
    break;
  }
}, 60_000);

afterAll(async () => {
  const ended = once(device, 'exit');
  device.kill('SIGINT');
  await ended;
  await rm(workspace, { recursive: true });
});

test('a recording of a device is a bag that its owner alone may read, until it is forgotten', async () => {
  const folder = join(workspace, 'first');
  const words = ['emg', 'record', ...settings, '--duration', '1', '-o', folder];
  const recorded = await runEfferent(words, here);
  expect(recorded).toMatchObject({ exitCode: 0, stderr: '' });
  expect(recorded.stdout).toMatch(/● recording +quattrocento-1 to .*first; Ctrl-C ends it/);
  for (const [path, mode] of [
    ['', 0o700],
    ['first_0.mcap', 0o600],
    ['metadata.yaml', 0o600],
  ] as const)
    expect((await stat(join(folder, path))).mode & 0o777).toBe(mode);
  const bag = await openBag(folder);
  let samples = 0;
  for await (const { topic, data } of bag.messages()) {
    if (topic !== '/emg/frames') continue;
    const frame = codecOf('efferent_interfaces/msg/EmgFrame').decode(
      data,
    ) as MessageTypes['efferent_interfaces/msg/EmgFrame'];
    expect(frame).toMatchObject({ source: 'quattrocento-1', sample_rate_hz: 2048, channel_count: 64 });
    samples += frame.samples_uv.length / 64;
  }
  await bag.close();
  expect(samples).toBeGreaterThanOrEqual(2048);
  const forgotten = await runEfferent(['emg', 'forget'], here);
  expect(forgotten.stdout).toMatch(/forgotten +3 files/);
  expect(existsSync(folder)).toBe(false);
}, 60_000);

test('what comes is shown as lines for programs', async () => {
  const words = ['emg', 'stream', ...settings, '--duration', '3', '--json'];
  const { exitCode, stdout } = await runEfferent(words, here);
  expect(exitCode).toBe(0);
  const last = JSON.parse(stdout.trim().split('\n').at(-1)!);
  expect(last).toMatchObject({ state: 'connected' });
  expect(last.samples).toBeGreaterThan(0);
}, 60_000);

test('a recalibration adds to the calibration that is there, with its decoder', async () => {
  const words = ['emg', 'calibrate', '--person', '1201', '--gestures', 'rest,wflex,wextend', '--hold', '0.9'];
  const nothing = await runEfferent([...words, '--recalibrate'], here);
  expect(nothing.exitCode).toBe(2);
  expect(nothing.stderr).toContain('make one with: npx efferent emg calibrate');
  const first = await runEfferent([...words, '--repetitions', '3', '--decoder', 'temporal'], here);
  expect(first).toMatchObject({ exitCode: 0, stderr: '' });
  expect(first.stdout).toMatch(/decoder +temporal: /);
  const again = await runEfferent([...words, '--recalibrate'], here);
  expect(again).toMatchObject({ exitCode: 0, stderr: '' });
  expect(again.stdout).toMatch(/calibration +4 repetitions of rest, wflex, wextend/);
  expect(again.stdout).toMatch(/decoder +temporal: /);
  const wrong = await runEfferent([...words, '--decoder', 'oracle'], here);
  expect(wrong.exitCode).toBe(2);
  expect(wrong.stderr).toContain('--decoder: got "oracle", expected lda, cnn, temporal');
}, 120_000);
