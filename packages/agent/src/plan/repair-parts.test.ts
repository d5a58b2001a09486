import { Rng } from '@efferent/core';
import { skillContracts } from '@efferent/skills';
import { describe, expect, test } from 'vitest';
import type { PlanProposal } from '../model/proposal.ts';
import { everydayObjects, kitchenView, objectView, robotName } from '../testing/kitchen-view.ts';
import { changedThings, repairLevel } from './belief-change.ts';
import { ContractDoubt } from './contract-doubt.ts';
import { feasibilityChance } from './feasibility.ts';
import { feasibilityWeights } from './feasibility-weights.ts';
import { brierScore, chanceBy, fitFeasibility, type Trial } from './fit-feasibility.ts';
import { joinClauses } from './join-clauses.ts';
import { evidenceChance } from './plan-evidence.ts';
import { newSubGoal, PlanGraph } from './plan-graph.ts';
import { affordanceOf, complexTasks } from './plan-levels.ts';
import type { SkillContext } from './skill-context.ts';

const skills = Object.values(skillContracts);
const subGoal = (id: string, skill: string, given: Record<string, string>, dependsOn: string[] = []) =>
  newSubGoal({ id, description: id, skill, arguments: given, dependsOn, robot: robotName });

describe('a failed step is put right', () => {
  const before = kitchenView(everydayObjects());
  const apple = subGoal('s1', 'pick', { object: 'apple-1' });
  const mug = subGoal('s2', 'pick', { object: 'blue-mug-1' });
  const moved = (id: string, support: string) =>
    kitchenView(everydayObjects().map((object) => (object.id === id ? { ...object, support } : object)));
  const level = (now: typeof before, expected: string[] = []) =>
    repairLevel(apple, [mug], changedThings(before, now, new Set(expected)), now);

  test('by itself, when nothing changed that the plan reads', () => {
    expect(level(before)).toBe('parameters');
    expect(level(moved('milk-1', 'counter-top'))).toBe('parameters');
  });
  test('with its sub-goal, when what it works on is somewhere else', () => {
    expect(level(moved('apple-1', 'counter-top'))).toBe('sub-goal');
  });
  test('with the task, when what later steps read has changed', () => {
    expect(level(moved('blue-mug-1', 'sink'))).toBe('task');
  });
  test('whatever the plan itself has moved', () => {
    expect(level(moved('blue-mug-1', 'sink'), ['blue-mug-1'])).toBe('parameters');
  });
});

describe('a contract is taken to be wrong about a thing', () => {
  test('after failures that chance does not explain, and no sooner', () => {
    const doubt = new ContractDoubt();
    const after = (tries: number, chance: number, code = 'force-limit') => {
      const fresh = new ContractDoubt();
      for (let index = 0; index < tries; index++) fresh.noteFailure('open', 'left-drawer', chance, code);
      return fresh.probability('open', 'left-drawer');
    };
    expect(doubt.probability('open', 'left-drawer')).toBe(0);
    expect(after(1, 0.9)).toBeLessThan(0.5);
    expect(after(3, 0.9)).toBeGreaterThan(0.9);
    expect(after(3, 0.6)).toBeLessThan(0.5);
    expect(after(3, 0.98, 'grasp-failed')).toBeLessThan(0.9);
  });
  test('until it works, and a new task tries it again', () => {
    const doubt = new ContractDoubt();
    for (let index = 0; index < 3; index++) doubt.noteFailure('open', 'left-drawer', 0.9, 'force-limit');
    expect(doubt.probability('close', 'left-drawer')).toBe(0);
    doubt.startTask();
    expect(doubt.probability('open', 'left-drawer')).toBeLessThan(0.5);
    doubt.noteSuccess('open', 'left-drawer');
    expect(doubt.probability('open', 'left-drawer')).toBe(0);
  });
});

const context = (fields: Partial<SkillContext> = {}): SkillContext => ({
  className: 'apple',
  supportKind: 'table',
  distanceM: 1,
  confidence: 0.95,
  ageS: 1,
  crowd: 0,
  tries: 0,
  ...fields,
});

describe('feasibility', () => {
  test('is fitted better than the base rate to trials whose chance depends on the context', () => {
    const rng = new Rng(7);
    const draw = (): Trial => {
      const crowd = rng.integer(4);
      return { skill: 'pick', context: context({ crowd }), success: rng.chance(0.95 - 0.25 * crowd) };
    };
    const known = Array.from({ length: 250 }, draw);
    const held = Array.from({ length: 250 }, draw);
    const rate = known.filter((trial) => trial.success).length / known.length;
    const weights = fitFeasibility(known);
    expect(brierScore(held, chanceBy(weights))).toBeLessThan(0.95 * brierScore(held, () => rate));
    for (const crowd of [0, 1, 2, 3])
      expect(feasibilityChance('pick', context({ crowd }), weights)).toBeCloseTo(0.95 - 0.25 * crowd, 0);
  });
  test('as shipped falls with what is not sure, and is a probability for every skill', () => {
    const pick = (fields: Partial<SkillContext>) =>
      feasibilityChance('pick', context(fields), feasibilityWeights);
    expect(pick({ confidence: 0.5 })).toBeLessThan(pick({ confidence: 0.97 }));
    for (const { name } of skills)
      for (const distanceM of [0, 3, 50]) {
        const chance = feasibilityChance(name, context({ distanceM, ageS: 1e4 }), feasibilityWeights);
        expect(chance).toBeGreaterThan(0);
        expect(chance).toBeLessThan(1);
      }
  });
});

test('answers that agree leave the chance as it is, others and low log-probabilities lower it', () => {
  const chance = (samples: number, agreeing: number, meanLogProbability?: number) =>
    evidenceChance({ samples, agreeing, meanLogProbability });
  expect(chance(1, 1)).toBe(1);
  expect(chance(2, 2)).toBeCloseTo(1);
  expect(chance(3, 1)).toBeLessThan(chance(3, 2));
  expect(chance(3, 2)).toBeLessThan(1);
  expect(chance(1, 1, -1)).toBeCloseTo(Math.exp(-1));
});

test('a plan has three levels: complex tasks, primitives that lead to them, and what those use of things', () => {
  const subGoals = [
    subGoal('s1', 'open', { fixture: 'fridge-door' }),
    subGoal('s2', 'pick', { object: 'milk-1' }, ['s1']),
    subGoal('s3', 'place-on', { object: 'milk-1', surface: 'table-top' }, ['s2']),
    subGoal('s4', 'close', { fixture: 'fridge-door' }, ['s3']),
    subGoal('s5', 'look', { target: 'sink' }),
  ];
  const plan = new PlanGraph({
    revision: 0,
    change: '',
    goals: ['on(milk-1, table-top)', 'closed(fridge-door)'],
    references: [],
    complete: true,
    planningS: 0,
    subGoals,
  });
  expect(complexTasks(plan, skills)).toEqual([
    { id: 't1', goals: ['on(milk-1, table-top)'], subGoalIds: ['s1', 's2', 's3'], dependsOn: [] },
    { id: 't2', goals: ['closed(fridge-door)'], subGoalIds: ['s4'], dependsOn: ['t1'] },
  ]);
  expect(subGoals.map((each) => affordanceOf(each, skills))).toEqual([
    'openable(fridge-door)',
    'graspable(milk-1)',
    'supporting(table-top)',
    'openable(fridge-door)',
    'visible(sink)',
  ]);
});

test('plans for clauses become one plan, in which a later clause has the last word about a thing', () => {
  const part = (goal: string, skill: string, given: Record<string, string>): PlanProposal => ({
    status: 'plan',
    message: '',
    goals: [goal],
    subGoals: [
      {
        id: 's1',
        robot: robotName,
        skill,
        arguments: Object.entries(given).map(([name, value]) => ({ name, value })),
        dependsOn: [],
      },
    ],
    references: [],
    complete: true,
    question: null,
  });
  const joined = joinClauses([
    part('holding(apple-1)', 'pick', { object: 'apple-1' }),
    part('in(apple-1, bowl-1)', 'place-in', { object: 'apple-1', container: 'bowl-1' }),
  ]);
  expect(joined.goals).toEqual(['in(apple-1, bowl-1)']);
  expect(joined.subGoals.map(({ id, dependsOn }) => [id, dependsOn])).toEqual([
    ['c1.s1', []],
    ['c2.s1', ['c1.s1']],
  ]);
  const asked = { ...part('', 'look', {}), status: 'question' as const };
  expect(joinClauses([joined, asked]).status).toBe('question');
});

test('things of which the belief says nothing new are not called changed', () => {
  const view = kitchenView([objectView('apple-1', 'on', 'table-top')]);
  expect([...changedThings(view, view, new Set())]).toEqual([]);
});
