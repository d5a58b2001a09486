import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createContext, type RosContext } from '@efferent/ros';
import { afterEach, expect, test } from 'vitest';
import { requires } from '../support/requirement.ts';
import { SkillRig } from '../support/skill-rig.ts';
import { NavigationServer } from '../support/stand-in-servers.ts';

const isReady = requires('dds');
let context: RosContext | undefined;
let rig: SkillRig | undefined;
const children: ChildProcess[] = [];

afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  rig?.stop();
  await context?.shutdown();
});

test('a drive of a skill node that was killed is cancelled as soon as the node is back', {
  timeout: 60_000,
}, async () => {
  if (!isReady) return;
  const shared = await createContext({ middleware: 'cyclonedds', logSink: () => undefined });
  context = shared;
  const started = await SkillRig.start({
    context: shared,
    mapping:
      'robot: stretch\nskills:\n  navigate: { backend: action-client, action: /theirs/navigate_to_pose }\n',
    isSpawned: true,
    settle: (promise) => promise,
  });
  rig = started;
  const theirs = await shared.createNode('navigation', { namespace: '/theirs' });
  const navigation = new NavigationServer(theirs, 'navigate_to_pose', () => started);
  navigation.how = 'hang';
  const first = await started.spawnSkills();
  children.push(first);
  await started.begin('navigate', { target: 'table' });
  await expect.poll(() => navigation.goals.length, { timeout: 15_000 }).toBe(1);
  first.kill('SIGKILL');
  await once(first, 'exit');
  expect(navigation.ended).toEqual([]);
  children.push(await started.spawnSkills());
  await expect.poll(() => navigation.ended, { timeout: 15_000 }).toEqual(['canceled']);
});
