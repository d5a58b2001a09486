import { join } from 'node:path';
import { Belief, WorldMap } from '@efferent/agent';
import { Rng } from '@efferent/core';
import { buildEpisodeSetup, loadScene, loadTaskCard } from '@efferent/sim';
import { expect, test } from 'vitest';
import { Household } from './household.ts';
import { mobileManipulator } from './household-robot.ts';
import { HouseholdSenses } from './household-senses.ts';
import { HouseholdSkills } from './household-skills.ts';
import { tryOut } from './household-trials.ts';

const scene = loadScene([join(import.meta.dirname, '../../../..')], 'kitchen');

test('a fixed robot works at what it reaches and refuses the rest at once', () => {
  const episode = buildEpisodeSetup(scene, loadTaskCard(scene, 'deps-onto-counter'), 1000);
  const map = new WorldMap(scene.map);
  const arm = {
    ...mobileManipulator,
    name: '/arm',
    fixedReachM: 0.9,
    basePose: [-1.1, 1.3, 1.57] as const,
  };
  const belief = new Belief(map, [{ name: '/arm', fixedReachM: 0.9 }]);
  const household = new Household(scene, map, episode.setup, [arm], new Rng(1));
  new HouseholdSenses(household, belief, new Rng(2)).look(household.robots.get('/arm')!, 1);
  const skills = new HouseholdSkills(
    { household, belief },
    { rates: {}, factor: 1, jams: new Map() },
    new Rng(3),
  );
  const open = (fixture: string) =>
    skills.execute({ robot: '/arm', skill: 'open', arguments: { fixture } }, 1);
  expect(open('left-drawer')).toMatchObject({ success: true });
  expect(open('fridge-door')).toMatchObject({ success: false, failureCode: 'unreachable', elapsedS: 1 });
  expect(household.robots.get('/arm')!.base).toEqual([-1.1, 1.3, 1.57]);
});

test('what is tried out in a copy does not happen in the household', () => {
  const episode = buildEpisodeSetup(scene, loadTaskCard(scene, 'deps-open-part'), 1000);
  const map = new WorldMap(scene.map);
  const belief = new Belief(map, [{ name: '/stretch' }]);
  const household = new Household(scene, map, episode.setup, [mobileManipulator], new Rng(1));
  const jams = new Map([['left-drawer', 1]]);
  const skills = new HouseholdSkills({ household, belief }, { rates: {}, factor: 1, jams }, new Rng(3));
  const call = { robot: '/stretch', skill: 'open', arguments: { fixture: 'left-drawer' } };
  const before = structuredClone([...household.robots.values()]);
  // It sticks once: every copy is the first try.
  for (let trial = 0; trial < 5; trial++)
    expect(tryOut({ skills, call, beganS: 1, rng: new Rng(trial) })).toBe('force-limit');
  expect(household.isOpen('left-drawer')).toBe(false);
  expect([...household.robots.values()]).toEqual(before);
  expect(skills.execute(call, 1).failureCode).toBe('force-limit');
  expect(tryOut({ skills, call, beganS: 1, rng: new Rng(9) })).toBe('');
  expect(household.isOpen('left-drawer')).toBe(false);
  expect(skills.execute(call, 1).success).toBe(true);
  expect(household.isOpen('left-drawer')).toBe(true);
});
