import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repositoryFolder } from '@efferent/runtime';
import { afterAll, describe, expect, it } from 'vitest';
import { runEfferent } from '../support/command.ts';

/** A person's own workspace in which one file is wrong. */
const workspace = mkdtempSync(join(tmpdir(), 'efferent-workspace-'));
afterAll(() => rmSync(workspace, { recursive: true }));

const start = ['start', '--once', '--headless', '--middleware', 'inproc'];

function breakFile(copyOf: string, id: string, file: string, change: (text: string) => string): string {
  cpSync(join(repositoryFolder, copyOf), join(workspace, id), { recursive: true });
  const path = join(workspace, id, file);
  const before = readFileSync(path, 'utf8');
  const after = change(before);
  expect(after).not.toBe(before);
  writeFileSync(path, after);
  return path;
}

describe('wrong use ends with exit code 2, names file and field, and starts nothing', () => {
  it.each([
    [[...start, '--scene', 'kitchn'], /there is no scene "kitchn"; .*kitchen/],
    [[...start, '--robot', 'stretcher'], /there is no robot "stretcher"; .*stretch/],
    [['bench', 'tasks', '--episodes', '1', '--scene', 'kitchn'], /there is no scene "kitchn"/],
    [['policy', 'eval', 'strech-pick', '--episodes', '1'], /policy "strech-pick".*stretch-pick/s],
    [
      ['launch', 'launch/kitchen.launch.xml', 'sede:=1'],
      /kitchen\.launch\.xml:\d+: .*there is no argument "sede"/,
    ],
    [['launch', 'launch/none.launch.xml'], /launch\/none\.launch\.xml/],
    [['script', 'launch/tasks/none.ts'], /there is no file .*none\.ts/],
    [[...start, '--instruction', ''], /--instruction is empty/],
  ])('efferent %j', async (words, message) => {
    const { exitCode, stderr } = await runEfferent(words);
    expect(stderr).toMatch(message);
    expect(exitCode).toBe(2);
  });

  it('for a scene file with a wrong field', async () => {
    const file = breakFile('sim-scenes/kitchen', 'sim-scenes/broken', 'scene.yaml', (text) =>
      text.replace('id: kitchen', 'id: broken').replace(/rate_hz: \d+/, 'rate_hz: fast'),
    );
    const { exitCode, stderr } = await runEfferent([...start, '--scene', 'broken'], {
      EFFERENT_WORKSPACE: workspace,
    });
    expect(stderr).toContain(`${file}: physics.rate_hz:`);
    expect(exitCode).toBe(2);
  });

  it('for a robot file with a wrong field', async () => {
    const file = breakFile('robots/stretch', 'robots/broken', 'robot.yaml', (text) =>
      text.replace(/^urdf: .*/m, 'urdf: 7'),
    );
    const { exitCode, stderr } = await runEfferent([...start, '--robot', 'broken'], {
      EFFERENT_WORKSPACE: workspace,
    });
    expect(stderr).toContain(`${file}: urdf:`);
    expect(exitCode).toBe(2);
  });

  it('for a policy file with a wrong field', async () => {
    const file = breakFile('policies/stretch-pick', 'policies/stretch-pick', 'policy.yaml', (text) =>
      text.replace(/^rate_hz: .*/m, 'rate_hz: -1'),
    );
    const { exitCode, stderr } = await runEfferent(start, { EFFERENT_WORKSPACE: workspace });
    expect(stderr).toContain(`${file}: rate_hz:`);
    expect(exitCode).toBe(2);
    rmSync(join(workspace, 'policies'), { recursive: true });
  });

  it('for a parameter file of a launch file', async () => {
    const parameters = join(workspace, 'gate.yaml');
    writeFileSync(parameters, '/stretch/gate:\n  ros__parameters:\n    robot: [1, two]\n');
    const launchFile = join(workspace, 'gate.launch.xml');
    writeFileSync(
      launchFile,
      `<launch><node pkg="efferent_bringup" exec="gate" name="gate" namespace="stretch"><param from="${parameters}"/></node></launch>`,
    );
    const { exitCode, stderr } = await runEfferent(['launch', launchFile, '--middleware', 'inproc']);
    expect(stderr).toContain(`${parameters}:3`);
    expect(stderr).toContain('robot');
    expect(exitCode).toBe(2);
  });
});
