import {
  Belief,
  defaultTaskSettings,
  type LanguageModel,
  runTask,
  SkillStatistics,
  type TaskEnvironment,
  type TaskEvent,
  type TaskReport,
  type TaskSettings,
  WorldMap,
} from '@efferent/agent';
import { Rng } from '@efferent/core';
import { type Episode, judgeTask, type Scene, type TaskVerdict } from '@efferent/sim';
import { skillContracts } from '@efferent/skills';
import { Household } from './household.ts';
import { HouseholdSenses } from './household-senses.ts';
import { HouseholdSkills } from './household-skills.ts';
import type { RateTable } from './skill-outcomes.ts';

/** What one episode of the symbolic levels is made of. */
export interface SymbolicEpisode {
  readonly scene: Scene;
  readonly episode: Episode;
  readonly model: LanguageModel;
  readonly settings: Partial<TaskSettings>;
  /** Empty for skills that always work. */
  readonly rates: RateTable;
  /** Multiplies every chance of failure. */
  readonly factor: number;
  readonly onEvent?: (event: TaskEvent) => void;
}

export interface SymbolicRecord {
  readonly report: TaskReport;
  readonly verdict: TaskVerdict;
  readonly simulatedS: number;
}

const robotName = '/stretch';
const contracts = Object.values(skillContracts);

/** Runs the real planner, belief and critic over a household without physics; equal arguments give equal records. */
export async function runSymbolicEpisode(options: SymbolicEpisode): Promise<SymbolicRecord> {
  const { scene, episode, model } = options;
  const rng = new Rng(episode.seed).fork('household');
  const map = new WorldMap(scene.map);
  const belief = new Belief(map, [{ name: robotName }]);
  const household = new Household(scene, map, episode.setup, [robotName], rng.fork('places'));
  const senses = new HouseholdSenses(household, belief, rng.fork('senses'));
  const outcomes = { rates: options.rates, factor: options.factor, jammed: new Set<string>() };
  const skills = new HouseholdSkills(household, senses, belief, outcomes, rng.fork('skills'));
  const lead = household.robots.get(robotName)!;
  let nowS = 1;
  const [x, y, yaw] = lead.basePose;
  lead.gazeM = [x + Math.cos(yaw), y + Math.sin(yaw), 0.7];
  senses.look(lead, nowS);
  const environment: TaskEnvironment = {
    belief,
    skills: contracts,
    robots: [{ name: robotName, skills: contracts.map((contract) => contract.name) }],
    model,
    nowS: () => nowS,
    sleep: async (durationS) => {
      nowS += durationS;
      senses.watch(nowS);
    },
    executeSkill: async (call) => {
      const outcome = skills.execute(call, nowS);
      nowS += outcome.elapsedS;
      return outcome;
    },
    runModel: async (work) => {
      nowS += model.modelledLatencyMs / 1000;
      return work();
    },
    ask: async (question) => question.choices[0],
    whilePaused: async () => undefined,
    publishPlan: () => undefined,
    publishCritique: () => undefined,
    publishSkillRun: () => undefined,
    publishModelCall: () => undefined,
    emit: (event) => options.onEvent?.(event),
  };
  const settings = { ...defaultTaskSettings, ...options.settings };
  const signal = new AbortController().signal;
  const report = await runTask(episode.instruction, environment, settings, new SkillStatistics(), signal);
  const verdict = judgeTask(scene, episode, household.entityStates());
  return { report, verdict, simulatedS: nowS };
}
