import { join } from 'node:path';
import { MiddlewareError, secondsToNs } from '@efferent/core';
import { type LaunchPlan, writeParameterFiles } from '@efferent/launcher';
import { createLockstep, formatLogRecord, type RosNode, type RunningNode } from '@efferent/ros';
import { loadNode, nodeOf, refuseTimers, startNode } from './inproc-system.ts';
import { planFile } from './launch-files.ts';
import { TaskClient } from './task-client.ts';
import { repositoryFolder } from './workspace.ts';

export interface LockstepGraphOptions {
  /** Says which nodes there are; it declares `scene`, `robot` and `seed`. The product's own without it. */
  readonly launchFile?: string;
  readonly scene: string;
  readonly robot: string;
  /** A second robot that helps; the launch file for two is taken then. */
  readonly otherRobot?: string;
  readonly seed: number;
  /** Language model of the agent. */
  readonly model?: string;
  /** Arguments of the launch file that say more about it, e.g. `model_replay`. */
  readonly modelArguments?: Readonly<Record<string, string>>;
  /** Arguments of the launch file that only a file of its own declares, e.g. `forearm`. */
  readonly launchArguments?: Readonly<Record<string, string>>;
  /** Parameters of the agent that the launch file does not name, as written after `-p`, e.g. `noise_seed:=3`. */
  readonly agentParameters?: readonly string[];
  readonly planner?: string;
  /** Parts of the planner to leave out, separated by commas. */
  readonly without?: string;
  /** Which backend serves which skill; the robot's own file without it. */
  readonly skillsFile?: string;
  /** Task card that places the objects; without it the scene's own layout. */
  readonly task?: string;
  /** What disturbs the task once; named by its card. */
  readonly perturbation?: string;
  /** Gets what nodes log. */
  readonly onLog?: (line: string) => void;
}

/** The nodes of a launch file in this process, on a virtual clock. */
export interface LockstepGraph {
  readonly client: TaskClient;
  /** Virtual time since the start, s. */
  elapsedS(): number;
  createNode(name: string): Promise<RosNode>;
  /** Lets virtual time pass until `promise` settles. @throws {@link MiddlewareError} code `lockstep-timeout` */
  runUntilSettled<T>(promise: Promise<T>, limitS: number): Promise<T>;
  /** Does wall-clock work while virtual time stands still. */
  hold(work: () => Promise<unknown>): Promise<void>;
  /** Lets virtual time pass. */
  advance(durationS: number): Promise<void>;
  stop(): Promise<void>;
}

/** How messages call it. */
const where = 'in lockstep';
/** How long the nodes may take to find each other, virtual s. */
const readyLimitS = 30;

/**
 * Starts the nodes of a launch file, without the viewer, in lockstep.
 *
 * Two runs with equal options are equal bit for bit on one machine.
 *
 * @throws {@link ConfigurationError} when the file starts what cannot run in lockstep, or does not declare an argument that
 *   is needed
 */
export async function startLockstepGraph(options: LockstepGraphOptions): Promise<LockstepGraph> {
  const plan = planLockstep(options);
  for (const { text } of plan.messages) options.onLog?.(text);
  const lockstep = createLockstep({
    seed: options.seed,
    logSink: (record) => options.onLog?.(formatLogRecord(record)),
  });
  const startNs = lockstep.clock.nowNs();
  const running: RunningNode[] = [];

  const runUntilSettled = async <T>(promise: Promise<T>, limitS: number): Promise<T> => {
    let isSettled = false;
    const settle = () => {
      isSettled = true;
    };
    promise.then(settle, settle);
    const limitNs = lockstep.clock.nowNs() + secondsToNs(limitS);
    if (!(await lockstep.runUntil(() => isSettled, limitNs)))
      throw new MiddlewareError({
        code: 'lockstep-timeout',
        message: `nothing came of it within ${limitS} s of virtual time`,
      });
    return promise;
  };

  const createNode = (name: string) => runUntilSettled(lockstep.context.createNode(name), readyLimitS);

  const stop = async () => {
    for (const each of running.splice(0).reverse()) await runUntilSettled(each.stop(), 10);
    await lockstep.shutdown();
  };

  try {
    // Code is loaded before virtual time exists; what a node awaits in its start runs as a job.
    const removeFiles = writeParameterFiles(plan);
    const nodes = await Promise.all(
      plan.processes.map((process) => {
        const { executable, words } = nodeOf(process, where);
        const own = executable === 'agent' ? (options.agentParameters ?? []) : [];
        return loadNode(executable, [...words, ...own.flatMap((rule) => ['--ros-args', '-p', rule])]);
      }),
    ).finally(removeFiles);
    for (const node of nodes)
      running.push(await runUntilSettled(startNode(node, lockstep.context, lockstep.jobs), readyLimitS));
    const client = new TaskClient(await createNode('efferent_client'), options.robot);
    if (!(await runUntilSettled(client.waitUntilReady(readyLimitS * 1000), readyLimitS + 1)))
      throw new MiddlewareError({
        code: 'not-ready',
        message: `the agent and the skills of ${options.robot} did not answer within ${readyLimitS} s of virtual time`,
      });
    return {
      client,
      elapsedS: () => Number(lockstep.clock.nowNs() - startNs) / 1e9,
      createNode,
      runUntilSettled,
      hold: async (work) => {
        await runUntilSettled(lockstep.jobs.run({ name: 'hold', modelledLatencyMs: 0 }, work), 1);
      },
      advance: (durationS) => lockstep.advanceTo(lockstep.clock.nowNs() + secondsToNs(durationS)),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The product's launch file for one robot, or for two. */
export const launchFileFor = (otherRobot: string | undefined): string =>
  otherRobot === undefined ? 'kitchen.launch.xml' : 'two-robots.launch.xml';

/** The agent's model where nobody asked for one. */
const usualModel = 'reasoner';

function planLockstep(options: LockstepGraphOptions): LaunchPlan {
  const { scene, robot, seed, model = usualModel } = options;
  const asked = {
    model: model === usualModel ? undefined : model,
    ...options.modelArguments,
    ...options.launchArguments,
    task: options.task,
    perturb: options.perturbation,
    planner: options.planner,
    without: options.without,
    skills_file: options.skillsFile,
    other_robot: options.otherRobot,
  };
  const given = Object.entries(asked).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const plan = planFile(
    options.launchFile ?? join(repositoryFolder, 'launch', launchFileFor(options.otherRobot)),
    { scene, robot, seed: String(seed), ...Object.fromEntries(given) },
    // No page to serve, nothing of earlier runs, and a word for the file's own conditions.
    { preset: { model, viewer: 'false', memory: '', lockstep: 'true' } },
  );
  refuseTimers(plan, where);
  return plan;
}
