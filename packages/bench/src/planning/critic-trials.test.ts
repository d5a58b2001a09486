import { join } from 'node:path';
import { Belief, defaultTaskSettings, type PlanProposal, Reasoner, WorldMap } from '@efferent/agent';
import { Rng } from '@efferent/core';
import { buildEpisodeSetup, loadScene, loadTaskCard } from '@efferent/sim';
import { expect, test } from 'vitest';
import { criticFigures, judgementCounts } from './critic-suite.ts';
import { type CriticSample, CriticTrials } from './critic-trials.ts';
import { Household } from './household.ts';
import { mobileManipulator } from './household-robot.ts';
import { HouseholdSenses } from './household-senses.ts';
import { HouseholdSkills } from './household-skills.ts';
import { tryOut } from './household-trials.ts';
import { runSymbolicEpisode } from './symbolic-episode.ts';

const scene = loadScene([join(import.meta.dirname, '../../../..')], 'kitchen');

type Step = PlanProposal['subGoals'][number];

const step = (id: string, skill: string, given: Readonly<Record<string, string>>): Step => ({
  id,
  robot: '/stretch',
  skill,
  arguments: Object.entries(given).map(([name, value]) => ({ name, value })),
  dependsOn: [],
});

function familiarKitchen() {
  const episode = buildEpisodeSetup(scene, loadTaskCard(scene, 'deps-onto-counter'), 1000);
  const map = new WorldMap(scene.map);
  const belief = new Belief(map, [{ name: '/stretch' }]);
  const household = new Household(scene, map, episode.setup, [mobileManipulator], new Rng(1));
  const senses = new HouseholdSenses(household, belief, new Rng(2));
  for (let second = 1; second < 6; second++) senses.lookEverywhere(second);
  const skills = new HouseholdSkills(
    { household, belief },
    { rates: {}, factor: 1, jams: new Map([['right-drawer', 1]]) },
    new Rng(3),
  );
  return { household, belief, skills, nowS: 6 };
}

test('a step that a plan is refused for is tried after the steps before it, in copies', () => {
  const world = familiarKitchen();
  const apple = world.belief.tracker.objects().find(({ id }) => id.startsWith('apple'))!.id;
  const pick = step('s1', 'pick', { object: apple });
  const place = step('s2', 'place-on', { object: apple, surface: 'counter-top' });
  const open = step('s3', 'open', { fixture: 'right-drawer' });
  const milk = step('s4', 'pick', { object: 'milk' });
  const trials = new CriticTrials(1);
  const references = [{ name: 'milk', classNames: ['milk'], choose: 'any' as const, within: '' }];
  trials.judgePlan(
    [
      { step: place, breaks: 'precondition', before: [] },
      { step: place, breaks: 'precondition', before: [pick] },
      { step: open, breaks: 'precondition', before: [pick] },
      { step: milk, breaks: 'precondition', before: [] },
      { step: milk, breaks: 'precondition', before: [step('s0', 'find', { object: 'milk' })] },
      { step: step('s5', 'grab', { object: apple }), breaks: 'vocabulary', before: [] },
    ],
    references,
    world,
  );
  expect(trials.samples.map(({ successes, code }) => [successes, code])).toEqual([
    [0, 'hand-empty'],
    [5, ''],
    [0, 'hand-full'],
    [0, 'target-lost'],
    [5, ''],
    [0, 'refused'],
  ]);
  expect(world.household.robots.get('/stretch')!.heldId).toBe('');
  expect(world.skills.pulls.size).toBe(0);
});

test('a robot that puts down something else than it was told has not done the step', () => {
  const world = familiarKitchen();
  const idOf = (name: string) => world.belief.tracker.objects().find(({ id }) => id.startsWith(name))!.id;
  const call = (skill: string, given: Readonly<Record<string, string>>) => ({
    robot: '/stretch',
    skill,
    arguments: given,
  });
  world.skills.execute(call('pick', { object: idOf('apple') }), 6);
  const put = (object: string) =>
    tryOut({
      skills: world.skills,
      call: call('place-on', { object, surface: 'counter-top' }),
      beganS: 7,
      rng: new Rng(5),
    });
  expect(put(idOf('apple'))).toBe('');
  expect(put(idOf('bowl'))).toBe('not-confirmed');
});

test('a part that jams is hidden as long as nobody has pulled it', () => {
  const world = familiarKitchen();
  const call = { robot: '/stretch', skill: 'open', arguments: { fixture: 'right-drawer' } };
  const subGoal: Parameters<CriticTrials['judge']>[0] = {
    ...call,
    id: 's1',
    description: '',
    dependsOn: [],
    state: 'running',
    feasibility: Number.NaN,
    reason: '',
    attempts: 1,
    elapsedS: 0,
  };
  const verdict = { verdict: 'accept', layer: 'critic', feasibility: 0.9 } as Parameters<
    CriticTrials['judge']
  >[1];
  const trials = new CriticTrials(1);
  trials.judge(subGoal, verdict, world);
  expect(trials.samples[0]).toMatchObject({ successes: 0, code: 'force-limit', isHidden: true });
  const jams = new Map([['right-drawer', 2]]);
  const skills = new HouseholdSkills(world, { rates: {}, factor: 1, jams }, new Rng(3));
  skills.execute(call, 6);
  trials.judge(subGoal, verdict, { ...world, skills });
  expect(trials.samples[1]).toMatchObject({ successes: 0, isHidden: false });
});

test('an episode tells of vetoes of its plans and of its steps alike', async () => {
  const reasoner = new Reasoner();
  const trials = new CriticTrials(1);
  let asked = 0;
  await runSymbolicEpisode({
    scene,
    episode: buildEpisodeSetup(scene, loadTaskCard(scene, 'deps-onto-counter'), 1000),
    model: {
      id: 'forgetful',
      modelledLatencyMs: 1,
      answersVary: false,
      generate: async (request) => {
        const reply = await reasoner.generate(request);
        const plan = reply.output as PlanProposal;
        if (asked++ > 0 || plan.subGoals === undefined) return reply;
        const subGoals = plan.subGoals
          .filter(({ skill }) => skill !== 'pick')
          .map((each) => ({ ...each, dependsOn: [] }));
        return { ...reply, output: { ...plan, subGoals } as typeof reply.output };
      },
    },
    settings: { ...defaultTaskSettings, without: ['goals'] },
    rates: {},
    factor: 0,
    onCritique: trials.judge,
    onPlanVeto: trials.judgePlan,
  });
  expect(trials.samples[0]).toMatchObject({
    verdict: 'veto',
    layer: 'plan-gate',
    successes: 0,
    code: 'hand-empty',
  });
  expect(
    trials.samples.slice(1).every(({ verdict, successes }) => verdict === 'accept' && successes === 5),
  ).toBe(true);
  expect(trials.samples.length).toBeGreaterThan(2);
});

test('chances are scored where they were given, and names that there are not can be left out', () => {
  const sample = (fields: Partial<CriticSample>): CriticSample => ({
    verdict: 'accept',
    layer: 'critic',
    skill: 'pick',
    feasibility: 0.8,
    successes: 5,
    ...fields,
  });
  const ruledOut = { verdict: 'veto', layer: 'plan-gate', feasibility: 0, successes: 0 } as const;
  const figures = criticFigures(
    judgementCounts([
      sample({}),
      sample({ successes: 2 }),
      sample({ verdict: 'veto', layer: 'gate', feasibility: 0, successes: 0 }),
      sample({ ...ruledOut, breaks: 'vocabulary' }),
      sample({ ...ruledOut, breaks: 'precondition', successes: 4 }),
    ]),
  );
  const value = (name: string) => figures.find((each) => each.name === name)?.value;
  expect(value('precision')).toBeCloseTo(2 / 3);
  expect(value('recall')).toBeCloseTo(2 / 3);
  expect(value('precision-without-vocabulary')).toBe(0.5);
  expect(value('recall-without-vocabulary')).toBe(0.5);
  expect(value('recall-of-due-steps')).toBe(0.5);
  expect(value('plan-gate/precision')).toBe(0.5);
  expect(value('critic/precision')).toBeUndefined();
  expect(value('brier-score')).toBeCloseTo((5 * 0.04 + 2 * 0.04 + 3 * 0.64) / 15);
});
