import { ConfigurationError, immediateJobRunner, type JobRunner } from '@efferent/core';
import { type LaunchPlan, type ProcessPlan, writeParameterFiles } from '@efferent/launcher';
import {
  createInprocContext,
  formatLogRecord,
  type NodeModule,
  parseRosArguments,
  type RosArguments,
  type RosContext,
  type RunningNode,
} from '@efferent/ros';
import { InprocThread } from './inproc-thread.ts';
import { isTimeCritical } from './node-priority.ts';
import { loadNodeModule } from './node-registry.ts';
import type { RunningNodes, SystemObserver } from './system.ts';
import { findWorkspaceFolders } from './workspace.ts';

/** How messages call it. */
const where = 'with the middleware inproc';

/**
 * Loads the nodes that a launch file names into this process and connects them without sockets. The time-critical ones
 * share a thread of their own, all others this one.
 *
 * @throws {@link ConfigurationError} code `inproc-foreign-process` when the file starts something that is not a node of
 *   efferent: without DDS it could not talk to the others
 */
export async function startInproc(plan: LaunchPlan, observer: SystemObserver): Promise<RunningNodes> {
  refuseTimers(plan, where);
  for (const { text } of plan.messages) observer.onLaunchEvent?.({ kind: 'message', text });
  const removeFiles = writeParameterFiles(plan);
  const context = createInprocContext({
    logSink: (record) => observer.onOutput?.(record.node, 'stderr', formatLogRecord(record), 'both'),
  });
  const running: RunningNode[] = [];
  const thread = new InprocThread(context, (node, line) => observer.onOutput?.(node, 'stderr', line, 'both'));
  const stopAll = async () => {
    const problems: unknown[] = [];
    const attempt = (work: Promise<void>) => work.catch((error: unknown) => void problems.push(error));
    for (const each of running.splice(0).reverse()) await attempt(each.stop());
    await attempt(thread.end());
    await attempt(context.shutdown());
    removeFiles();
    if (problems.length > 0) throw problems[0];
  };
  try {
    for (const process of plan.processes) {
      const { executable, words } = nodeOf(process, where);
      running.push(
        isTimeCritical(executable)
          ? await thread.start(process.name, executable, words)
          : await startNode(await loadNode(executable, words), context, immediateJobRunner),
      );
      observer.onNodeReady?.(process.name, running.length, plan.processes.length);
    }
  } catch (error) {
    await stopAll();
    throw error;
  }
  const ended = Promise.withResolvers<void>();
  return {
    context: async () => context,
    nodeNames: plan.processes.map((process) => process.name),
    pid: () => undefined,
    ended: ended.promise,
    stop: async () => {
      await stopAll();
      ended.resolve();
    },
  };
}

/**
 * Nodes in one process start together and end together.
 *
 * @param where - how messages call it
 * @throws {@link ConfigurationError} code `inproc-timer`
 */
export function refuseTimers({ processes, messages, shutdowns }: LaunchPlan, where: string): void {
  const isTimed = [...processes, ...messages].some(({ waits }) => waits.length > 0);
  if (!isTimed && shutdowns.length === 0) return;
  const at = processes.find(({ waits }) => waits.length > 0);
  throw new ConfigurationError({
    code: 'inproc-timer',
    message: `${at === undefined ? '' : `${at.file}:${at.line}: "${at.name}": `}${where} a launch file can have no <timer>, <ros_timer> or <shutdown>`,
  });
}

/** A node of a launch file whose code is loaded. */
export interface LoadedNode {
  readonly module: NodeModule;
  readonly rosArguments: RosArguments;
}

/**
 * Returns which node of efferent a process of a launch file is.
 *
 * @param where - how messages call it
 * @throws {@link ConfigurationError} code `inproc-foreign-process`
 */
export function nodeOf(
  process: ProcessPlan,
  where: string,
): {
  readonly executable: string;
  readonly words: readonly string[];
} {
  if (process.node?.packageName !== 'efferent_bringup')
    throw new ConfigurationError({
      code: 'inproc-foreign-process',
      message: `${process.file}:${process.line}: "${process.name}" is not a node of efferent_bringup; ${where} only those can run`,
      fields: { file: process.file, line: process.line },
    });
  return { executable: process.node.executable, words: process.node.arguments };
}

/** Loads the code of a node. @param words - its arguments, with `--ros-args` */
export async function loadNode(executable: string, words: readonly string[]): Promise<LoadedNode> {
  const module = await loadNodeModule(executable);
  return { module, rosArguments: parseRosArguments(words).rosArguments };
}

/** Creates the ROS node of a loaded node and starts it. */
export async function startNode(
  loaded: LoadedNode,
  context: RosContext,
  jobs: JobRunner,
): Promise<RunningNode> {
  const node = await context.createNode(loaded.module.name, { rosArguments: loaded.rosArguments });
  return loaded.module.start(node, { jobs, workspaceFolders: findWorkspaceFolders() });
}
