import { Transform } from '@efferent/core';
import type { SkillResult } from '@efferent/runtime';
import { type JudgeClient, setUpEpisode } from '@efferent/runtime/simulation';
import { judgeTask, type TaskVerdict } from '@efferent/sim';
import { expect, it, onTestFinished } from 'vitest';

/** Runs skills one after the other in a world of the care room, until one fails, and asks the judge. */
async function runSkills(
  task: string,
  seed: number,
  skills: readonly (readonly [string, Readonly<Record<string, string>>])[],
  prepare: (judge: JudgeClient) => Promise<void> = async () => undefined,
) {
  const { graph, judge, scene, episode } = await setUpEpisode({
    scene: 'care-room',
    robot: 'stretch',
    task,
    seed,
    agentParameters: ['memory:='],
  });
  onTestFinished(() => graph.stop());
  await graph.runUntilSettled(prepare(judge), 10);
  await graph.advance(2);
  const results: SkillResult[] = [];
  for (const [skill, values] of skills) {
    results.push(await graph.runUntilSettled(graph.client.executeSkill(skill, values), 300));
    if (results.at(-1)?.success !== true) break;
  }
  await graph.advance(1);
  const states = await graph.runUntilSettled(judge.entityStates(), 10);
  const verdict: TaskVerdict = judgeTask(scene, episode, states);
  const { collisions, people } = await graph.runUntilSettled(judge.report(), 10);
  return { results, verdict, collisions, people, states };
}

it('the light switch is pressed until it clicks, and nothing else is touched; pressed again it does not give way', async () => {
  const { results, verdict, collisions } = await runSkills('emg-press-switch', 1000, [
    ['press', { fixture: 'light-switch' }],
    ['press', { fixture: 'light-switch' }],
  ]);
  expect(results[0]).toMatchObject({ success: true, message: expect.stringMatching(/gave way by 1\d mm/) });
  expect(results[1]).toMatchObject({ success: false, failure_code: 'force-limit' });
  expect(verdict.success).toBe(true);
  expect(collisions).toEqual([]);
}, 120_000);

const takeSponge = [
  ['look', { target: 'table' }],
  ['pick', { object: 'sponge-1' }],
] as const;

it('a spill is wiped up with the sponge until the camera sees nothing of it', async () => {
  const { results, verdict, collisions, states } = await runSkills('emg-wipe', 1000, [
    ...takeSponge,
    ['wipe', { tool: 'sponge-1', target: 'spill-1' }],
  ]);
  expect(results.at(-1)).toMatchObject({
    success: true,
    message: expect.stringContaining('no spill is seen'),
  });
  expect(verdict.success).toBe(true);
  expect(collisions).toEqual([]);
  expect(states.find(({ id }) => id === 'sponge')?.isHeld).toBe(true);
}, 120_000);

it('what stands on a spill is not swept away, and the skill says that some is left', async () => {
  const at = [0.3, 1.38, 0.742] as const;
  const { results, verdict, states } = await runSkills(
    'emg-wipe',
    1000,
    [...takeSponge, ['wipe', { tool: 'sponge-1', target: 'spill-1' }]],
    (judge) => judge.move('orange', new Transform(at, [0, 0, 0, 1])),
  );
  expect(results.at(-1)).toMatchObject({ success: false, failure_code: 'blocked' });
  expect(verdict.success).toBe(false);
  expect(states.find(({ id }) => id === 'spill')?.wipedShare).toBeGreaterThan(0.2);
  const orange = states.find(({ id }) => id === 'orange')!.pose.translation;
  expect(Math.hypot(orange[0] - at[0], orange[1] - at[1])).toBeLessThan(0.02);
}, 120_000);

it('a mug is held level before the face of the person, slowly and without touching them', async () => {
  const steps = [
    ['look', { target: 'sideboard' }],
    ['pick', { object: 'mug-1' }],
    ['offer', { object: 'mug-1', to: 'person' }],
  ] as const;
  const { results, verdict, collisions, people } = await runSkills('emg-cup-to-mouth', 1000, steps);
  expect(results.at(-1)).toMatchObject({
    success: true,
    message: expect.stringContaining('before the face'),
  });
  expect(verdict.success).toBe(true);
  expect(collisions).toEqual([]);
  expect(people.map(({ forceN }) => forceN)).toEqual(people.map(() => 0));
  const head = people.find(({ part }) => part === 'resident/head')!;
  expect(head.leastDistanceM).toBeGreaterThan(0.12);
  expect(head.approachMps).toBeLessThan(0.11);
}, 120_000);

it('an empty hand offers nothing and wipes nothing', async () => {
  const { results } = await runSkills('emg-cup-to-mouth', 1001, [['offer', { object: 'mug', to: 'person' }]]);
  expect(results[0]).toMatchObject({ success: false, failure_code: 'hand-empty' });
}, 60_000);
