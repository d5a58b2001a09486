import type { SkillResult } from '@efferent/runtime';
import { setUpEpisode } from '@efferent/runtime/simulation';
import { judgeTask, type TaskVerdict } from '@efferent/sim';
import { expect, it, onTestFinished } from 'vitest';

/** Runs skills one after the other in a world of the care room, until one fails, and asks the judge. */
async function runSkills(
  task: string,
  seed: number,
  skills: readonly (readonly [string, Readonly<Record<string, string>>])[],
) {
  const { graph, judge, scene, episode } = await setUpEpisode({
    scene: 'care-room',
    robot: 'stretch',
    task,
    seed,
    agentParameters: ['memory:='],
  });
  onTestFinished(() => graph.stop());
  await graph.advance(2);
  const results: SkillResult[] = [];
  for (const [skill, values] of skills) {
    results.push(await graph.runUntilSettled(graph.client.executeSkill(skill, values), 300));
    if (results.at(-1)?.success !== true) break;
  }
  await graph.advance(1);
  const verdict: TaskVerdict = judgeTask(
    scene,
    episode,
    await graph.runUntilSettled(judge.entityStates(), 10),
  );
  const { collisions, people } = await graph.runUntilSettled(judge.report(), 10);
  return { results, verdict, collisions, people };
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
