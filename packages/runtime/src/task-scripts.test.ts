import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type LockstepGraph, startLockstepGraph } from './lockstep-graph.ts';
import { connectScript } from './script-api.ts';
import { repositoryFolder } from './workspace.ts';

const folder = join(repositoryFolder, 'launch/tasks');
/** The last line that each example prints. */
const lastLines: Readonly<Record<string, RegExp>> = {
  'find-the-apple': /^the apple is /,
  'look-until-sure': /^the bowl is on /,
  'what-is-where': /^not looked into: .*drawer/,
  'change-of-mind': /^I am at the table$/,
  'look-at-the-doubtful': /^looked again/,
  'fetch-watchfully': /^the apple is in the bowl$/,
};

let graph: LockstepGraph;
beforeAll(async () => {
  graph = await startLockstepGraph({ scene: 'kitchen', robot: 'stretch', seed: 1003, task: 'put-in-bowl' });
}, 60_000);
afterAll(() => graph.stop());

test('every example is run by a test', () => {
  const withOwnTest = ['check-drawers', 'fetch-when-seen'];
  const names = readdirSync(folder).map((file) => file.replace(/\.ts$/, ''));
  expect(names.toSorted()).toEqual([...Object.keys(lastLines), ...withOwnTest].toSorted());
});

test.each(Object.entries(lastLines))('%s does what it says', async (name, lastLine) => {
  const lines: string[] = [];
  const log = vi.spyOn(console, 'log').mockImplementation((line: string) => lines.push(line));
  const disconnect = connectScript(graph.client, {});
  try {
    await graph.runUntilSettled(import(pathToFileURL(join(folder, `${name}.ts`)).href), 600);
  } finally {
    disconnect();
    log.mockRestore();
  }
  expect(lines.at(-1), lines.join('\n')).toMatch(lastLine);
  if (name === 'change-of-mind')
    expect(lines.slice(0, -1)).toEqual([
      'amended: changed: to the table instead of the fridge',
      expect.stringMatching(/^success: I looked at the counter/),
    ]);
});
