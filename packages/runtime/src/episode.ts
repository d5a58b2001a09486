import { ConfigurationError, distance3, secondsToNs, steadyWallClock } from '@efferent/core';
import {
  buildEpisodeSetup,
  type EntityState,
  type Episode,
  judgeTask,
  listTaskCards,
  loadScene,
  loadTaskCard,
  type PerturbationName,
  Perturber,
  type Scene,
  type TaskVerdict,
} from '@efferent/sim';
import { JudgeClient } from './judge-client.ts';
import { startLockstepGraph } from './lockstep-graph.ts';
import type { TaskEvent, TaskResult } from './task-client.ts';
import { findWorkspaceFolders } from './workspace.ts';

export type { PerturbationName } from '@efferent/sim';

export interface EpisodeOptions {
  readonly scene: string;
  readonly robot: string;
  /** Task card of the scene. */
  readonly task: string;
  readonly seed: number;
  /** The agent's default without it. */
  readonly planner?: string;
  readonly model?: string;
  readonly perturbation?: PerturbationName;
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
  /** Virtual and wall time from the goal to the verdict, s. */
  readonly simulatedS: number;
  readonly wallS: number;
  readonly collisions: number;
  readonly collisionPairs: readonly string[];
  readonly skills: number;
  readonly replans: number;
  readonly modelCalls: number;
  readonly perturbation: PerturbationRecord | undefined;
  readonly finalStates: readonly FinalState[];
}

export interface PerturbationRecord {
  readonly name: string;
  readonly objectId: string;
  readonly atS: number;
  readonly movedM: number;
  readonly isOutOfView: boolean;
}

export interface FinalState {
  readonly id: string;
  readonly positionM: readonly number[];
  readonly rotationXyzw: readonly number[];
  readonly jointPosition?: number;
  readonly isHeld: boolean;
}

/** How often the judge looks, to disturb an episode in time. */
const judgePeriodNs = secondsToNs(0.1);
/** Things come to rest before the verdict, s. */
const restS = 1;
/** What an agent may take to end a task that was cancelled, s. */
const cancelLimitS = 30;

/** Lists the task cards that `bench tasks` runs, in order. */
export function listEpisodeTasks(scene: string): readonly string[] {
  return listTaskCards(loadScene(findWorkspaceFolders(), scene), 'core');
}

/**
 * Runs one task in lockstep, from a world drawn by the seed to the judge's verdict on the true states.
 *
 * @throws {@link ConfigurationError} for an unknown scene, robot, task or perturbation
 */
export async function runEpisode(options: EpisodeOptions): Promise<EpisodeRecord> {
  const scene = loadScene(findWorkspaceFolders(), options.scene);
  const episode = buildEpisodeSetup(scene, loadTaskCard(scene, options.task), options.seed);
  if (options.perturbation !== undefined && episode.perturbations[options.perturbation] === undefined)
    throw new ConfigurationError({
      code: 'unknown-perturbation',
      message: `task "${options.task}" has no perturbation "${options.perturbation}"`,
      fields: { task: options.task },
    });
  const graph = await startLockstepGraph(options);
  try {
    const judge = new JudgeClient(await graph.createNode('efferent_judge'));
    await graph.runUntilSettled(judge.waitUntilReady(5000), 6);
    const startS = graph.elapsedS();
    const startNs = steadyWallClock.nowNs();
    const watch = new EpisodeWatch(
      scene,
      episode,
      judge,
      options.perturbation,
      () => graph.elapsedS() - startS,
    );
    const task = graph.client.runTask(episode.instruction, {
      timeLimitS: episode.timeLimitS + cancelLimitS,
      signal: watch.timeLimit,
      ...(options.onEvent === undefined ? {} : { onEvent: options.onEvent }),
    });
    const result = await graph.runUntilSettled(task, episode.timeLimitS + 2 * cancelLimitS);
    watch.stop();
    await graph.advance(restS);
    const states = await graph.runUntilSettled(judge.entityStates(), 10);
    const verdict = judgeTask(scene, episode, states);
    return describeEpisode(episode, result, verdict, states, judge, {
      perturbation: watch.perturbation,
      isTimedOut: watch.timeLimit.aborted,
      simulatedS: graph.elapsedS() - startS,
      wallS: Number(steadyWallClock.nowNs() - startNs) / 1e9,
    });
  } finally {
    await graph.stop();
  }
}

/** Looks at the true states while an episode runs: disturbs it once, and ends it at its time limit. */
class EpisodeWatch {
  perturbation: PerturbationRecord | undefined;
  readonly #judge: JudgeClient;
  readonly #perturber: Perturber | undefined;
  readonly #elapsedS: () => number;
  readonly #limit = new AbortController();
  readonly #timer: { cancel(): void };
  #isLooking = false;

  constructor(
    scene: Scene,
    episode: Episode,
    judge: JudgeClient,
    perturbation: PerturbationName | undefined,
    elapsedS: () => number,
  ) {
    this.#judge = judge;
    this.#elapsedS = elapsedS;
    this.#perturber = perturbation === undefined ? undefined : new Perturber(scene, episode, perturbation);
    this.#timer = judge.node.createTimer(judgePeriodNs, () => {
      if (elapsedS() > episode.timeLimitS) this.#limit.abort();
      this.#look();
    });
  }

  get timeLimit(): AbortSignal {
    return this.#limit.signal;
  }

  stop(): void {
    this.#timer.cancel();
  }

  #look(): void {
    if (this.#perturber === undefined || this.#perturber.isDone || this.#isLooking) return;
    this.#isLooking = true;
    this.#disturb(this.#perturber)
      .catch((error: unknown) => this.#judge.node.logger.error('perturbation-failed', { error }))
      .finally(() => {
        this.#isLooking = false;
      });
  }

  async #disturb(perturber: Perturber): Promise<void> {
    const states = await this.#judge.entityStates();
    const action = perturber.update(states);
    if (action === undefined) return;
    const before = states.find((state) => state.id === action.objectId);
    await this.#judge.move(action.objectId, action.pose);
    this.perturbation = {
      name: action.name,
      objectId: action.objectId,
      atS: this.#elapsedS(),
      movedM: before === undefined ? Number.NaN : distance3(before.pose.translation, action.pose.translation),
      isOutOfView: action.isOutOfView,
    };
  }
}

function describeEpisode(
  episode: Episode,
  result: TaskResult,
  verdict: TaskVerdict,
  states: readonly EntityState[],
  judge: JudgeClient,
  more: Pick<EpisodeRecord, 'perturbation' | 'simulatedS' | 'wallS'> & { readonly isTimedOut: boolean },
): EpisodeRecord {
  const { isTimedOut, ...rest } = more;
  const { collisions } = judge.episode;
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
    skills: result.skills,
    replans: result.replans,
    modelCalls: result.model_calls,
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
