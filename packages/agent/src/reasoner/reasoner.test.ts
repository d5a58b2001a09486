import { skillContracts } from '@efferent/skills';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PlanProposal } from '../model/proposal.ts';
import { checkPlan } from '../plan/check-plan.ts';
import { everydayObjects, kitchenView, objectView, robotName, robotOffer } from '../testing/kitchen-view.ts';
import { proposePlan } from '../testing/propose-plan.ts';

const skills = Object.values(skillContracts);

const steps = (proposal: PlanProposal): string =>
  proposal.subGoals
    .map((subGoal) => `${subGoal.skill}(${subGoal.arguments.map((argument) => argument.value).join(', ')})`)
    .join(' ');

describe('plans', () => {
  test.each([
    ['put the apple in the bowl', 'pick(apple-1) place-in(apple-1, bowl-1)'],
    ['put the orange in the bowl', 'find(orange) pick(orange) place-in(orange, bowl-1)'],
    ['put the milk in the bowl', 'open(fridge-door) pick(milk-1) place-in(milk-1, bowl-1)'],
    ['put the apple in the fridge', 'open(fridge-door) pick(apple-1) place-in(apple-1, fridge)'],
    [
      'put the apple in the left drawer and close it',
      'open(left-drawer) pick(apple-1) place-in(apple-1, left-drawer) close(left-drawer)',
    ],
    ['bring me the apple', 'pick(apple-1) place-on(apple-1, table-top, person)'],
    ['bring the blue mug to the table', 'pick(blue-mug-1) place-on(blue-mug-1, table-top)'],
    ['put the apple next to the blue mug', 'pick(apple-1) place-on(apple-1, counter-top, blue-mug-1)'],
    ['throw away the banana', 'pick(banana-1) place-in(banana-1, bin)'],
    ['open the fridge', 'open(fridge-door)'],
    ['close the fridge', ''],
    ['go to the fridge', 'navigate(fridge)'],
    ['find the orange', 'find(orange)'],
    ['look in the fridge', 'open(fridge-door) look(fridge)'],
    [
      'put all the fruit in the bowl',
      'pick(apple-1) place-in(apple-1, bowl-1) pick(banana-1) place-in(banana-1, bowl-1)',
    ],
    [
      'put everything on the table in the sink',
      'pick(apple-1) place-in(apple-1, sink) pick(banana-1) place-in(banana-1, sink) pick(bowl-1) place-in(bowl-1, sink) pick(red-mug-1) place-in(red-mug-1, sink)',
    ],
    [
      'put everything on the table except the bowl in the sink',
      'pick(apple-1) place-in(apple-1, sink) pick(banana-1) place-in(banana-1, sink) pick(red-mug-1) place-in(red-mug-1, sink)',
    ],
    ['pick up the apple, then put it in the bowl', 'pick(apple-1) place-in(apple-1, bowl-1)'],
    [
      'first open the fridge, then bring me the milk',
      'open(fridge-door) pick(milk-1) place-on(milk-1, table-top, person)',
    ],
  ])('%s', async (instruction, expected) => {
    const view = kitchenView(everydayObjects());
    const proposal = await proposePlan(instruction, view);
    expect(proposal.status).toBe('plan');
    expect(steps(proposal)).toBe(expected);
    expect(checkPlan(proposal, view, skills, [robotOffer])).toEqual([]);
  });
});

test('puts aside what it holds before it opens something', async () => {
  const objects = everydayObjects().map((object) =>
    object.id === 'apple-1' ? { ...object, relation: 'held-by' as const, support: robotName } : object,
  );
  const proposal = await proposePlan('open the left drawer', kitchenView(objects, { held: 'apple-1' }));
  expect(steps(proposal)).toBe('place-on(apple-1, table-top) open(left-drawer)');
});

test('looks at what it has not seen before it says what "all" means, and goes on afterwards', async () => {
  const before = await proposePlan('clear the table', kitchenView([], { seenShare: 0 }));
  expect(steps(before)).toBe('look(table-top)');
  expect(before.complete).toBe(false);
  const after = await proposePlan(
    'clear the table',
    kitchenView([objectView('apple-1', 'on', 'table-top')], { seenShare: 0 }),
    { achieved: ['inspected(table-top)'] },
  );
  expect(steps(after)).toBe('pick(apple-1) place-on(apple-1, counter-top)');
  expect(after.complete).toBe(true);
});

test('leaves independent chains independent, and a later clause waits for the earlier one', async () => {
  const free = await proposePlan('put all the fruit in the bowl', kitchenView(everydayObjects()));
  expect(free.subGoals.map((subGoal) => subGoal.dependsOn)).toEqual([[], ['s1'], [], ['s3']]);
  const ordered = await proposePlan(
    'put the apple in the bowl, then put the banana in the bowl',
    kitchenView(everydayObjects()),
  );
  expect(ordered.subGoals[2]?.dependsOn).toContain('s2');
});

describe('asks back', () => {
  test.each([
    ['pick up the mug', 'Which mug do you mean?', ['red mug', 'blue mug']],
    ['open the drawer', 'Which drawer do you mean?', ['left drawer', 'right drawer']],
  ])('%s', async (instruction, text, choices) => {
    const view = kitchenView(everydayObjects());
    const asked = await proposePlan(instruction, view);
    expect(asked).toMatchObject({ status: 'question', question: { text, choices } });
    const answered = await proposePlan(instruction, view, { answers: { [text]: choices[1]! } });
    expect(answered.status).toBe('plan');
    expect(steps(answered)).toMatch(/blue-mug-1|right-drawer/);
  });
});

test('looks at the old place of a thing that may have moved before it asks which one is meant', async () => {
  const objects = [
    objectView('apple-1', 'on', 'table-top', { ageS: 40 }),
    objectView('apple-2', 'on', 'counter-top'),
  ];
  const proposal = await proposePlan('pick up the apple', kitchenView(objects));
  expect(steps(proposal)).toBe('look(apple-1)');
  const asked = await proposePlan('pick up the apple', kitchenView(objects), {
    achieved: ['inspected(apple-1)'],
  });
  expect(asked.question?.choices).toEqual(['apple on the table', 'apple on the counter']);
});

test('looks there too when that thing is where something is to be put', async () => {
  const objects = [
    objectView('apple-1', 'on', 'table-top'),
    objectView('bowl-1', 'on', 'table-top', { ageS: 40 }),
    objectView('bowl-2', 'on', 'counter-top'),
  ];
  const proposal = await proposePlan('put the apple in the bowl', kitchenView(objects));
  expect(steps(proposal)).toBe('look(bowl-1)');
});

test('never asks which of two things is meant that are both nowhere, nor offers one that is nowhere beside its like', async () => {
  const lost = [
    objectView('apple-1', 'on', 'table-top', { missing: true, ageS: 60 }),
    objectView('apple-2', 'on', 'table-top', { missing: true, ageS: 20 }),
  ];
  const searching = await proposePlan('pick up the apple', kitchenView(lost));
  expect(searching.status).toBe('plan');
  expect(JSON.stringify(searching)).toContain('apple-2');
  const seen = [...lost, objectView('apple-3', 'on', 'counter-top')];
  expect(steps(await proposePlan('pick up the apple', kitchenView(seen)))).toContain('apple-3');
  const somewhere = [objectView('apple-1', 'unknown', '', { ageS: 60 }), seen[2]!];
  expect(steps(await proposePlan('pick up the apple', kitchenView(somewhere)))).toContain('apple-3');
});

describe('says what it cannot do', () => {
  test.each([
    ['pick up the green mug', 'I know of no green mug; I know of: red mug, blue mug.'],
    [
      'open the table',
      'I do not know how to open "the table". I can open: left drawer, right drawer, fridge door.',
    ],
    ['put the apple on the moon', 'I know of no "moon" to put things.'],
    [
      'put the apple on the red mug',
      'I do not know how to put something on a red mug; I can put things in a bowl',
    ],
    ['put the flibber in the bowl', 'I do not know what "the flibber" is.'],
    ['put down the apple', 'I hold nothing that I could put down.'],
    ['put it in the bowl', 'I do not know what "it" means here; name the thing.'],
    ['go to mars', 'I know of no place "mars".'],
    ['put the bowl in the bowl', 'I cannot put the bowl in itself.'],
  ])('%s', async (instruction, message) => {
    const proposal = await proposePlan(instruction, kitchenView(everydayObjects()));
    expect(proposal.status).toBe('not-understood');
    expect(proposal.message).toContain(message);
  });
});

test('gives up on what skills failed at for good, and says why', async () => {
  const failure = {
    skill: 'pick',
    robot: robotName,
    arguments: { object: 'apple-1' },
    code: 'too-wide',
    message: 'the apple is wider than the gripper',
    count: 2,
  };
  const proposal = await proposePlan('put the apple in the bowl', kitchenView(everydayObjects()), {
    failures: [failure],
  });
  expect(proposal).toMatchObject({
    status: 'impossible',
    message: 'I gave up on the apple, bowl: the apple is wider than the gripper',
  });
});

test('only proposes plans that pass the checker, whatever is understood', async () => {
  const things = fc.constantFrom(
    'the apple',
    'the mug',
    'a banana',
    'all the fruit',
    'the orange',
    'everything on the table',
    'the milk',
  );
  const places = fc.constantFrom(
    'in the bowl',
    'on the counter',
    'in the fridge',
    'to me',
    'in the left drawer',
    'on the shelf',
    'in the bin',
  );
  const clause = fc.oneof(
    fc.tuple(things, places).map(([thing, place]) => `put ${thing} ${place}`),
    things.map((thing) => `pick up ${thing}`),
    fc.constantFrom(
      'open the fridge',
      'close the left drawer',
      'clear the table',
      'look around',
      'go to the sink',
    ),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(clause, { minLength: 1, maxLength: 3 }),
      fc.subarray([...everydayObjects()]),
      async (clauses, objects) => {
        const view = kitchenView(objects);
        const proposal = await proposePlan(clauses.join(', then '), view);
        if (proposal.status === 'plan') expect(checkPlan(proposal, view, skills, [robotOffer])).toEqual([]);
      },
    ),
    { numRuns: 150 },
  );
});

describe('"all" of a kind', () => {
  const inBowl = (id: string) => objectView(id, 'in', 'bowl-1');
  const bowl = objectView('bowl-1', 'on', 'table-top');

  test('is planned for again once what is known of it is done', async () => {
    const proposal = await proposePlan('put all the fruit in the bowl', kitchenView(everydayObjects()));
    expect(proposal.complete).toBe(false);
    const after = await proposePlan('put all the fruit in the bowl', kitchenView([inBowl('apple-1'), bowl]));
    expect(after).toMatchObject({ complete: true, subGoals: [], goals: ['in(apple-1, bowl-1)'] });
  });

  test('is looked for from near at the end where it was seen only from afar', async () => {
    const far = kitchenView([inBowl('apple-1'), bowl], { closelySeenShare: 0 });
    const proposal = await proposePlan('put all the fruit in the bowl', far);
    expect(steps(proposal)).toMatch(/^navigate\(table-top\) look\(table-top\)/);
    const been = proposal.subGoals.map((subGoal) => `at(${subGoal.arguments[0]?.value})`);
    expect(await proposePlan('put all the fruit in the bowl', far, { achieved: been })).toMatchObject({
      complete: true,
      subGoals: [],
    });
  });

  test('is looked for from near before it is said that there is none', async () => {
    const far = kitchenView([bowl], { closelySeenShare: 0 });
    expect(steps(await proposePlan('put all the fruit in the bowl', far))).toContain('navigate(counter-top)');
    const near = await proposePlan('put all the fruit in the bowl', kitchenView([bowl]));
    expect(near.message).toContain('found no fruit');
  });
});
