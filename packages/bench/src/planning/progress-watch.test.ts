import { join } from 'node:path';
import { WorldMap } from '@efferent/agent';
import { Rng } from '@efferent/core';
import { buildEpisodeSetup, loadScene, loadTaskCard } from '@efferent/sim';
import { expect, test } from 'vitest';
import { Household } from './household.ts';
import { mobileManipulator } from './household-robot.ts';
import { ProgressWatch } from './progress-watch.ts';

const scene = loadScene([join(import.meta.dirname, '../../../..')], 'kitchen');
const household = () => {
  const episode = buildEpisodeSetup(scene, loadTaskCard(scene, 'deps-open-part'), 1000);
  return new Household(scene, new WorldMap(scene.map), episode.setup, [mobileManipulator], new Rng(1));
};

test('a task that a bound ended is livelocked when it went round in states that it knew', () => {
  const world = household();
  const watch = new ProgressWatch(world);
  for (let step = 0; step < 20; step++) {
    world.setOpen('left-drawer', step % 2 === 0);
    watch.noteSkill();
  }
  expect(watch.isLivelock('step-limit')).toBe(true);
  expect(watch.isLivelock('not-found')).toBe(false);
  world.setOpen('right-drawer', true);
  watch.noteSkill();
  expect(watch.isLivelock('step-limit')).toBe(false);
});

test('talk without deeds is a livelock too', () => {
  const watch = new ProgressWatch(household());
  for (let call = 0; call < 59; call++) watch.noteCall();
  expect(watch.isLivelock('model-call-limit')).toBe(false);
  watch.noteCall();
  expect(watch.isLivelock('model-call-limit')).toBe(true);
});
