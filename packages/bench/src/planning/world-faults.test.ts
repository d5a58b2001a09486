import { join } from 'node:path';
import { buildEpisodeSetup, loadScene, loadTaskCard, type Scene } from '@efferent/sim';
import { expect, test } from 'vitest';
import { drawWorldFaults } from './world-faults.ts';

const scene = loadScene([join(import.meta.dirname, '../../../..')], 'kitchen');
const episodeOf = (seed: number) => buildEpisodeSetup(scene, loadTaskCard(scene, 'deps-into-drawer'), seed);

test('a container that the task needs is covered by a thing that the task does not name', () => {
  for (let seed = 1000; seed < 1020; seed++) {
    const { covers, jams } = drawWorldFaults(scene, episodeOf(seed), 1, seed);
    const [[container, cover] = ['', '']] = covers;
    expect(covers.size).toBe(1);
    expect(jams.has(container)).toBe(true);
    expect(episodeOf(seed).goal).not.toContainEqual(expect.objectContaining({ objectId: cover }));
  }
});

test('nothing is covered when the task names every thing that could lie there', () => {
  const episode = episodeOf(1000);
  const named = new Set(episode.goal.flatMap((each) => ('objectId' in each ? [each.objectId] : [])));
  const objects = scene.file.objects.filter(({ id }) => named.has(id));
  const bare: Scene = { ...scene, file: { ...scene.file, objects } };
  const { covers, jams } = drawWorldFaults(bare, episode, 1, 1);
  expect(covers.size).toBe(0);
  expect(jams.size).toBeGreaterThan(0);
  expect(drawWorldFaults(scene, episode, 0, 1)).toEqual({ covers: new Map(), jams: new Map() });
});
