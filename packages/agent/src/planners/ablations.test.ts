import { skillContracts } from '@efferent/skills';
import { describe, expect, test } from 'vitest';
import { Belief } from '../belief/belief.ts';
import type { LanguageModel, LanguageModelRequest, ModelPurpose } from '../model/language-model.ts';
import { SkillStatistics } from '../plan/skill-statistics.ts';
import { type Ablation, ablationNames, parseAblations } from '../task/ablations.ts';
import type { SkillCall, SkillOutcome, TaskEnvironment } from '../task/environment.ts';
import { defaultTaskSettings } from '../task/task-report.ts';
import { runTask } from '../task/task-run.ts';
import { kitchenMap, robotName, robotOffer } from '../testing/kitchen-view.ts';

const skills = Object.values(skillContracts);
const helper = '/helper';

type Step = readonly [id: string, skill: string, given: Record<string, string>, robot?: string];

const plan = (goals: readonly string[], steps: readonly Step[]) => ({
  status: 'plan',
  message: '',
  goals,
  subGoals: steps.map(([id, skill, given, robot = robotName]) => ({
    id,
    robot,
    skill,
    arguments: Object.entries(given).map(([name, value]) => ({ name, value })),
    dependsOn: [],
  })),
  references: [],
  complete: true,
  question: null,
});

/** What a run of `hybrid` asked, sent and said, in a world in which drawers open as told and are seen. */
async function run(
  instruction: string,
  answers: Partial<Record<ModelPurpose, unknown>>,
  without: readonly Ablation[],
  outcomeOf: (call: SkillCall, count: number) => string = () => '',
  {
    openUnseen,
    obstructed,
  }: {
    /** A drawer that stands open, and is seen by whoever looks at it alone. */
    readonly openUnseen?: string;
    /** A part for which the robot's own planner finds no way. */
    readonly obstructed?: string;
  } = {},
) {
  const belief = new Belief(kitchenMap(), [{ name: robotName }, { name: helper }]);
  const asked: string[] = [];
  const sent: string[] = [];
  const said: string[] = [];
  const chances: number[] = [];
  const positions = new Map([
    ['left-drawer', 0],
    ['right-drawer', 0],
  ]);
  if (openUnseen !== undefined) positions.delete(openUnseen);
  let nowS = 0;
  let running = 0;
  let mostRunning = 0;
  const see = () =>
    belief.observeScene(
      { sightings: [], articulations: positions, covered: [], detectionChance: () => 0 },
      nowS,
    );
  see();
  const model: LanguageModel = {
    id: 'told',
    modelledLatencyMs: 1,
    answersVary: true,
    generate: async <Output>({ question }: LanguageModelRequest<Output>) => {
      asked.push(question.purpose);
      const output = (answers[question.purpose] ?? answers.decompose) as Output;
      return { output, inputTokens: 1, outputTokens: 1, attempts: 1 };
    },
  };
  const environment: TaskEnvironment = {
    belief,
    skills,
    model,
    robots: [robotOffer, { ...robotOffer, name: helper }],
    nowS: () => nowS,
    sleep: async (durationS) => {
      nowS += durationS;
      see();
    },
    executeSkill: async (call): Promise<SkillOutcome> => {
      if (call.skill !== 'look' && call.skill !== 'stow')
        sent.push(`${call.skill} ${Object.values(call.arguments).join(' ')}`.trim());
      running += 1;
      mostRunning = Math.max(mostRunning, running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      nowS += 5;
      if (openUnseen !== undefined && call.arguments.target === openUnseen) positions.set(openUnseen, 0.3);
      const failureCode = call.skill === 'look' || call.skill === 'stow' ? '' : outcomeOf(call, sent.length);
      const open = failureCode === '' || failureCode === 'lie';
      if (failureCode === '' && (call.skill === 'open' || call.skill === 'close'))
        positions.set(call.arguments.fixture!, call.skill === 'open' ? 0.3 : 0);
      see();
      return { success: open, failureCode: open ? '' : failureCode, message: failureCode, elapsedS: 5 };
    },
    rehearse: async (call) =>
      call.arguments.fixture === obstructed ? { code: 'unreachable', message: 'no base pose' } : undefined,
    runModel: (work) => work(),
    ask: async (question) => question.choices[0],
    whilePaused: async () => undefined,
    publishPlan: () => undefined,
    publishCritique: (_subGoal, verdict) => {
      said.push(`critique ${verdict.layer} ${verdict.verdict}`);
      chances.push(verdict.feasibility);
    },
    publishSkillRun: () => undefined,
    publishModelCall: () => undefined,
    emit: ({ kind, text, detail }) => said.push(`${kind} ${text} ${detail}`),
  };
  const settings = { ...defaultTaskSettings, without };
  const report = await runTask(
    instruction,
    environment,
    settings,
    new SkillStatistics(),
    new AbortController().signal,
  );
  return { report, asked, sent, said, chances, mostRunning };
}

const openLeft = plan(['open(left-drawer)'], [['s1', 'open', { fixture: 'left-drawer' }]]);
const openRight = plan(['open(right-drawer)'], [['s1', 'open', { fixture: 'right-drawer' }]]);

test('a step that a look before it shows to be done already is neither sent nor vetoed', async () => {
  const { report, sent, said } = await run('open the left drawer', { decompose: openLeft }, [], undefined, {
    openUnseen: 'left-drawer',
  });
  expect(report).toMatchObject({ outcome: 'success', replans: 0 });
  expect(sent).toEqual([]);
  expect(said).toContain('critique gate gather');
  expect(said).toContain('step-end it is so already ok');
});

describe('without', () => {
  test('critic, no step is judged', async () => {
    const said = async (without: Ablation[]) =>
      (await run('open the left drawer', { decompose: openLeft }, without)).said.join('\n');
    expect(await said([])).toContain('critique critic accept');
    expect(await said(['critic'])).not.toContain('critique');
  });

  test('feasibility, steps are judged by what they need alone', async () => {
    expect((await run('open the left drawer', { decompose: openLeft }, [])).chances.at(-1)).toBeLessThan(1);
    expect((await run('open the left drawer', { decompose: openLeft }, ['feasibility'])).chances.at(-1)).toBe(
      1,
    );
  });

  test('rehearsal, a step for which the robot finds no way is tried', async () => {
    const answers = { decompose: openLeft, replan: openRight };
    const tried = (without: Ablation[]) =>
      run('open a drawer', answers, without, undefined, { obstructed: 'left-drawer' });
    const { report, sent, said, chances } = await tried([]);
    expect(report.outcome).toBe('success');
    expect(sent).toEqual(['open right-drawer']);
    expect(said.join('\n')).toContain('step-end no base pose vetoed');
    expect(Math.min(...chances)).toBeLessThan(0.15);
    expect((await tried(['rehearsal'])).sent).toEqual(['open left-drawer']);
  });

  test('samples, a question is put once', async () => {
    expect((await run('open the left drawer', { decompose: openLeft }, [])).asked).toHaveLength(2);
    expect((await run('open the left drawer', { decompose: openLeft }, ['samples'])).asked).toHaveLength(1);
  });

  test('coverage, a plan for another thing is carried out', async () => {
    const sent = async (without: Ablation[]) =>
      (await run('open the left drawer', { decompose: openRight }, without)).sent;
    expect(await sent([])).toEqual(['open left-drawer']);
    expect(await sent(['coverage'])).toEqual(['open right-drawer']);
  });

  test('mending, a plan for another thing is refused', async () => {
    const { report, sent } = await run('open the left drawer', { decompose: openRight }, ['mending']);
    expect(report.outcome).toBe('plan-rejected');
    expect(sent).toEqual([]);
  });

  test('repair-levels, every failure plans the task anew', async () => {
    const replans = async (without: Ablation[]) =>
      (
        await run(
          'open the left drawer',
          { decompose: openLeft, explain: { precondition: '', because: 'it slipped' } },
          without,
          (_call, count) => (count === 1 ? 'slipped' : ''),
        )
      ).report.replans;
    expect(await replans([])).toBe(0);
    expect(await replans(['repair-levels'])).toBe(1);
  });

  test('verification, the word of a skill is taken', async () => {
    const sent = async (without: Ablation[]) =>
      (
        await run(
          'open the left drawer',
          { decompose: openLeft, explain: { precondition: '', because: 'x' } },
          without,
          (call, count) => (call.skill === 'open' && count === 1 ? 'lie' : ''),
        )
      ).said.join('\n');
    expect(await sent([])).toContain('refuted');
    expect(await sent(['verification'])).not.toContain('refuted');
  });

  test('explanations, the model is not asked why', async () => {
    const asked = async (without: Ablation[]) =>
      (
        await run(
          'open the left drawer',
          { decompose: openLeft, explain: { precondition: '', because: 'it slipped' } },
          without,
          (_call, count) => (count === 1 ? 'slipped' : ''),
        )
      ).asked;
    expect(await asked([])).toContain('explain');
    expect(await asked(['explanations'])).not.toContain('explain');
  });

  test('parallel, two robots work one after the other', async () => {
    const both = plan(
      ['open(left-drawer)', 'open(right-drawer)'],
      [
        ['s1', 'open', { fixture: 'left-drawer' }],
        ['s2', 'open', { fixture: 'right-drawer' }, helper],
      ],
    );
    const instruction = 'open the left drawer and the right drawer';
    expect((await run(instruction, { decompose: both }, [])).mostRunning).toBe(2);
    expect((await run(instruction, { decompose: both }, ['parallel'])).mostRunning).toBe(1);
  });
});

test('a jammed drawer is given up with a named reason once chance does not explain it', async () => {
  const answers = { decompose: openLeft, explain: { precondition: '', because: 'it does not move' } };
  const { report, sent, said } = await run('open the left drawer', answers, [], () => 'force-limit');
  expect(report.outcome).not.toBe('success');
  expect(said.join('\n')).toContain('does not work here');
  expect(sent.filter((call) => call === 'open left-drawer').length).toBeLessThanOrEqual(4);
});

test('a thing out of reach is no wrong contract: it is tried as often as equal failures allow', async () => {
  const answers = { decompose: openLeft, explain: { precondition: '', because: 'it is too far' } };
  const { report, said } = await run('open the left drawer', answers, [], () => 'unreachable');
  expect(report.outcome).toBe('repeated-failure');
  expect(said.join('\n')).not.toContain('does not work here');
});

test('an explanation that names what the belief does not confirm is discarded', async () => {
  const answers = {
    decompose: openLeft,
    explain: { precondition: 'hand-empty', because: 'my hand is full' },
  };
  const { said } = await run('open the left drawer', answers, [], (_call, count) =>
    count === 1 ? 'slipped' : '',
  );
  expect(said.join('\n')).not.toContain('my hand is full');
});

test('names of parts are read from a list, and unknown ones are refused with those that there are', () => {
  expect(parseAblations('critic, samples')).toEqual(['critic', 'samples']);
  expect(parseAblations('')).toEqual([]);
  expect(() => parseAblations('critic,luck')).toThrow(
    `no part "luck" to leave out; there are: ${ablationNames.join(', ')}`,
  );
});
