import {
  Belief,
  Conversation,
  defaultTaskSettings,
  type LanguageModel,
  type SkillCall,
  SkillStatistics,
  type TaskEnvironment,
  type TaskEvent,
  type TaskReport,
  type TaskSettings,
  WorldMap,
} from '@efferent/agent';
import { Rng, Transform } from '@efferent/core';
import { type Episode, judgeTask, type Scene, type TaskVerdict } from '@efferent/sim';
import { skillContracts } from '@efferent/skills';
import { Household } from './household.ts';
import { type HouseholdDisturbance, HouseholdEvents } from './household-events.ts';
import { type HouseholdRobotSpec, mobileManipulator } from './household-robot.ts';
import { HouseholdSenses } from './household-senses.ts';
import { HouseholdSkills } from './household-skills.ts';
import { ProgressWatch } from './progress-watch.ts';
import type { RateTable } from './skill-outcomes.ts';
import { VirtualTime } from './virtual-time.ts';
import { applyWorldFaults, noWorldFaults, type WorldFaults } from './world-faults.ts';

/** What one episode of the symbolic levels is made of. */
export interface SymbolicEpisode {
  readonly scene: Scene;
  readonly episode: Episode;
  /** The first is the one that is spoken to; one that drives and has every skill without it. */
  readonly team?: readonly HouseholdRobotSpec[];
  readonly model: LanguageModel;
  readonly settings: Partial<TaskSettings>;
  /** Empty for skills that always work. */
  readonly rates: RateTable;
  /** Multiplies every chance of a skill's failure. */
  readonly factor: number;
  readonly faults?: WorldFaults;
  readonly disturbance?: HouseholdDisturbance | undefined;
  /** The robots have seen every open place before the task begins. */
  readonly isFamiliar?: boolean;
  /** What was learned of the skills in tasks before; nothing without it. */
  readonly statistics?: SkillStatistics;
  readonly onEvent?: (event: TaskEvent) => void;
  readonly onSkill?: (call: SkillCall) => void;
  /** Choices among ready sub-goals. @param wayM - of all robots until then */
  readonly onChoice?: (choice: Parameters<NonNullable<TaskEnvironment['onChoice']>>[0], wayM: number) => void;
  /** Judgements of the critic, with the world as it is then. */
  readonly onCritique?: (
    subGoal: Parameters<TaskEnvironment['publishCritique']>[0],
    verdict: Parameters<TaskEnvironment['publishCritique']>[1],
    world: SymbolicWorld,
  ) => void;
  /** Steps of a proposed plan that contracts rule out, with the world as it is then. */
  readonly onPlanVeto?: (
    ...told: [...Parameters<NonNullable<TaskEnvironment['onPlanVeto']>>, world: SymbolicWorld]
  ) => void;
}

/** A running episode, as those who try things out in a copy of it need it. */
export interface SymbolicWorld {
  readonly household: Household;
  readonly belief: Belief;
  readonly skills: HouseholdSkills;
  readonly nowS: number;
}

export interface SymbolicRecord {
  readonly report: TaskReport;
  readonly verdict: TaskVerdict;
  readonly simulatedS: number;
  /** Whether the disturbance happened. */
  readonly isDisturbed: boolean;
  /** A bound ended the task after it had gone on without getting anywhere. */
  readonly isLivelock: boolean;
  /** Way of all robots together, m. */
  readonly wayM: number;
}

const contracts = Object.values(skillContracts);

/** Runs the real planner, belief and critic over a household without physics; equal arguments give equal records. */
export async function runSymbolicEpisode(options: SymbolicEpisode): Promise<SymbolicRecord> {
  const { scene, episode, model, team = [mobileManipulator], faults = noWorldFaults } = options;
  const rng = new Rng(episode.seed).fork('household');
  const map = new WorldMap(scene.map);
  const belief = new Belief(
    map,
    team.map(({ name, fixedReachM, basePose }) => ({
      name,
      fixedReachM,
      mapFromStand: basePose === undefined ? undefined : Transform.fromPlanar(...basePose),
    })),
  );
  const household = new Household(scene, map, episode.setup, team, rng.fork('places'));
  applyWorldFaults(household, faults);
  const senses = new HouseholdSenses(household, belief, rng.fork('senses'));
  const events =
    options.disturbance === undefined
      ? undefined
      : new HouseholdEvents(household, options.disturbance, rng.fork('events'));
  const skills = new HouseholdSkills(
    { household, belief, events },
    { rates: options.rates, factor: options.factor, jams: faults.jams },
    rng.fork('skills'),
  );
  const progress = new ProgressWatch(household);
  const clock = new VirtualTime(1);
  for (const robot of household.robots.values()) senses.look(robot, clock.nowS);
  if (options.isFamiliar === true) senses.lookEverywhere(clock.nowS);
  const worldNow = (): SymbolicWorld => ({ household, belief, skills, nowS: clock.nowS });
  const environment: TaskEnvironment = {
    belief,
    skills: contracts.filter(({ name }) => team.some((robot) => robot.skills.includes(name))),
    robots: team.map(({ name, skills: own }) => ({
      name,
      skills: own,
    })) as unknown as TaskEnvironment['robots'],
    model,
    nowS: () => clock.nowS,
    sleep: async (durationS) => {
      await clock.wait(durationS);
      senses.watch(clock.nowS);
    },
    executeSkill: async (call) => {
      options.onSkill?.(call);
      const outcome = skills.execute(call, clock.nowS);
      await clock.wait(outcome.elapsedS);
      senses.look(household.robots.get(call.robot)!, clock.nowS);
      progress.noteSkill();
      if (outcome.success) wish(call);
      return outcome;
    },
    runModel: async (work) => {
      progress.noteCall();
      await clock.wait(model.modelledLatencyMs / 1000);
      return clock.holdWhile(work);
    },
    runNetwork: (work) => clock.holdWhile(work),
    onChoice: (choice) => options.onChoice?.(choice, skills.wayM),
    ask: async (question) => question.choices[0],
    whilePaused: async () => undefined,
    publishPlan: () => undefined,
    publishCritique: (subGoal, verdict) => options.onCritique?.(subGoal, verdict, worldNow()),
    onPlanVeto: (vetoes, references) => options.onPlanVeto?.(vetoes, references, worldNow()),
    publishSkillRun: () => undefined,
    publishModelCall: () => undefined,
    emit: (event) => options.onEvent?.(event),
  };
  const settings = { ...defaultTaskSettings, ...options.settings };
  const signal = new AbortController().signal;
  const statistics = options.statistics ?? new SkillStatistics();
  const talk = new Conversation(environment, settings, statistics, signal);
  const said = options.disturbance?.name === 'another-wish' ? options.disturbance.instruction : '';
  // The person thinks of something else once the robot has taken what they asked for.
  const wish = ({ skill }: SkillCall) => {
    if (said === '' || skill !== 'pick' || events?.happenedS !== undefined) return;
    talk.say(said);
    events?.noteHappened(clock.nowS);
  };
  talk.say(episode.instruction);
  const reports = await talk.run();
  const isWished = said !== '' && events?.happenedS !== undefined;
  const goal = isWished ? episode.wishedGoal : episode.goal;
  const verdict = judgeTask(scene, { goal }, household.entityStates());
  const report = joined(reports);
  return {
    report,
    verdict,
    simulatedS: clock.nowS,
    isDisturbed: events?.happenedS !== undefined,
    isLivelock: !verdict.success && progress.isLivelock(report.outcome),
    wayM: skills.wayM,
  };
}

/** One report of all tasks that the conversation led to: the newest counts, efforts add up. */
function joined(reports: readonly TaskReport[]): TaskReport {
  const last = reports.at(-1)!;
  const sum = (of: (report: TaskReport) => number) =>
    reports.reduce((total, report) => total + of(report), 0);
  return {
    ...last,
    skills: sum(({ skills }) => skills),
    replans: sum(({ replans }) => replans),
    modelCalls: sum(({ modelCalls }) => modelCalls),
    tokens: sum(({ tokens }) => tokens),
    elapsedS: sum(({ elapsedS }) => elapsedS),
  };
}
