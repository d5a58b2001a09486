import { ConfigurationError, secondsToNs, steadyWallClock } from '@efferent/core';
import { loadRobotModel, mainCameraOf, type RobotModel } from '@efferent/robot';
import { qosProfiles, type RosNode } from '@efferent/ros';
import {
  buildEpisodeSetup,
  type EntityState,
  type Episode,
  type EpisodeReport,
  judgeTask,
  listTaskCards,
  loadScene,
  loadTaskCard,
  type PerturbationName,
  type Scene,
  type TaskVerdict,
} from '@efferent/sim';
import { JudgeClient } from './judge-client.ts';
import { type LockstepGraph, startLockstepGraph } from './lockstep-graph.ts';
import type { RunTaskOptions, SkillOutcome, TaskEvent, TaskResult } from './task-client.ts';
import { findWorkspaceFolders } from './workspace.ts';

export type { PerturbationName } from '@efferent/sim';

export interface EpisodeOptions {
  readonly scene: string;
  readonly robot: string;
  /** A second robot that helps. */
  readonly otherRobots?: readonly string[];
  /** Task card of the scene. */
  readonly task: string;
  readonly seed: number;
  /** The agent's default without it. */
  readonly planner?: string;
  /** Parts of the planner to leave out, separated by commas. */
  readonly without?: string;
  readonly model?: string;
  /** More parameters of the agent, as written after `-p`, e.g. `noise_seed:=3`. */
  readonly agentParameters?: readonly string[];
  readonly perturbation?: PerturbationName;
  /** Which backend serves which skill; the robot's own file without it. */
  readonly skillsFile?: string;
  /** Says which nodes there are; the product's own without it. */
  readonly launchFile?: string;
  /** More arguments of the launch file. */
  readonly launchArguments?: Readonly<Record<string, string>>;
  readonly onEvent?: (event: TaskEvent) => void;
  readonly onLog?: (line: string) => void;
}

/** What one episode came to; enough to judge it again. */
export interface EpisodeRecord {
  readonly task: string;
  readonly seed: number;
  readonly instruction: string;
  /** The judge's word. */
  readonly success: boolean;
  /** `success`, the agent's named failure, or `refuted-by-judge` when only the agent believes in success. */
  readonly outcome: string;
  readonly message: string;
  readonly agentSuccess: boolean;
  /** Share of the goal conditions that the judge confirms. */
  readonly goalConditionShare: number;
  readonly conditions: readonly { readonly isMet: boolean; readonly reason: string }[];
  /** Virtual, wall and processor time from the goal to the verdict, s. */
  readonly simulatedS: number;
  readonly wallS: number;
  readonly processorS: number;
  readonly collisions: number;
  readonly collisionPairs: readonly string[];
  /** How near, how fast and how hard the robots came to each part of a person; empty where nobody is. */
  readonly people: EpisodeReport['people'];
  readonly skills: number;
  readonly replans: number;
  readonly modelCalls: number;
  /** What disturbed the episode and when; null when nothing did. */
  readonly perturbation: EpisodeReport['perturbation'];
  /** Every skill that a robot ran, in order. */
  readonly skillRuns: readonly SkillRunRecord[];
  readonly finalStates: readonly FinalState[];
}

/** One skill that was run: what rates of success are counted from. */
export interface SkillRunRecord {
  /** Namespace of the robot that ran it. */
  readonly robot: string;
  readonly skill: string;
  /** What its success may depend on, as believed when it was sent. */
  readonly context: SkillContextRecord;
  /** Probability of success as judged before; null when nobody judged. */
  readonly feasibility: number | null;
  /** Questions that the agent had put to its model until the skill ended. */
  readonly modelCalls: number;
  /** Failure code; empty on reported success. */
  readonly code: string;
  readonly verdict: 'unverified' | 'confirmed' | 'refuted';
  readonly elapsedS: number;
}

/** Fields of efferent_interfaces/msg/SkillOutcome. */
export interface SkillContextRecord {
  readonly className: string;
  readonly supportKind: string;
  readonly distanceM: number;
  readonly confidence: number;
  readonly ageS: number;
  readonly crowd: number;
  readonly tries: number;
}

export interface FinalState {
  readonly id: string;
  readonly positionM: readonly number[];
  readonly rotationXyzw: readonly number[];
  readonly jointPosition?: number;
  readonly isHeld: boolean;
}

/** Things come to rest before the verdict, s. */
export const restS = 1;
/** What an agent may take to end a task that was cancelled, s. */
const cancelLimitS = 30;

/**
 * Lists the task cards that `bench tasks` runs with these robots, in order; only those that can be disturbed so, when it is
 * named.
 */
export function listEpisodeTasks(
  sceneId: string,
  robots: readonly string[],
  perturbation?: PerturbationName,
): readonly string[] {
  const folders = findWorkspaceFolders();
  const scene = loadScene(folders, sceneId);
  const isFixed = robots.every((id) => loadRobotModel(folders, id).isFixed);
  const cards = listTaskCards(scene, robots.length > 1 ? 'two-robots' : isFixed ? 'fixed-arm' : 'core');
  if (perturbation === undefined) return cards;
  return cards.filter((id) => loadTaskCard(scene, id).perturbations[perturbation] !== undefined);
}

/** A world drawn by the seed, with its nodes, before anything is said to the agent. */
export interface StandingEpisode {
  readonly scene: Scene;
  readonly episode: Episode;
  readonly graph: LockstepGraph;
  readonly judge: JudgeClient;
}

/**
 * Draws the world of an episode and starts its nodes in lockstep; equal options give equal worlds, bit for bit.
 *
 * @returns what is to be stopped by `graph.stop()`
 * @throws {@link ConfigurationError} for an unknown scene, robot, task or perturbation
 */
export async function setUpEpisode(options: EpisodeOptions): Promise<StandingEpisode> {
  const folders = findWorkspaceFolders();
  const scene = loadScene(folders, options.scene);
  const [otherRobot, ...more] = options.otherRobots ?? [];
  if (more.length > 0)
    throw new ConfigurationError({
      code: 'too-many-robots',
      message: `an episode takes one robot or two, got ${[options.robot, otherRobot, ...more].join(', ')}`,
    });
  const models = [options.robot, ...(otherRobot === undefined ? [] : [otherRobot])].map((id) =>
    loadRobotModel(folders, id),
  );
  const episode = buildEpisodeSetup(scene, loadTaskCard(scene, options.task), options.seed);
  if (options.perturbation !== undefined && episode.perturbations[options.perturbation] === undefined)
    throw new ConfigurationError({
      code: 'unknown-perturbation',
      message: `task "${options.task}" has no perturbation "${options.perturbation}"`,
      fields: { task: options.task },
    });
  const graph = await startLockstepGraph({ ...options, ...(otherRobot === undefined ? {} : { otherRobot }) });
  try {
    const judge = new JudgeClient(await graph.createNode('efferent_judge'), scene);
    await graph.runUntilSettled(judge.waitUntilReady(5000), 6);
    for (const model of models) watchEverySensor(judge.node, model);
    return { scene, episode, graph, judge };
  } catch (error) {
    await graph.stop();
    throw error;
  }
}

/** Says the instruction of an episode to the agent, and waits until its task has ended, at the latest by the time limit. */
export async function runInstruction(
  { episode, graph, judge }: StandingEpisode,
  { onEvent, onSkill }: Pick<RunTaskOptions, 'onEvent' | 'onSkill'>,
  stop: AbortController,
): Promise<TaskResult> {
  const alarm = judge.node.createTimer(secondsToNs(episode.timeLimitS), () => stop.abort());
  const task = graph.client.runTask(episode.instruction, {
    timeLimitS: episode.timeLimitS + cancelLimitS,
    signal: stop.signal,
    ...(onSkill === undefined ? {} : { onSkill }),
    ...(onEvent === undefined ? {} : { onEvent }),
  });
  const result = await graph.runUntilSettled(task, episode.timeLimitS + 2 * cancelLimitS);
  alarm.cancel();
  return result;
}

/**
 * Runs one task in lockstep, from a world drawn by the seed to the judge's verdict on the true states.
 *
 * @throws {@link ConfigurationError} for an unknown scene, robot, task or perturbation
 */
export async function runEpisode(options: EpisodeOptions): Promise<EpisodeRecord> {
  const standing = await setUpEpisode(options);
  const { scene, episode, graph, judge } = standing;
  try {
    const startS = graph.elapsedS();
    const startNs = steadyWallClock.nowNs();
    const processorBefore = process.cpuUsage();
    const timeLimit = new AbortController();
    const skillRuns: SkillRunRecord[] = [];
    let modelCalls = 0;
    judge.node.createSubscription(
      'efferent_interfaces/msg/ModelCall',
      '/agent/model_calls',
      { qos: qosProfiles.default },
      () => {
        modelCalls += 1;
      },
    );
    const onSkill = (outcome: SkillOutcome) => skillRuns.push(skillRunRecord(outcome, modelCalls));
    const result = await runInstruction(standing, { ...options, onSkill }, timeLimit);
    await graph.advance(restS);
    const states = await graph.runUntilSettled(judge.entityStates(), 10);
    const verdict = judgeTask(scene, episode, states);
    const processor = process.cpuUsage(processorBefore);
    return describeEpisode(episode, result, verdict, states, await judge.report(), {
      isTimedOut: timeLimit.signal.aborted,
      skillRuns,
      simulatedS: graph.elapsedS() - startS,
      wallS: Number(steadyWallClock.nowNs() - startNs) / 1e9,
      processorS: (processor.user + processor.system) / 1e6,
    });
  } finally {
    await graph.stop();
  }
}

/** Pictures and scans are made only when somebody subscribes; an episode pays for all of them. */
function watchEverySensor(node: RosNode, robot: RobotModel): void {
  const { namespace } = robot;
  const camera = mainCameraOf(robot).name;
  const qos = qosProfiles.sensorData;
  const ignore = () => undefined;
  node.createSubscription('sensor_msgs/msg/Image', `${namespace}/${camera}/color/image_raw`, { qos }, ignore);
  node.createSubscription('sensor_msgs/msg/Image', `${namespace}/${camera}/depth/image_raw`, { qos }, ignore);
  if (!robot.isFixed)
    node.createSubscription('sensor_msgs/msg/LaserScan', `${namespace}/scan`, { qos }, ignore);
}

function describeEpisode(
  episode: Episode,
  result: TaskResult,
  verdict: TaskVerdict,
  states: readonly EntityState[],
  report: EpisodeReport,
  more: Pick<EpisodeRecord, 'simulatedS' | 'wallS' | 'processorS' | 'skillRuns'> & {
    readonly isTimedOut: boolean;
  },
): EpisodeRecord {
  const { isTimedOut, ...rest } = more;
  const { collisions } = report;
  const failure = isTimedOut ? 'time-limit' : result.success ? 'refuted-by-judge' : result.outcome;
  return {
    task: episode.cardId,
    seed: episode.seed,
    instruction: episode.instruction,
    success: verdict.success,
    outcome: verdict.success ? 'success' : failure,
    message: result.message,
    agentSuccess: result.success,
    goalConditionShare: verdict.goalConditionShare,
    conditions: verdict.conditions.map(({ isMet, reason }) => ({ isMet, reason })),
    collisions: collisions.length,
    collisionPairs: collisions.map((each) => `${each.link} ${each.kind} ${each.with}`),
    people: report.people,
    skills: result.skills,
    replans: result.replans,
    modelCalls: result.model_calls,
    perturbation: report.perturbation,
    finalStates: states.map((state) => ({
      id: state.id,
      positionM: state.pose.translation,
      rotationXyzw: state.pose.rotation,
      ...(state.jointPosition === undefined ? {} : { jointPosition: state.jointPosition }),
      isHeld: state.isHeld,
    })),
    ...rest,
  };
}

/** Words of efferent_interfaces/msg/SkillOutcome.verdict. */
const verdicts = ['unverified', 'confirmed', 'refuted'] as const;

const skillRunRecord = (outcome: SkillOutcome, modelCalls: number): SkillRunRecord => ({
  robot: outcome.robot,
  skill: outcome.skill,
  context: {
    className: outcome.context,
    supportKind: outcome.support_kind,
    distanceM: outcome.distance_m,
    confidence: outcome.confidence,
    ageS: outcome.age_s,
    crowd: outcome.crowd,
    tries: outcome.tries,
  },
  feasibility: Number.isNaN(outcome.feasibility) ? null : outcome.feasibility,
  modelCalls,
  code: outcome.failure_code,
  verdict: verdicts[outcome.verdict] ?? 'unverified',
  elapsedS: outcome.elapsed_s,
});
