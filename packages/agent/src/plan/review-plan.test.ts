import { skillContracts } from '@efferent/skills';
import { describe, expect, test } from 'vitest';
import type { PlanProposal } from '../model/proposal.ts';
import { planProposalSchema } from '../model/proposal.ts';
import { Reasoner } from '../reasoner/reasoner.ts';
import { everydayObjects, kitchenView, objectView, robotName, robotOffer } from '../testing/kitchen-view.ts';
import { leftMembers, type ReviewContext, reviewPlan } from './review-plan.ts';

const skills = Object.values(skillContracts);
const view = kitchenView([...everydayObjects(), objectView('can-1', 'on', 'shelf-upper')]);

const step = (id: string, skill: string, given: Record<string, string>, dependsOn: string[] = []) => ({
  id,
  robot: robotName,
  skill,
  arguments: Object.entries(given).map(([name, value]) => ({ name, value })),
  dependsOn,
});
const plan = (goals: string[], subGoals: PlanProposal['subGoals'], complete = true): PlanProposal => ({
  status: 'plan',
  message: '',
  goals,
  subGoals,
  references: [],
  complete,
  question: null,
});
const carry = (object: string, container: string, first = 1) => [
  step(`s${first}`, 'pick', { object }),
  step(`s${first + 1}`, 'place-in', { object, container }, [`s${first}`]),
];
const review = (instruction: string, proposal: PlanProposal, fields: Partial<ReviewContext> = {}) =>
  reviewPlan(proposal, {
    view,
    skills,
    robots: [robotOffer],
    instruction,
    answers: {},
    achieved: [],
    excluded: {},
    failures: [],
    covers: true,
    mends: true,
    ...fields,
  });
const summary = ({ goals, subGoals }: PlanProposal) =>
  `${goals.join(' ')} by ${subGoals.map(({ skill, arguments: given }) => [skill, ...given.map(({ value }) => value)].join(' ')).join(', ')}`;

describe('a plan that does not keep to the words of its instruction is put right:', () => {
  test.each([
    [
      'another thing',
      'put the apple in the bowl',
      plan(['in(banana-1, bowl-1)'], carry('banana-1', 'bowl-1')),
      'in(apple-1, bowl-1) by pick apple-1, place-in apple-1 bowl-1',
    ],
    [
      'another place',
      'put the apple on the counter',
      plan(
        ['on(apple-1, shelf-upper)'],
        [
          step('s1', 'pick', { object: 'apple-1' }),
          step('s2', 'place-on', { object: 'apple-1', surface: 'shelf-upper' }, ['s1']),
        ],
      ),
      'on(apple-1, counter-top) by pick apple-1, place-on apple-1 counter-top',
    ],
    [
      'a name that nothing has',
      'put the apple in the bowl',
      plan(['in(apple-1-b, bowl-1)'], carry('apple-1-b', 'bowl-1')),
      'in(apple-1, bowl-1) by pick apple-1, place-in apple-1 bowl-1',
    ],
    [
      'a skill that nobody has',
      'put the apple in the bowl',
      plan(
        ['in(apple-1, bowl-1)'],
        [
          step('s1', 'grab', { object: 'apple-1' }),
          step('s2', 'place-in', { object: 'apple-1', container: 'bowl-1' }, ['s1']),
        ],
      ),
      'in(apple-1, bowl-1) by pick apple-1, place-in apple-1 bowl-1',
    ],
    [
      'a missing step',
      'put the milk in the bowl',
      plan(['in(milk-1, bowl-1)'], carry('milk-1', 'bowl-1')),
      'in(milk-1, bowl-1) by open fridge-door, pick milk-1, place-in milk-1 bowl-1',
    ],
    [
      'a missing end',
      'put the apple in the bowl',
      plan(['in(apple-1, bowl-1)'], [step('s1', 'pick', { object: 'apple-1' })]),
      'in(apple-1, bowl-1) by pick apple-1, place-in apple-1 bowl-1',
    ],
    [
      'one of all left out',
      'put all the fruit in the bowl',
      plan(['in(apple-1, bowl-1)'], carry('apple-1', 'bowl-1')),
      'in(apple-1, bowl-1) in(banana-1, bowl-1) by pick apple-1, place-in apple-1 bowl-1, pick banana-1, place-in banana-1 bowl-1',
    ],
    [
      'opening for closing',
      'open the left drawer',
      plan(['closed(left-drawer)'], []),
      'open(left-drawer) by open left-drawer',
    ],
    [
      'something that was never seen',
      'put the orange in the bowl',
      plan(['in(apple-1, bowl-1)'], carry('apple-1', 'bowl-1')),
      'in(orange, bowl-1) by find orange, pick orange, place-in orange bowl-1',
    ],
    [
      'a table cleared onto itself',
      'clear everything off the table except the bowl',
      plan(
        ['on(apple-1, table-top)', 'on(banana-1, counter-top)', 'on(red-mug-1, counter-top)'],
        ['banana-1', 'red-mug-1'].flatMap((object, index) => [
          step(`p${index}`, 'pick', { object }, index === 0 ? [] : ['q0']),
          step(`q${index}`, 'place-on', { object, surface: 'counter-top' }, [`p${index}`]),
        ]),
      ),
      'on(apple-1, counter-top) on(banana-1, counter-top) on(red-mug-1, counter-top) by pick banana-1, place-on banana-1 counter-top, pick red-mug-1, place-on red-mug-1 counter-top, pick apple-1, place-on apple-1 counter-top',
    ],
    [
      'nothing at all to go on with',
      'close the fridge',
      plan([], [], false),
      ' by look fridge-lower-shelf, look fridge-upper-shelf, look fridge-door',
    ],
  ])('%s', (_what, instruction, proposal, expected) => {
    expect(review(instruction, proposal, { mends: false }).problems).not.toEqual([]);
    const reviewed = review(instruction, proposal);
    expect(reviewed.problems.map(({ reason }) => reason)).toEqual([]);
    expect(summary(reviewed.proposal)).toBe(expected);
    expect(reviewed.changes).not.toEqual([]);
  });
});

describe('a plan is refused, with what is wrong, where there is more than one way to put it right:', () => {
  test.each([
    [
      'a clause forgotten',
      'put the apple in the bowl and close the fridge',
      plan(['in(apple-1, bowl-1)'], carry('apple-1', 'bowl-1')),
      'the instruction names "the fridge", and no goal speaks of it',
    ],
    [
      'one of two that are alike',
      'put the mug in the sink',
      plan(['in(apple-1, sink)'], carry('apple-1', 'sink')),
      'a goal speaks of "apple-1", which the instruction does not name',
    ],
    [
      'looks that were made already',
      'put all the fruit in the bowl',
      plan([], [step('s1', 'look', { target: 'table-top' })], false),
      'all of these looks were made already',
    ],
  ])('%s', (_what, instruction, proposal, reason) => {
    const { problems } = review(instruction, proposal, {
      achieved: ['inspected(table-top)'],
      mends: reason !== 'all of these looks were made already',
    });
    expect(problems.map((problem) => problem.reason)).toContain(reason);
  });
});

test('words that the lexicon does not hold are no reason to refuse a plan', () => {
  const proposal = plan(['in(apple-1, bowl-1)'], carry('apple-1', 'bowl-1'));
  expect(review('put the granny smith in the bowl', proposal).problems).toEqual([]);
  expect(review('I am hungry', proposal).problems).toEqual([]);
});

test('without coverage and mending, only the contracts are looked at', () => {
  const wrong = plan(['in(banana-1, bowl-1)'], carry('banana-1', 'bowl-1'));
  expect(review('put the apple in the bowl', wrong, { covers: false }).problems).toEqual([]);
});

const instructions = [
  'put the apple in the bowl',
  'the apple goes in the bowl',
  'bring me a cup',
  'fetch me the can',
  'put all the fruit in the bowl',
  'put both mugs in the sink',
  'put everything on the table in the bin',
  'put everything except the mug in the sink',
  'put the apple in the bowl and the blue mug on the table',
  'put the apple on the table in the bowl',
  'put the apple next to the blue mug',
  'bring the milk from the fridge to the table',
  'take the milk out of the fridge and put it in the bowl',
  'pick up the apple, then put it in the bowl',
  'open the drawer and close the fridge',
  'open the left drawer, put the apple in it and close it again',
  'make sure the fridge is closed',
  'search for the lemon in the fridge',
  'hey robot, can you find the apple for me?',
  'look in the fridge',
  'look around',
  'clear the table',
  'clear the table except the bowl',
  'throw away the can',
  'put away the mug',
  'go to the table and bring me the apple',
];

test('what "the other mug" ruled out is not what a plan may be about', () => {
  const twoMugs = kitchenView([
    ...everydayObjects().filter(({ className }) => !className.endsWith('mug')),
    objectView('red-mug-1', 'on', 'table-top'),
    objectView('blue-mug-1', 'on', 'counter-top'),
  ]);
  const { proposal, problems } = review(
    'put the other mug in the sink',
    plan(['in(red-mug-1, sink)'], carry('red-mug-1', 'sink')),
    { view: twoMugs, excluded: { 'other-mug': ['red-mug-1'] } },
  );
  expect(problems).toEqual([]);
  expect(proposal.goals).toEqual(['in(blue-mug-1, sink)']);
});

test('things of "all the …" that came into view later are left to do, failed ones apart', () => {
  const left = (instruction: string, fields: Partial<ReviewContext> = {}) =>
    leftMembers(
      { goals: ['in(apple-1, bowl-1)'], references: [] },
      { view, instruction, achieved: [], excluded: {}, failures: [], covers: true, ...fields },
    );
  expect(left('put all the fruit in the bowl')).toEqual([
    'the instruction says "all the fruit", and no goal speaks of "banana-1"',
  ]);
  const failure = {
    robot: robotName,
    skill: 'pick',
    arguments: { object: 'banana-1' },
    code: 'grasp-failed',
  };
  const failures = [{ ...failure, message: '', count: 2 }];
  expect(left('put all the fruit in the bowl', { failures })).toEqual([]);
  expect(left('put all the fruit in the bowl', { achieved: ['in(banana-1, bowl-1)'] })).toEqual([]);
  expect(left('put the apple in the bowl')).toEqual([]);
});

test.each(instructions)('"%s": nothing is found wrong with a right plan', async (instruction) => {
  const answers: Record<string, string> = {};
  for (let round = 0; round < 4; round++) {
    const { output } = await new Reasoner().generate({
      question: { purpose: 'decompose' },
      instruction,
      belief: view,
      skills,
      robots: [robotOffer],
      history: [],
      failures: [],
      answers,
      achieved: [],
      bindings: {},
      schema: planProposalSchema,
      maxOutputTokens: 1000,
    });
    if (output.question !== null) {
      answers[output.question.text] = output.question.choices[0]!;
      continue;
    }
    expect(output.status).toBe('plan');
    const { problems, changes } = review(instruction, output, { answers });
    expect([...problems.map(({ reason }) => reason), ...changes]).toEqual([]);
    return;
  }
  expect.unreachable('it asks for ever');
});
