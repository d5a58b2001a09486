import { join } from 'node:path';
import { Reasoner } from '@efferent/agent';
import {
  buildEpisodeSetup,
  listScenes,
  listTaskCards,
  loadScene,
  loadTaskCard,
  type PerturbationName,
} from '@efferent/sim';
import { expect, test } from 'vitest';
import { loadTeam } from './household-team.ts';
import { runSymbolicEpisode, type SymbolicRecord } from './symbolic-episode.ts';

const workspace = [join(import.meta.dirname, '../../../..')];
const cards = await Promise.all(
  listScenes(workspace).flatMap((sceneId) => {
    const scene = loadScene(workspace, sceneId);
    return listTaskCards(scene, 'clea').map(async (id) => {
      const { robots = ['stretch'], perturbations } = loadTaskCard(scene, id);
      return { scene, id, perturbations, team: await loadTeam(workspace, robots, scene.map) };
    });
  }),
);
const seeds = [1000, 1001];
const mostCards = 4;

async function run(
  name: PerturbationName,
  planner: 'open-loop' | 'hybrid',
  isDisturbed: boolean,
): Promise<readonly SymbolicRecord[]> {
  const records: SymbolicRecord[] = [];
  const suited = cards.filter(({ perturbations }) => perturbations[name] !== undefined);
  for (const { scene, id, team } of suited.slice(0, mostCards)) {
    for (const seed of seeds) {
      const episode = buildEpisodeSetup(scene, loadTaskCard(scene, id), seed);
      const disturbance = { name, ...episode.perturbations[name]! };
      records.push(
        await runSymbolicEpisode({
          ...{ scene, episode, team, model: new Reasoner(), settings: { planner }, rates: {}, factor: 1 },
          ...(isDisturbed ? { disturbance } : {}),
        }),
      );
    }
  }
  return records;
}

const successes = (records: readonly SymbolicRecord[]) =>
  records.filter(({ verdict }) => verdict.success).length;

test.each(['move-object', 'swap-objects', 'slip', 'close-again', 'block-way', 'block-target'] as const)(
  '%s happens, costs the open loop tasks, and hybrid fewer',
  async (name) => {
    const open = await run(name, 'open-loop', true);
    const happened = open.filter(({ isDisturbed }) => isDisturbed);
    expect(happened.length).toBeGreaterThan(0);
    expect(successes(open)).toBeLessThan(successes(await run(name, 'open-loop', false)));
    expect(successes(await run(name, 'hybrid', true))).toBeGreaterThan(successes(open));
  },
);

test('a person asks for something else, and hybrid does that instead', async () => {
  const records = await run('another-wish', 'hybrid', true);
  const wished = records.filter(({ isDisturbed }) => isDisturbed);
  expect(wished.length).toBeGreaterThan(0);
  expect(successes(wished)).toBeGreaterThan(wished.length / 2);
});
