import { join } from 'node:path';
import { defaultTaskSettings, Reasoner } from '@efferent/agent';
import {
  buildEpisodeSetup,
  listScenes,
  listTaskCards,
  loadScene,
  loadTaskCard,
  type Scene,
} from '@efferent/sim';
import { describe, expect, test } from 'vitest';
import { groups } from './fit-suite.ts';
import { loadTeam } from './household-team.ts';
import { runSymbolicEpisode } from './symbolic-episode.ts';

const workspace = [join(import.meta.dirname, '../../../..')];
const scenes = listScenes(workspace).map((id) => loadScene(workspace, id));
const cardsOf = (suite: 'deps' | 'clea' | 'selector') =>
  scenes.flatMap((scene) => listTaskCards(scene, suite).map((id) => [id, scene] as const));
const skillsThatCount = new Set(['pick', 'place-on', 'place-in', 'open', 'close']);

/** Skills that a plan of the classical planner takes when everything is known and every skill works. */
async function skillsOf(scene: Scene, id: string, seed: number): Promise<number> {
  let count = 0;
  const record = await runSymbolicEpisode({
    scene,
    episode: buildEpisodeSetup(scene, loadTaskCard(scene, id), seed),
    team: await loadTeam(workspace, loadTaskCard(scene, id).robots ?? ['stretch'], scene.map),
    model: new Reasoner(),
    settings: {
      planner: 'classical',
      limits: { ...defaultTaskSettings.limits, maxSteps: 150, maxTaskS: 4000 },
    },
    rates: {},
    factor: 0,
    isFamiliar: true,
    onSkill: ({ skill }) => {
      if (skillsThatCount.has(skill)) count += 1;
    },
  });
  expect(record.verdict.success, `${id} seed ${seed}: ${record.report.message}`).toBe(true);
  return count;
}

describe('the cards of deps', () => {
  test('are eight groups of at least six tasks, of growing horizon', () => {
    const cards = cardsOf('deps').map(([id, scene]) => loadTaskCard(scene, id));
    expect(cards.length).toBeGreaterThanOrEqual(48);
    let before = 0;
    for (const group of groups.deps) {
      const inGroup = cards.filter((card) => card.group === group);
      expect(inGroup.length, group).toBeGreaterThanOrEqual(6);
      const mean = inGroup.reduce((sum, card) => sum + card.skills![1], 0) / inGroup.length;
      expect(mean, group).toBeGreaterThan(before);
      before = mean;
    }
  });

  test.each([...cardsOf('deps'), ...cardsOf('clea')])(
    '%s has a plan of as many skills as it says',
    async (id, scene) => {
      const [fewest, most] = loadTaskCard(scene, id).skills!;
      const count = await skillsOf(scene, id, 1000);
      expect(count).toBeGreaterThanOrEqual(fewest);
      // A detector that errs may cost a detour.
      expect(count).toBeLessThanOrEqual(most + Math.max(2, Math.ceil(0.1 * most)));
    },
  );
});

test('clea has three tasks of each of four kinds, one of them for two robots, each with at least three disturbances', () => {
  const cards = cardsOf('clea').map(([id, scene]) => loadTaskCard(scene, id));
  for (const group of groups.clea) {
    const inGroup = cards.filter((card) => card.group === group);
    expect(inGroup.length, group).toBe(3);
    expect(inGroup.filter(({ robots = [] }) => robots.length === 2).length, group).toBe(1);
  }
  for (const { id, perturbations } of cards)
    expect(Object.keys(perturbations).length, id).toBeGreaterThanOrEqual(3);
});
