import { join } from 'node:path';
import { ConfigurationError } from '@efferent/core';
import { describe, expect, it, vi } from 'vitest';
import { startInproc } from './inproc-system.ts';
import { planFile } from './launch-files.ts';
import { loadNodeModule, nodeNames } from './node-registry.ts';
import { selectMiddleware } from './system.ts';
import { findWorkspaceFolders, repositoryFolder } from './workspace.ts';

const launchFile = (name: string) => join(repositoryFolder, 'launch', name);

describe('the launch files of this repository', () => {
  it.each(['kitchen.launch.xml', 'emg-demo.launch.xml'])('%s names only nodes that exist', (name) => {
    const { processes } = planFile(launchFile(name), {});
    expect(processes.length).toBeGreaterThan(10);
    expect(processes.filter((each) => !nodeNames.includes(each.node?.executable ?? ''))).toEqual([]);
  });

  it('start every node once', () => {
    const started = planFile(launchFile('emg-demo.launch.xml'), {
      lsl: 'true',
      emulate: 'true',
    }).processes.map((each) => each.node?.executable);
    expect([...started].sort()).toEqual([...nodeNames].sort());
  });

  it('leave the bridge out when no viewer is wanted, but never the Stop process', () => {
    const names = planFile(launchFile('kitchen.launch.xml'), { viewer: 'false' }).processes.map(
      (each) => each.node?.executable,
    );
    expect(names).not.toContain('bridge');
    expect(names).toContain('stop');
  });
});

it('a node that does not exist is refused with the names of those that do', async () => {
  await expect(loadNodeModule('gait')).rejects.toThrow(/there is no node "gait"; there are: sim, gate/);
});

it('the inproc middleware refuses a process that is not a node of efferent', async () => {
  const plan = planFile(launchFile('kitchen.launch.xml'), {});
  const foreign = { ...plan, processes: [{ ...plan.processes[0]!, node: undefined }] };
  await expect(startInproc(foreign, {})).rejects.toThrow(ConfigurationError);
});

describe('the inproc middleware', () => {
  const processOf = (executable: string, ...words: string[]) => {
    const { processes, ...rest } = planFile(launchFile('kitchen.launch.xml'), { viewer: 'false' });
    const found = processes.find((each) => each.node?.executable === executable)!;
    const node = { ...found.node!, arguments: [...found.node!.arguments, ...words] };
    return { ...rest, processes: [{ ...found, node }] };
  };

  it('lets the gate tick while all other nodes wait for a busy one', async () => {
    const { context: joinGraph, stop } = await startInproc(processOf('gate'), {});
    const context = await joinGraph();
    const gaps: number[] = [];
    const watcher = await context.createNode('watcher');
    const reports = watcher.createSubscription(
      'diagnostic_msgs/msg/DiagnosticArray',
      '/diagnostics',
      {},
      ({ status }) => {
        for (const { key, value } of status.flatMap(({ values }) => values))
          if (key === 'longest_gap_us') gaps.push(Number(value) / 1000);
      },
    );
    await vi.waitFor(() => expect(reports.publisherCount).toBe(1));
    await vi.waitFor(() => expect(gaps.length).toBeGreaterThan(0), { timeout: 4000 });
    const busyMs = 1500;
    const untilMs = performance.now() + busyMs;
    while (performance.now() < untilMs);
    await vi.waitFor(() => expect(gaps.length).toBeGreaterThan(2), { timeout: 4000 });
    // It waited for nothing as long as this thread was busy.
    expect(Math.max(...gaps.slice(1))).toBeLessThan(busyMs / 2);
    await stop();
  });

  it('says of a node in a thread of its own what is wrong with its parameters', async () => {
    const wrong = processOf('gate', '--ros-args', '-p', 'robot:=atlas');
    await expect(startInproc(wrong, {})).rejects.toThrow(ConfigurationError);
    await expect(startInproc(wrong, {})).rejects.toThrow(/atlas/);
  });
});

it("a person's own workspace is searched before the repository", () => {
  expect(findWorkspaceFolders({}, '/')).toEqual([repositoryFolder]);
  expect(findWorkspaceFolders({ EFFERENT_WORKSPACE: '/home/ada/kitchen' }, '/')).toEqual([
    '/home/ada/kitchen',
    repositoryFolder,
  ]);
  expect(findWorkspaceFolders({}, join(repositoryFolder, 'launch/bin'))).toEqual([repositoryFolder]);
});

it('processes that could never find each other are not started', async () => {
  vi.stubEnv('ROS_AUTOMATIC_DISCOVERY_RANGE', 'OFF');
  await expect(selectMiddleware('cyclonedds')).rejects.toThrow(/ROS_AUTOMATIC_DISCOVERY_RANGE is OFF/);
  await expect(selectMiddleware('inproc')).resolves.toMatchObject({ middleware: 'inproc' });
  vi.unstubAllEnvs();
});
