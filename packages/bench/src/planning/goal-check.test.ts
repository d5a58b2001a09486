import { join } from 'node:path';
import { Reasoner } from '@efferent/agent';
import { buildEpisodeSetup, listTaskCards, loadScene, loadTaskCard } from '@efferent/sim';
import { expect, test } from 'vitest';
import { loadTeam } from './household-team.ts';
import { runSymbolicEpisode } from './symbolic-episode.ts';

const workspace = [join(import.meta.dirname, '../../../..')];

test.each(['kitchen', 'living-room', 'kitchen-station'])(
  'no goal of any task card of the %s is taken for one that nobody asked for',
  async (sceneId) => {
    const scene = loadScene(workspace, sceneId);
    const rejected: string[] = [];
    for (const card of listTaskCards(scene)) {
      const { robots = ['stretch'] } = loadTaskCard(scene, card);
      const team = await loadTeam(workspace, robots, scene.map);
      const episode = buildEpisodeSetup(scene, loadTaskCard(scene, card), 1000);
      const { report } = await runSymbolicEpisode({
        ...{
          scene,
          episode,
          team,
          model: new Reasoner(),
          settings: { planner: 'hybrid' },
          rates: {},
          factor: 1,
        },
        onEvent: ({ detail }) => {
          if (detail.includes('does not follow from the instruction'))
            rejected.push(`${card}: ${episode.instruction}: ${detail}`);
        },
      });
      if (report.outcome === 'refused') rejected.push(`${card}: ${report.message}`);
    }
    expect(rejected).toEqual([]);
  },
);
