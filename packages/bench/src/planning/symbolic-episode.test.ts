import { join } from 'node:path';
import { NoisyReasoner, type PlannerName, plannerNames, Reasoner } from '@efferent/agent';
import { buildEpisodeSetup, listTaskCards, loadScene, loadTaskCard } from '@efferent/sim';
import { expect, test } from 'vitest';
import { loadTeam } from './household-team.ts';
import type { RateTable } from './skill-outcomes.ts';
import { runSymbolicEpisode, type SymbolicEpisode } from './symbolic-episode.ts';

const workspace = [join(import.meta.dirname, '../../../..')];
const scene = loadScene(workspace, 'kitchen');
const team = await loadTeam(workspace, ['stretch'], scene.map);
const cards = listTaskCards(scene, 'core').map((id) => loadTaskCard(scene, id));

const run = (planner: PlannerName, seed: number, fields: Partial<SymbolicEpisode> = {}) =>
  runSymbolicEpisode({
    scene,
    episode: buildEpisodeSetup(scene, cards[seed % cards.length]!, seed),
    team,
    model: new Reasoner(),
    settings: { planner },
    rates: {},
    factor: 1,
    ...fields,
  });

const rate = async (planner: PlannerName, fields: (seed: number) => Partial<SymbolicEpisode>) => {
  let successes = 0;
  for (let seed = 2000; seed < 2000 + 3 * cards.length; seed++)
    if ((await run(planner, seed, fields(seed))).verdict.success) successes += 1;
  return successes / (3 * cards.length);
};

/** Every fifth pick fails, every tenth drops what it holds on the way. */
const clumsy: RateTable = {
  pick: { tries: 10, failures: { 'grasp-failed': 2 }, lies: 1, ownS: 12 },
  'place-in': { tries: 10, failures: { dropped: 1 }, lies: 0, ownS: 12 },
  'place-on': { tries: 10, failures: { dropped: 1 }, lies: 0, ownS: 12 },
};

test.each(plannerNames)(
  '%s carries out the tasks of the kitchen when skills always work',
  async (planner) => {
    for (let seed = 1000; seed < 1000 + cards.length; seed++) {
      const { verdict, report } = await run(planner, seed);
      expect(verdict.success, `seed ${seed}: ${report.outcome}: ${report.message}`).toBe(true);
    }
  },
);

test('closing the loop pays when skills fail', async () => {
  const fields = () => ({ rates: clumsy });
  const open = await rate('open-loop', fields);
  for (const planner of ['hybrid', 'deps', 'clea', 'classical'] as const)
    expect(await rate(planner, fields), planner).toBeGreaterThan(open);
});

test('equal settings give equal episodes, faults of the model included', async () => {
  const once = () =>
    run('hybrid', 2001, {
      rates: clumsy,
      model: new NoisyReasoner({ seed: 5, errorRate: 0.5, stepErrorRate: 0.05, persistence: 0.5 }),
    });
  expect(await once()).toEqual(await once());
});

test('a faulty model ends every planner with a verdict, within its bounds', async () => {
  for (const planner of plannerNames) {
    for (let seed = 2100; seed < 2106; seed++) {
      const model = new NoisyReasoner({ seed, errorRate: 1, stepErrorRate: 0, persistence: 1 });
      const { report } = await run(planner, seed, { model, rates: clumsy });
      expect(report.outcome).not.toBe('');
      expect(report.skills).toBeLessThanOrEqual(60);
    }
  }
});
