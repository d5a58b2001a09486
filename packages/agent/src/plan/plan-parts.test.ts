import { Rng } from '@efferent/core';
import { skillContracts } from '@efferent/skills';
import { describe, expect, test } from 'vitest';
import type { Atom } from '../belief/atom.ts';
import type { BeliefView } from '../belief/belief-view.ts';
import { Kinds } from '../belief/kinds.ts';
import { type PlaceEvidence, placeChances } from '../belief/place-chances.ts';
import type { Truth } from '../belief/truth.ts';
import type { PlanProposal } from '../model/proposal.ts';
import { everydayObjects, kitchenView, objectView, robotName, robotOffer } from '../testing/kitchen-view.ts';
import { checkPlan, vetoesOf } from './check-plan.ts';
import { criticise, defaultCriticSettings } from './critic.ts';
import { newSubGoal, type SubGoal } from './plan-graph.ts';
import { nextSearchMove } from './search-places.ts';
import { type SelectionContext, selectSubGoal } from './selector.ts';
import { contextOf } from './skill-context.ts';
import { SkillStatistics } from './skill-statistics.ts';

const skills = Object.values(skillContracts);
const view = kitchenView(everydayObjects());

const step = (id: string, skill: string, given: Record<string, string>, dependsOn: string[] = []) => ({
  id,
  robot: robotName,
  skill,
  arguments: Object.entries(given).map(([name, value]) => ({ name, value })),
  dependsOn,
});
const plan = (subGoals: PlanProposal['subGoals'], goals: string[] = []): PlanProposal => ({
  status: 'plan',
  message: '',
  goals,
  subGoals,
  references: [],
  complete: true,
  question: null,
});

describe('the checker refuses', () => {
  const pick = step('s1', 'pick', { object: 'apple-1' });
  test.each([
    ['an unknown skill', plan([step('s1', 'fly', { target: 'table' })]), 'there is no skill "fly"'],
    [
      'a name that only JavaScript knows',
      plan([step('s1', 'constructor', {})]),
      'there is no skill "constructor"',
    ],
    [
      'an unknown object',
      plan([step('s1', 'pick', { object: 'unicorn-1' })]),
      '"unicorn-1" is neither known nor a reference',
    ],
    ['a missing argument', plan([step('s1', 'pick', {})]), 'pick needs the argument "object"'],
    [
      'an argument too many',
      plan([step('s1', 'pick', { object: 'apple-1', speed: 'fast' })]),
      'pick has no argument "speed"',
    ],
    [
      'a table that is to be picked up',
      plan([step('s1', 'pick', { object: 'table-top' })]),
      'cannot be the object of pick',
    ],
    [
      'a table that is to be opened',
      plan([step('s1', 'open', { fixture: 'table-top' })]),
      'cannot be the fixture of open',
    ],
    [
      'placing before picking',
      plan([step('s1', 'place-in', { object: 'apple-1', container: 'bowl-1' })]),
      'place-in needs holding(apple-1)',
    ],
    [
      'picking with a full hand',
      plan([pick, step('s2', 'pick', { object: 'banana-1' }, ['s1'])]),
      'pick needs hand-empty',
    ],
    [
      'reaching through a closed door',
      plan([step('s1', 'pick', { object: 'milk-1' })]),
      'pick needs accessible(milk-1)',
    ],
    [
      'a circle',
      plan([{ ...pick, dependsOn: ['s2'] }, step('s2', 'open', { fixture: 'left-drawer' }, ['s1'])]),
      'circular',
    ],
    [
      'reaching behind the back of a fixed arm',
      plan([pick]),
      'pick needs reachable(apple-1)',
      { ...view, robots: [{ ...view.robots[0]!, positionM: [3, 3, 0], fixedReachM: 0.7 }] },
    ],
    ['a dependency on nothing', plan([{ ...pick, dependsOn: ['s7'] }]), 'depends on "s7"'],
    ['an id used twice', plan([pick, pick]), 'used twice'],
    ['a goal outside the vocabulary', plan([pick], ['happy(apple-1)']), 'goal "happy(apple-1)"'],
  ] as readonly [string, PlanProposal, string, BeliefView?][])(
    '%s',
    (_what, proposal, reason, seen = view) => {
      expect(
        checkPlan(proposal, seen, skills, [robotOffer])
          .map((problem) => problem.reason)
          .join('; '),
      ).toContain(reason);
    },
  );
});

test('a step is ruled out with what its plan does before; what is so already or what a search opens is no reason', () => {
  const milk = { name: 'milk', classNames: ['milk'], choose: 'any' as const, within: 'fridge' };
  const find = step('s1', 'find', { object: 'milk' });
  const close = step('s1', 'close', { fixture: 'left-drawer' });
  const place = step('s2', 'place-in', { object: 'apple-1', container: 'bowl-1' }, ['s1']);
  const check = (proposal: PlanProposal) => checkPlan(proposal, view, skills, [robotOffer]);
  expect(check(plan([close]))).toEqual([]);
  expect(
    check({ ...plan([find, step('s2', 'pick', { object: 'milk' }, ['s1'])]), references: [milk] }),
  ).toEqual([]);
  expect(vetoesOf(check(plan([close, place])))).toEqual([
    { step: place, breaks: 'precondition', before: [close] },
  ]);
  const unknown = step('s1', 'pick', { object: 'apple-9' });
  expect(vetoesOf(check(plan([unknown])))).toEqual([{ step: unknown, breaks: 'vocabulary', before: [] }]);
});

describe('the critic', () => {
  const contract = skillContracts.pick!;
  const subGoal = newSubGoal({
    id: 's1',
    description: 'pick apple',
    skill: 'pick',
    arguments: { object: 'apple-1' },
    dependsOn: [],
    robot: robotName,
  });
  const judge = (
    truths: Record<string, Truth>,
    history = { vetoes: 0, doubts: 0, gathered: new Set<string>() },
    statistics = new SkillStatistics(),
    seen = view,
    planChance = 1,
  ) =>
    criticise(
      {
        subGoal,
        contract,
        view: seen,
        truth: (statement: Atom) => truths[statement.predicate] ?? 'true',
        chance: statistics.successProbability('pick', contextOf(subGoal, seen, 0)),
        contractDoubt: 0,
        planChance,
      },
      history,
      defaultCriticSettings,
    );

  test('accepts a step whose preconditions hold', () => {
    expect(judge({})).toMatchObject({ verdict: 'accept', violatedPrecondition: '' });
  });

  test('vetoes a step whose precondition is false, and names it', () => {
    expect(judge({ accessible: 'false' })).toMatchObject({
      verdict: 'replan',
      feasibility: 0,
      violatedPrecondition: 'accessible(apple-1)',
    });
  });

  test('vetoes what is out of reach, and asks no look for what may be in reach', () => {
    expect(judge({ reachable: 'false' })).toMatchObject({
      verdict: 'replan',
      layer: 'gate',
      violatedPrecondition: 'reachable(apple-1)',
    });
    expect(judge({ reachable: 'unknown' })).toEqual(judge({}));
  });

  test('asks more of a step the less sure its plan is, and calls it no less feasible', () => {
    const doubtful = new SkillStatistics();
    for (let i = 0; i < 60; i++) doubtful.record('pick', 'apple', i % 3 === 0, 20);
    const sure = judge({}, undefined, doubtful);
    const unsure = judge({}, undefined, doubtful, view, 0.5);
    expect(sure.verdict).toBe('accept');
    expect(unsure).toMatchObject({ verdict: 'replan', feasibility: sure.feasibility, planChance: 0.5 });
    expect(unsure.threshold).toBeCloseTo(2 * sure.threshold);
    expect(judge({}, undefined, undefined, view, 0.01).verdict).toBe('accept');
  });

  test('looks once at what it cannot judge, then takes the risk', () => {
    const milk = kitchenView([objectView('apple-1', 'on', 'fridge-upper-shelf')]);
    expect(judge({ accessible: 'unknown' }, undefined, undefined, milk)).toMatchObject({
      verdict: 'gather',
      lookAt: 'fridge-door',
    });
    const after = judge(
      { accessible: 'unknown' },
      { vetoes: 0, doubts: 0, gathered: new Set(['fridge-door']) },
      undefined,
      milk,
    );
    expect(after.verdict).toBe('accept');
    expect(after.feasibility).toBeLessThan(judge({}).feasibility);
  });

  test('looks again at a thing that was seen long ago', () => {
    const old = kitchenView([objectView('apple-1', 'on', 'table-top', { ageS: 500 })]);
    expect(judge({}, undefined, undefined, old)).toMatchObject({ verdict: 'gather', lookAt: 'apple-1' });
  });

  test('stops vetoing after a bounded number, so that no task is stuck', () => {
    expect(
      judge(
        { accessible: 'false' },
        { vetoes: defaultCriticSettings.maxVetoes, doubts: 0, gathered: new Set() },
      ).verdict,
    ).toBe('accept');
  });

  test('learns from failures of this skill with things of this class', () => {
    const statistics = new SkillStatistics();
    for (let i = 0; i < 30; i++) statistics.record('pick', 'apple', false, 20);
    for (let i = 0; i < 30; i++) statistics.record('pick', 'can', true, 20);
    expect(judge({}, undefined, statistics)).toMatchObject({ verdict: 'replan' });
    expect(
      statistics.successProbability(
        'pick',
        contextOf(
          { robot: robotName, arguments: { object: 'can-1' } },
          kitchenView([objectView('can-1', 'on', 'table-top')]),
          0,
        ),
      ),
    ).toBeGreaterThan(0.7);
    expect(statistics.successProbability('pick', contextOf(subGoal, view, 0))).toBeLessThan(0.3);
  });
});

describe('the selector', () => {
  const pick = (id: string, object: string) =>
    newSubGoal({
      id,
      description: id,
      skill: 'pick',
      arguments: { object },
      dependsOn: [],
      robot: robotName,
    });
  const near = kitchenView([
    objectView('apple-1', 'on', 'table-top', { positionM: [0.1, 0, 0.7] }),
    objectView('can-1', 'on', 'counter-top', { positionM: [2, 2, 0.7] }),
  ]);

  const select = (
    ready: readonly SubGoal[],
    view: BeliefView,
    fields: Partial<SelectionContext> = {},
    running: readonly SubGoal[] = [],
  ) =>
    selectSubGoal(
      ready,
      { view, skills, statistics: new SkillStatistics(), selector: 'cost', random: new Rng(1), ...fields },
      running,
    );

  test('takes the nearest of equal steps', () => {
    expect(select([pick('far', 'can-1'), pick('near', 'apple-1')], near)?.id).toBe('near');
  });

  test('prefers the step that is likely to work over a nearer one that is not', () => {
    const statistics = new SkillStatistics();
    for (let i = 0; i < 40; i++) statistics.record('pick', 'apple', false, 20);
    expect(select([pick('far', 'can-1'), pick('near', 'apple-1')], near, { statistics })?.id).toBe('far');
  });

  test('finishes what is in the hand before it picks the next thing', () => {
    const full = kitchenView([...near.objects], { held: 'can-1' });
    const place = newSubGoal({
      id: 'place',
      description: '',
      skill: 'place-on',
      arguments: { object: 'can-1', surface: 'counter-top' },
      dependsOn: [],
      robot: robotName,
    });
    expect(select([pick('near', 'apple-1'), place], full)?.id).toBe('place');
  });

  test('starts nothing that claims a part of the robot in use', () => {
    expect(select([pick('near', 'apple-1')], near, {}, [pick('running', 'can-1')])).toBeUndefined();
  });
});

describe('the search', () => {
  const search = (
    [className = '']: string[],
    fields: Partial<PlaceEvidence> & {
      readonly tried?: ReadonlySet<string>;
      readonly handEmpty?: boolean;
    } = {},
  ) => {
    const chances = placeChances(view.fixtures, {
      kind: new Kinds([]).of(className),
      within: '',
      lastSupport: '',
      stayed: 0,
      remembered: new Map(),
      seen: () => 0,
      closelySeen: () => 0,
      ...fields,
    });
    const { tried = new Set<string>(), handEmpty = true, closelySeen = () => 0 } = fields;
    return nextSearchMove(view, robotName, { chances, closelySince: closelySeen, tried, handEmpty });
  };

  test('goes nearer to a place that was seen only from afar before it opens anything', () => {
    const open = ['table-top', 'counter-top', 'sink', 'shelf-lower', 'shelf-upper', 'bin'];
    const seen = (id: string) => (open.includes(id) ? 1 : 0);
    const tried = new Set(open.map((id) => `look ${id}`));
    expect(search(['apple'], { seen, tried })?.skill).toBe('navigate');
    expect(search(['apple'], { seen, closelySeen: seen, tried })?.skill).toBe('open');
  });

  test('begins where such things usually are', () => {
    expect(search(['apple'])).toEqual({ skill: 'look', target: 'table-top', lookAt: 'table-top' });
    const seen = (id: string) => (id === 'table-top' || id === 'counter-top' || id === 'sink' ? 1 : 0);
    expect(search(['spoon'], { seen, closelySeen: seen })).toMatchObject({
      skill: 'open',
      lookAt: expect.stringContaining('drawer'),
    });
  });

  test('begins where the person said that it is', () => {
    expect(search(['apple'], { within: 'right-drawer' })).toEqual({
      skill: 'open',
      target: 'right-drawer',
      lookAt: 'right-drawer',
    });
  });

  test('opens nothing with a full hand', () => {
    expect(search(['spoon'], { handEmpty: false })).toMatchObject({ skill: 'look' });
  });

  test('ends when every place was tried', () => {
    const tried = new Set<string>();
    for (let move = search(['apple'], { tried }); move !== undefined; move = search(['apple'], { tried })) {
      tried.add(`${move.skill} ${move.target}`);
      expect(tried.size).toBeLessThan(40);
    }
    expect(tried.size).toBeGreaterThan(6);
  });
});
