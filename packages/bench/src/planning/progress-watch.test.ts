import { join } from 'node:path';
import { WorldMap } from '@efferent/agent';
import { Rng } from '@efferent/core';
import type { EpisodeRecord } from '@efferent/runtime/simulation';
import { buildEpisodeSetup, loadScene, loadTaskCard } from '@efferent/sim';
import { expect, test } from 'vitest';
import { Household } from './household.ts';
import { mobileManipulator } from './household-robot.ts';
import { looksLivelocked, ProgressWatch } from './progress-watch.ts';

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

type SkillRun = EpisodeRecord['skillRuns'][number];

const context = {
  className: '',
  supportKind: '',
  distanceM: 1,
  confidence: 1,
  ageS: 0,
  crowd: 0,
  tries: 0,
};
const skillRun = (skill: string, more: Partial<SkillRun> = {}): SkillRun => ({
  robot: '/stretch',
  skill,
  context,
  feasibility: null,
  modelCalls: 2,
  code: '',
  verdict: 'unverified',
  elapsedS: 5,
  ...more,
});
const ended = (skillRuns: readonly SkillRun[], more: { outcome?: string; modelCalls?: number } = {}) => ({
  success: false,
  outcome: 'no-progress',
  modelCalls: 3,
  ...more,
  skillRuns,
});

test('in full simulation a task that a bound ended is livelocked after 15 skills that brought nothing about', () => {
  const idle = [
    skillRun('look'),
    skillRun('navigate'),
    skillRun('stow'),
    skillRun('pick', { code: 'not-reached' }),
    skillRun('open', { verdict: 'refuted' }),
  ];
  const fifteen = [...idle, ...idle, ...idle];
  expect(looksLivelocked(ended(fifteen))).toBe(true);
  expect(looksLivelocked(ended(fifteen.slice(1)))).toBe(false);
  expect(looksLivelocked(ended([...fifteen, skillRun('open', { verdict: 'confirmed' }), ...idle]))).toBe(
    false,
  );
  expect(looksLivelocked(ended(fifteen, { outcome: 'not-found' }))).toBe(false);
});

test('in full simulation talk counts from the last skill that changed something', () => {
  const runs = [
    skillRun('pick', { modelCalls: 40, verdict: 'confirmed' }),
    skillRun('look', { modelCalls: 70 }),
  ];
  expect(looksLivelocked(ended(runs, { modelCalls: 99 }))).toBe(false);
  expect(looksLivelocked(ended(runs, { modelCalls: 100 }))).toBe(true);
});
