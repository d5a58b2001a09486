import { expect, test } from 'vitest';
import { Belief } from '../belief/belief.ts';
import { kitchenMap, robotName } from '../testing/kitchen-view.ts';
import type { SkillCall } from './environment.ts';
import { TaskEnd } from './limits.ts';
import { TaskProgress } from './task-progress.ts';

const maxSearchLooks = 14;
const look = (target: string): SkillCall => ({ robot: robotName, skill: 'look', arguments: { target } });

function begin() {
  const belief = new Belief(kitchenMap(), [{ name: robotName }]);
  return new TaskProgress({ belief }, { maxSearchLooks });
}

/** Sends calls until one of them ends the task; returns how many were let through. */
function countUntilEnd(progress: TaskProgress, calls: readonly SkillCall[]): number {
  for (const [index, call] of calls.entries())
    try {
      progress.countStep(call);
    } catch (error) {
      expect(error).toBeInstanceOf(TaskEnd);
      expect((error as TaskEnd).outcome).toBe('no-progress');
      return index;
    }
  return calls.length;
}

test('a search through many places is no repetition, however long', () => {
  const places = Array.from({ length: 40 }, (_, index) => look(`place-${index}`));
  expect(countUntilEnd(begin(), places)).toBe(40);
});

test('the same action over and over ends the task before its 15th step', () => {
  const same = Array.from({ length: 40 }, () => look('bin'));
  expect(countUntilEnd(begin(), same)).toBe(5);
});

test('a ring of actions that leads nowhere ends the task before its 15th step', () => {
  const ring = Array.from({ length: 40 }, (_, index) => look(`place-${index % 5}`));
  expect(countUntilEnd(begin(), ring)).toBe(9);
});

test('after as many steps as a search may take looks, the first repetition ends the task', () => {
  const places = Array.from({ length: maxSearchLooks }, (_, index) => look(`place-${index}`));
  expect(countUntilEnd(begin(), [...places, look('place-0')])).toBe(maxSearchLooks);
});

test('what is sent besides the plan counts as a step, but is no repetition', () => {
  const progress = begin();
  progress.countStep(look('bin'));
  for (let aside = 1; aside < maxSearchLooks; aside++) progress.countAside();
  expect(countUntilEnd(progress, [look('table-top'), look('bin')])).toBe(1);
});

test('counts what succeeds and changes nothing', () => {
  const progress = begin();
  progress.countStep(look('bin'));
  expect(progress.timesIdled(look('bin'))).toBe(0);
  progress.noteSuccess(look('bin'));
  expect(progress.timesIdled(look('bin'))).toBe(1);
  expect(progress.timesIdled(look('table-top'))).toBe(0);
});

test('what changes something is progress: a drawer that was seen closed', () => {
  const belief = new Belief(kitchenMap(), [{ name: robotName }]);
  const progress = new TaskProgress({ belief }, { maxSearchLooks });
  const looks = (count: number) => Array.from({ length: count }, () => look('bin'));
  expect(countUntilEnd(progress, looks(5))).toBe(5);
  const seen = { sightings: [], articulations: new Map([['left-drawer', 0]]), covered: [] };
  // It takes two pictures that agree.
  for (let picture = 0; picture < 2; picture++)
    belief.observeScene({ ...seen, detectionChance: () => 0 }, picture);
  expect(countUntilEnd(progress, looks(6))).toBe(5);
});

test('questions to the model that bring nothing about end the task; a skill that changes something lets it ask on', () => {
  const progress = begin();
  const countQuestions = () => {
    for (let asked = 0; asked < 200; asked++)
      try {
        progress.countQuestion();
      } catch (error) {
        expect((error as TaskEnd).outcome).toBe('no-progress');
        return asked;
      }
    return 200;
  };
  for (let asked = 0; asked < 40; asked++) progress.countQuestion();
  progress.noteSuccess(look('bin'));
  expect(countQuestions()).toBe(19);
  progress.noteSuccess({ robot: robotName, skill: 'open', arguments: { fixture: 'fridge-door' } });
  expect(countQuestions()).toBe(59);
});
