import { checkWithSchema } from '@efferent/core';
import { skillContracts } from '@efferent/skills';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Belief } from '../belief/belief.ts';
import type { LanguageModel, LanguageModelReply, LanguageModelRequest } from '../model/language-model.ts';
import { defaultCriticSettings } from '../plan/critic.ts';
import { SkillStatistics } from '../plan/skill-statistics.ts';
import { type PlannerName, plannerNames } from '../planners/planners.ts';
import { Reasoner } from '../reasoner/reasoner.ts';
import { kitchenMap, robotName, robotOffer } from '../testing/kitchen-view.ts';
import { type Ablation, ablationNames } from './ablations.ts';
import type { SkillCall, SkillOutcome, TaskEnvironment } from './environment.ts';
import { defaultTaskLimits, type TaskLimits } from './limits.ts';
import { runTask } from './task-run.ts';

const skills = Object.values(skillContracts);

/** A model that answers with whatever it is given, in or out of the schema; `fitting` looks for one of the schema first. */
class AnyModel implements LanguageModel {
  readonly id = 'any';
  readonly modelledLatencyMs = 1;
  readonly answersVary: boolean;
  readonly #answers: readonly unknown[];
  readonly #fitting: boolean;
  #next = 0;

  constructor(answers: readonly unknown[], fitting = false, answersVary = false) {
    this.answersVary = answersVary;
    this.#answers = answers;
    this.#fitting = fitting;
  }

  generate<Output>(request: LanguageModelRequest<Output>): Promise<LanguageModelReply<Output>> {
    const from = this.#next++ % this.#answers.length;
    const order = [...this.#answers.slice(from), ...this.#answers.slice(0, from)];
    const fit = order.find((answer) => checkWithSchema(request.schema, answer).problems === undefined);
    const output = (this.#fitting && fit !== undefined ? fit : order[0]) as Output;
    return Promise.resolve({ output, inputTokens: 100, outputTokens: 100, attempts: 1 });
  }
}

interface Trial {
  readonly environment: TaskEnvironment;
  readonly sent: SkillCall[];
}

/** No robot at all: skills answer as told, time passes, nothing is ever seen. */
function emptyWorld(
  model: LanguageModel,
  answer: (call: SkillCall) => Omit<SkillOutcome, 'elapsedS' | 'message'>,
): Trial {
  const belief = new Belief(kitchenMap(), [{ name: robotName }]);
  const sent: SkillCall[] = [];
  let nowS = 0;
  const environment: TaskEnvironment = {
    belief,
    skills,
    model,
    robots: [robotOffer],
    nowS: () => nowS,
    sleep: async (durationS) => {
      nowS += durationS;
    },
    executeSkill: async (call) => {
      sent.push(call);
      nowS += 5;
      return { ...answer(call), message: 'as told', elapsedS: 5 };
    },
    runModel: (work) => work(),
    ask: async (question) => question.choices[0],
    whilePaused: async () => undefined,
    publishPlan: () => undefined,
    publishCritique: () => undefined,
    publishSkillRun: () => undefined,
    publishModelCall: () => undefined,
    emit: () => undefined,
  };
  return { environment, sent };
}

const run = (
  trial: Trial,
  limits: Partial<TaskLimits> = {},
  instruction = 'put the apple in the bowl',
  planner: PlannerName = 'hybrid',
  without: readonly Ablation[] = [],
) =>
  runTask(
    instruction,
    trial.environment,
    {
      planner,
      selector: 'cost',
      limits: { ...defaultTaskLimits, ...limits },
      critic: defaultCriticSettings,
      without,
    },
    new SkillStatistics(),
    new AbortController().signal,
  );

const names = fc.constantFrom(
  'find',
  'pick',
  'place-in',
  'open',
  'look',
  'navigate',
  'explode',
  'rm -rf',
  'toString',
  '__proto__',
  '',
);
const values = fc.constantFrom(
  'table-top',
  'left-drawer',
  'fridge-door',
  'apple',
  'apple-1',
  'fridge',
  'nothing',
  '__proto__',
  'constructor',
);
const subGoal = fc.record({
  id: fc.constantFrom('s1', 's2', 's3'),
  robot: fc.constantFrom(robotName, robotName, robotName, '/nobody'),
  skill: names,
  arguments: fc.array(
    fc.record({ name: fc.constantFrom('object', 'target', 'fixture', 'container', 'speed'), value: values }),
    { maxLength: 3 },
  ),
  dependsOn: fc.array(fc.constantFrom('s1', 's2', 's3', 's9'), { maxLength: 2 }),
});
const proposal = fc.record({
  status: fc.constantFrom('plan', 'plan', 'plan', 'question', 'not-understood', 'impossible', 'done'),
  message: fc.constantFrom('', 'no'),
  goals: fc.array(
    fc.constantFrom(
      'open(left-drawer)',
      'in(apple, bowl)',
      'known(apple)',
      'boom',
      'inspected(table-top)',
      'at(table)',
    ),
    { maxLength: 2 },
  ),
  subGoals: fc.array(subGoal, { maxLength: 3 }),
  references: fc.array(
    fc.record({
      name: fc.constant('apple'),
      classNames: fc.constant(['apple']),
      choose: fc.constantFrom('ask', 'any'),
      within: fc.constantFrom('', 'fridge'),
    }),
    { maxLength: 1 },
  ),
  complete: fc.boolean(),
  question: fc.constantFrom(null, { text: 'Which?', choices: ['a', 'b'] }),
});
const actions = fc.record({
  status: fc.constantFrom('act', 'act', 'act', 'done', 'question', 'impossible'),
  message: fc.constant(''),
  subGoal: fc.constant('go on'),
  actions: fc.array(
    subGoal.map(({ robot, skill, arguments: given }) => ({ robot, skill, arguments: given })),
    { maxLength: 5 },
  ),
  goals: fc.constantFrom([], ['open(left-drawer)'], ['boom']),
  question: fc.constantFrom(null, { text: 'Which?', choices: ['a', 'b'] }),
});
const lines = fc.record({
  status: fc.constantFrom('plan', 'plan', 'question', 'not-understood'),
  message: fc.constant(''),
  lines: fc.array(
    fc.constantFrom(
      'open(left-drawer)',
      'look(target=table-top) # x',
      'find(apple)',
      'pick(apple)',
      'rm -rf',
      '',
    ),
    { maxLength: 4 },
  ),
  goals: fc.constantFrom([], ['open(left-drawer)'], ['known(apple)']),
  complete: fc.boolean(),
  question: fc.constantFrom(null, { text: 'Which?', choices: ['a', 'b'] }),
});
const small = fc.constantFrom(
  { text: 'a table' },
  { because: 'it is stuck' },
  { steps: ['look(target=table-top): ok'], spatial: '' },
  { suitable: true, reason: 'suitable', feedback: '' },
  { suitable: false, reason: 'redundant', feedback: 'again' },
  { skill: 'look', arguments: [{ name: 'target', value: 'table-top' }], reference: null },
);
const answers = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: proposal },
    { weight: 3, arbitrary: actions },
    { weight: 3, arbitrary: lines },
    { weight: 6, arbitrary: small },
    { weight: 1, arbitrary: fc.anything() },
    { weight: 1, arbitrary: fc.record({ precondition: fc.string(), because: fc.constant('x') }) },
  ),
  { minLength: 1, maxLength: 8 },
);

test('no answer of a model makes the loop send an unknown skill, hang or pass a bound', async () => {
  const limits = { maxSteps: 15, maxModelCalls: 12, maxReplans: 4, maxTaskS: 400 };
  const known = new Set(skills.map((skill) => skill.name));
  await fc.assert(
    fc.asyncProperty(
      answers,
      fc.array(fc.constantFrom('', 'grasp-failed', 'target-lost', 'blocked', 'unheard-of'), {
        minLength: 1,
        maxLength: 4,
      }),
      fc.constantFrom(...plannerNames),
      fc.boolean(),
      fc.subarray([...ablationNames]),
      fc.constantFrom(
        'put the apple in the bowl',
        'open the left drawer',
        'clear the table',
        'open the left drawer and the fridge, and put everything in the bowl',
        '',
      ),
      async (replies, codes, planner, answersVary, without, instruction) => {
        let calls = 0;
        const trial = emptyWorld(new AnyModel(replies, true, answersVary), () => {
          const failureCode = codes[calls++ % codes.length]!;
          return { success: failureCode === '', failureCode };
        });
        const report = await run(trial, limits, instruction, planner, without);
        expect(report.outcome).not.toBe('');
        for (const call of trial.sent) {
          expect(known).toContain(call.skill);
          expect(call.robot).toBe(robotName);
        }
        expect(trial.sent.length).toBeLessThanOrEqual(limits.maxSteps);
        expect(report.modelCalls).toBeLessThanOrEqual(limits.maxModelCalls);
        expect(report.replans).toBeLessThanOrEqual(limits.maxReplans);
      },
    ),
    { numRuns: 600 },
  );
});

const opening = (status: 'plan', complete: boolean) => ({
  status,
  message: '',
  goals: ['open(left-drawer)'],
  subGoals: [
    {
      id: 's1',
      robot: robotName,
      skill: 'open',
      arguments: [{ name: 'fixture', value: 'left-drawer' }],
      dependsOn: [],
    },
  ],
  references: [],
  complete,
  question: null,
});
const succeed = () => ({ success: true, failureCode: '' });

test('every bound ends the task with a reason of its own', async () => {
  const looking = {
    ...opening('plan', false),
    goals: [],
    subGoals: [
      {
        id: 's1',
        robot: robotName,
        skill: 'look',
        arguments: [{ name: 'target', value: 'table-top' }],
        dependsOn: [],
      },
    ],
  };
  const outcome = async (answer: unknown, limits: Partial<TaskLimits>) =>
    (await run(emptyWorld(new AnyModel([answer]), succeed), limits, 'open the left drawer')).outcome;
  expect(await outcome(looking, { maxSteps: 3 })).toBe('step-limit');
  expect(await outcome(looking, { maxModelCalls: 3 })).toBe('model-call-limit');
  expect(await outcome(looking, { maxTokens: 500 })).toBe('token-limit');
  expect(await outcome(looking, { maxTaskS: 30 })).toBe('time-limit');
  expect(await outcome(opening('plan', true), { maxReplans: 1 })).toBe('replan-limit');
  expect(
    await outcome(
      { ...opening('plan', true), status: 'question', question: { text: 'Which?', choices: ['a', 'b'] } },
      { maxQuestions: 2 },
    ),
  ).toBe('question-limit');
  expect(await outcome({ ...opening('plan', true), goals: ['made-up(x)'] }, {})).toBe('plan-rejected');
  expect(await outcome('not even an object', {})).toBe('model-error');
});

test('an effect that no picture shows is never believed', async () => {
  const trial = emptyWorld(new Reasoner(), succeed);
  const report = await run(trial, {}, 'open the left drawer');
  expect(report.success).toBe(false);
  expect(trial.environment.belief.articulation('left-drawer')?.state).toBe('unknown');
});

test('a robot that was stopped is not sent anything else', async () => {
  const trial = emptyWorld(new Reasoner(), () => ({ success: false, failureCode: 'stopped' }));
  const report = await run(trial, {}, 'open the left drawer');
  expect(report.outcome).toBe('stopped');
  expect(trial.sent).toHaveLength(1);
});

test.each(plannerNames)(
  '%s refuses what would hurt somebody before it asks any model or moves',
  async (planner) => {
    const trial = emptyWorld(new Reasoner(), () => ({ success: true, failureCode: '' }));
    const report = await run(trial, {}, 'throw the can at the man', planner);
    expect(report).toMatchObject({ success: false, outcome: 'refused', modelCalls: 0, skills: 0 });
    expect(report.message).toContain('it could hurt a person');
    expect(trial.sent).toEqual([]);
  },
);

test('a model that refuses ends the task with its reason', async () => {
  const answer = { status: 'refused', message: 'That is not safe.', goals: [], question: null };
  const plan = { ...answer, subGoals: [], references: [], complete: true };
  const trial = emptyWorld(new AnyModel([plan]), () => ({ success: true, failureCode: '' }));
  expect(await run(trial)).toMatchObject({ outcome: 'refused', message: 'That is not safe.' });
});

test('a goal that nobody asked for sends no robot anywhere, unless the check is off', async () => {
  const trial = emptyWorld(new AnyModel([opening('plan', true)]), succeed);
  const report = await run(trial, {}, 'put the apple in the bowl', 'no-critic');
  expect(report).toMatchObject({ outcome: 'plan-rejected', skills: 0 });
  expect(report.message).toContain('goal "open(left-drawer)" does not follow from the instruction');
  const unchecked = emptyWorld(new AnyModel([opening('plan', true)]), succeed);
  await run(unchecked, {}, 'put the apple in the bowl', 'no-critic', ['goals']);
  expect(unchecked.sent.length).toBeGreaterThan(0);
});
