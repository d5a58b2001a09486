import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryFolder } from '@efferent/runtime';
import { runEpisode } from '@efferent/runtime/simulation';
import { expect, it } from 'vitest';

const scene = 'kitchen-station';

it('an arm on a stand does its own tasks: it opens the drawer beside it and puts a thing in', async () => {
  const record = await runEpisode({ scene, robot: 'panda', task: 'station-to-drawer', seed: 1205 });
  expect(record.conditions, record.message).toEqual([expect.objectContaining({ isMet: true })]);
  expect(record.collisionPairs).toEqual([]);
  const moves = record.skillRuns.filter(({ skill }) => skill !== 'look');
  expect(moves.map(({ skill, code }) => `${skill} ${code}`)).toEqual(['open ', 'pick ', 'place-in ']);
});

it('two robots work side by side and hand a thing over on the surface that both get at', async () => {
  const told: string[] = [];
  const record = await runEpisode({
    scene,
    robot: 'stretch',
    otherRobots: ['panda'],
    task: 'stow-in-drawer',
    seed: 1001,
    onEvent: ({ kind, text }) => void told.push(`${kind}: ${text}`),
  });
  expect(record.conditions, record.message).toEqual([expect.objectContaining({ isMet: true })]);
  const moves = record.skillRuns.filter(({ skill, code }) => skill !== 'look' && code === '');
  expect(moves.map(({ robot, skill }) => `${robot} ${skill}`)).toEqual([
    '/panda open',
    '/stretch pick',
    '/stretch place-on',
    '/panda pick',
    '/panda place-in',
  ]);
  const at = (pattern: RegExp) => told.findIndex((line) => pattern.test(line));
  expect(at(/step-start: .* pick/)).toBeLessThan(at(/step-end: .* drawer seen open/));
});

it('a thing that only the other robot sees from where they stand is looked for again from close by', async () => {
  const record = await runEpisode({
    scene,
    robot: 'stretch',
    otherRobots: ['panda'],
    task: 'fetch-from-station',
    seed: 1108,
  });
  expect(record.conditions, record.message).toEqual([expect.objectContaining({ isMet: true })]);
  const picks = record.skillRuns.filter(({ skill }) => skill === 'pick');
  expect(picks).toEqual([expect.objectContaining({ robot: '/stretch', code: '' })]);
});

it('the launch file for two robots takes every argument of the one for one robot, and passes it on', () => {
  const read = (name: string) => readFileSync(join(repositoryFolder, 'launch', name), 'utf8');
  const two = read('two-robots.launch.xml');
  for (const [, name] of read('kitchen.launch.xml').matchAll(/<arg name="(\w+)" default/g)) {
    expect(two).toContain(
      `<arg name="${name}" value="$(var ${name === 'other_robots' ? 'other_robot' : name})"/>`,
    );
  }
});

it('refuses three robots, and a robot that has no stand in the scene', async () => {
  const task = 'station-to-bin';
  await expect(
    runEpisode({ scene, robot: 'stretch', otherRobots: ['panda', 'stretch'], task, seed: 1 }),
  ).rejects.toThrow('takes one robot or two');
  await expect(
    runEpisode({ scene: 'kitchen', robot: 'panda', task: 'put-in-bowl', seed: 1 }),
  ).rejects.toThrow("map 'kitchen' has no stand for robot 'panda'");
});
