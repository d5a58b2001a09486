import { join } from 'node:path';
import { Reasoner } from '@efferent/agent';
import { buildEpisodeSetup, listTaskCards, loadScene, loadTaskCard } from '@efferent/sim';
import { expect, test } from 'vitest';
import { loadTeam } from './household-team.ts';
import { runSymbolicEpisode } from './symbolic-episode.ts';

const workspace = [join(import.meta.dirname, '../../../..')];
const scene = loadScene(workspace, 'kitchen-station');
const cards = listTaskCards(scene, 'clea').map((id) => loadTaskCard(scene, id));
const [driving, fixed] = await loadTeam(workspace, ['stretch', 'panda'], scene.map);

test('an arm on a stand reaches as far as its robot.yaml says, from the stand of the map', () => {
  expect(driving).toMatchObject({ name: '/stretch', fixedReachM: undefined, basePose: undefined });
  expect(fixed).toMatchObject({ name: '/panda', fixedReachM: 0.72, basePose: [0.7, 1.6, -Math.PI / 2] });
  // 0.35 m before the stand and 0.77 m beside it, on a mast: x of the stand is -y of the map.
  const [x, y, z] = fixed!.camera.eyeM!;
  expect([x, y, z].map((value) => Math.round(value * 100) / 100)).toEqual([-0.07, 1.25, 1.66]);
});

test.each(['hybrid', 'clea', 'classical'] as const)(
  '%s lets two robots do what neither can alone',
  async (planner) => {
    for (const card of cards)
      for (const seed of [1000, 1001, 1002]) {
        const robots = new Set<string>();
        const { verdict, report } = await runSymbolicEpisode({
          scene,
          episode: buildEpisodeSetup(scene, card, seed),
          team: [driving!, fixed!],
          model: new Reasoner(),
          settings: { planner },
          rates: {},
          factor: 0,
          onSkill: ({ robot }) => robots.add(robot),
        });
        const told = `${card.id} seed ${seed}: ${report.outcome}: ${report.message}`;
        expect(verdict.success, told).toBe(true);
        expect([...robots].sort(), told).toEqual(['/panda', '/stretch']);
      }
  },
);
