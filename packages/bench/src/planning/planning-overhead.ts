import {
  beliefMessage,
  defaultTaskSettings,
  type LanguageModel,
  planMessage,
  Reasoner,
  runTask,
  SkillStatistics,
  type TaskEnvironment,
} from '@efferent/agent';
import { steadyWallClock } from '@efferent/core';
import { stampFromNs } from '@efferent/ros';
import { repositoryFolder } from '@efferent/runtime';
import { type Figure, latencyFigures } from '../figure.ts';
import { CrowdedWorld } from './crowded-world.ts';

/** What is measured at. */
const objectCount = 200;
const skillCount = 50;
const robotName = '/stretch';
const instructions = [
  'put the apple in the bowl',
  'put the apple on the counter',
  'put the apple on the table',
];
const targetMs = 5;

/** Wall times, ms. */
interface Timings {
  /** The agent's own part of each step: views of the belief, gate, critic, selection, verification, repair, plan messages. */
  readonly steps: number[];
  /** Each answer of the symbolic planner that stands in for a model. */
  readonly answers: number[];
  /** Each picture with all things that the belief takes in; a robot takes five a second. */
  readonly pictures: number[];
  /** Each message of the whole belief; the agent sends two a second to who listens. */
  readonly beliefMessages: number[];
}

const noTimings = (): Timings => ({ steps: [], answers: [], pictures: [], beliefMessages: [] });

/**
 * Measures what planning costs beside the model and the robot, with 200 things in the belief and 50 skills.
 *
 * The planner `hybrid` carries out tasks in a world where skills take no time; a third of the picks fails. A step goes
 * from the end of one to the end of the next, without the model's, the skills' and the pictures' time. The agent's clock goes
 * on with the wall's, so that nothing is taken for of one moment that is not.
 *
 * @param tasks - tasks that are carried out; the first fifth is not counted
 */
export async function measurePlanningOverhead(tasks = 60): Promise<readonly Figure[]> {
  const world = new CrowdedWorld([repositoryFolder], objectCount, skillCount);
  const timings = noTimings();
  const statistics = new SkillStatistics();
  for (let nowS = 1; nowS < 2; nowS += 0.2) world.look(nowS);
  let beganS = 10;
  for (let task = 0; task < tasks; task++) {
    const isCounted = task >= tasks / 5;
    const timed = isCounted ? timings : noTimings();
    beganS = await carryOut(world, instructions[task % instructions.length]!, beganS, statistics, timed);
  }
  return [
    ...latencyFigures('step-overhead', timings.steps, 'ms', { p50: targetMs }),
    ...latencyFigures('symbolic-answer', timings.answers, 'ms'),
    ...latencyFigures('picture', timings.pictures, 'ms'),
    ...latencyFigures('belief-message', timings.beliefMessages, 'ms'),
  ];
}

/** @returns when the task ended, virtual s */
async function carryOut(
  world: CrowdedWorld,
  instruction: string,
  beganS: number,
  statistics: SkillStatistics,
  timings: Timings,
): Promise<number> {
  let skillsS = beganS;
  const startedMs = wallMs();
  const nowS = () => skillsS + (wallMs() - startedMs) / 1000;
  /** Wall time that is not the agent's own since the last step, ms. */
  let otherMs = 0;
  let markMs = wallMs();
  const aside = async <T>(into: number[], work: () => T | Promise<T>): Promise<T> => {
    const startMs = wallMs();
    const result = await work();
    const tookMs = wallMs() - startMs;
    into.push(tookMs);
    otherMs += tookMs;
    return result;
  };
  const reasoner = new Reasoner();
  const model: LanguageModel = {
    id: reasoner.id,
    modelledLatencyMs: reasoner.modelledLatencyMs,
    answersVary: reasoner.answersVary,
    generate: (request) => aside(timings.answers, () => reasoner.generate(request)),
  };
  const see = () => aside(timings.pictures, () => world.look(nowS()));
  const stamp = () => stampFromNs(BigInt(Math.round(nowS() * 1e9)));
  const environment: TaskEnvironment = {
    belief: world.belief,
    skills: world.skills,
    robots: [{ name: robotName, skills: world.skills.map(({ name }) => name) }],
    model,
    nowS,
    sleep: async (durationS) => {
      skillsS += Math.max(durationS, 0.2);
      await see();
    },
    executeSkill: async (call) => {
      skillsS += 5;
      await aside(timings.beliefMessages, () => beliefMessage(world.belief, stamp(), nowS()));
      const outcome = world.execute(call);
      await see();
      return outcome;
    },
    runModel: (work) => work(),
    ask: async (question) => question.choices[0],
    whilePaused: async () => undefined,
    publishPlan: (plan) =>
      planMessage(plan, world.belief, {
        stamp: stamp(),
        taskId: 'overhead',
        instruction,
        planner: 'hybrid',
        model: reasoner.id,
        skills: world.skills,
      }),
    publishCritique: () => undefined,
    publishSkillRun: () => undefined,
    publishModelCall: () => undefined,
    emit: ({ kind }) => {
      if (kind !== 'step-end') return;
      timings.steps.push(wallMs() - markMs - otherMs);
      otherMs = 0;
      markMs = wallMs();
    },
  };
  const report = await runTask(
    instruction,
    environment,
    { ...defaultTaskSettings, planner: 'hybrid' },
    statistics,
    new AbortController().signal,
  );
  if (!report.success) throw new Error(`"${instruction}" ended with ${report.outcome}: ${report.message}`);
  return nowS() + 1;
}

const wallMs = (): number => Number(steadyWallClock.nowNs()) / 1e6;
