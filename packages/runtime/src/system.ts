import { ConfigurationError } from '@efferent/core';
import type { LaunchEvent, LaunchPlan, OutputTarget } from '@efferent/launcher';
import { chooseMiddleware, type RosContext } from '@efferent/ros';
import { startInproc } from './inproc-system.ts';
import { planFile } from './launch-files.ts';
import { startProcesses } from './process-system.ts';
import { TaskClient } from './task-client.ts';

export type MiddlewareName = RosContext['middleware'];

export interface SystemOptions {
  /** Path of a launch XML file. */
  readonly launchFile: string;
  /** Values of the launch file's arguments. */
  readonly arguments: Readonly<Record<string, string>>;
  /** From {@link selectMiddleware}. */
  readonly middleware: MiddlewareName;
  /** Namespace of the robot that the client talks to. */
  readonly robot: string;
  readonly observer: SystemObserver;
  readonly signal?: AbortSignal;
}

export interface SystemObserver {
  /** A node answers; `total` nodes are expected. */
  onNodeReady?(node: string, ready: number, total: number): void;
  /** A process ended without being asked to, or could not be started; its supervisor decides what follows. */
  onNodeDown?(node: string, reason: string): void;
  onNodeRespawn?(node: string): void;
  /** A line that a node wrote, and where its launch file wants it. */
  onOutput?(node: string, stream: 'stdout' | 'stderr', line: string, target: OutputTarget): void;
  /** What the launcher does: processes that start and end, texts of `<log>`, shutdowns. */
  onLaunchEvent?(event: LaunchEvent): void;
}

export interface System {
  readonly middleware: MiddlewareName;
  readonly nodeNames: readonly string[];
  readonly context: RosContext;
  readonly client: TaskClient;
  /** Process id of the process that runs an executable, e.g. `policy`; undefined with `inproc`. */
  pid(executable: string): number | undefined;
  /** Resolves when the system has ended, by {@link stop} or because a required process did. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

/** What the two ways of running nodes have in common. */
export interface RunningNodes {
  /** Joins the graph of the nodes; the same context each time. */
  context(): Promise<RosContext>;
  readonly nodeNames: readonly string[];
  pid(node: string): number | undefined;
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts what a launch file names and waits until every node is ready: as processes over DDS, or in this process with
 * the `inproc` middleware.
 *
 * @throws {@link ConfigurationError} for a wrong launch file, argument or parameter, before or after nodes started;
 *   whatever was started is stopped then
 */
export async function startSystem(options: SystemOptions): Promise<System> {
  const plan = planFile(options.launchFile, options.arguments);
  const { middleware } = options;
  const running = await startLaunch(plan, middleware, options.observer, options.signal);
  const context = await running.context();
  const node = await context.createNode('efferent_client');
  return {
    middleware,
    nodeNames: running.nodeNames,
    context,
    client: new TaskClient(node, options.robot),
    pid: (executable) => {
      const process = plan.processes.find((each) => each.node?.executable === executable);
      return process === undefined ? undefined : running.pid(process.name);
    },
    ended: running.ended,
    stop: () => running.stop(),
  };
}

/**
 * Starts a plan and waits until every node of efferent in it is ready; what else it starts is not waited for.
 *
 * @param signal - its abort stops everything
 */
export function startLaunch(
  plan: LaunchPlan,
  middleware: MiddlewareName,
  observer: SystemObserver,
  signal: AbortSignal | undefined,
): Promise<RunningNodes> {
  return middleware === 'inproc'
    ? startInproc(plan, observer)
    : startProcesses(plan, middleware, observer, signal);
}

/**
 * Says which middleware to take, and why in one line.
 *
 * @param wanted - a name, or `auto` for the first that is ready
 * @throws {@link ConfigurationError} when the named one cannot be used
 */
export async function selectMiddleware(
  wanted: string,
): Promise<{ readonly middleware: MiddlewareName; readonly reason: string }> {
  const { middleware, reason } = await chooseMiddleware(wanted, process.env);
  if (middleware === 'inproc') return { middleware, reason: `all nodes in this process (${reason})` };
  if (discoveryRange() === 'OFF')
    throw new ConfigurationError({
      code: 'discovery-off',
      message:
        'ROS_AUTOMATIC_DISCOVERY_RANGE is OFF, so that no process can find another; set it to LOCALHOST, or add --middleware inproc',
      fields: { variable: 'ROS_AUTOMATIC_DISCOVERY_RANGE' },
    });
  const by =
    middleware === 'rclnodejs' ? (process.env.RMW_IMPLEMENTATION ?? "ROS 2's default RMW") : describeRange();
  return { middleware, reason: `domain ${process.env.ROS_DOMAIN_ID ?? '0'}, ${by} (${reason})` };
}

const discoveryRange = () => process.env.ROS_AUTOMATIC_DISCOVERY_RANGE?.toUpperCase();

/** Says how far discovery reaches; `ROS_AUTOMATIC_DISCOVERY_RANGE` widens it beyond this machine. */
function describeRange(): string {
  switch (discoveryRange()) {
    case 'SUBNET':
      return 'the whole subnet';
    case 'SYSTEM_DEFAULT':
      return 'as Cyclone DDS is configured';
    case 'LOCALHOST':
      return 'this machine only';
    default:
      return process.env.CYCLONEDDS_URI ? 'as CYCLONEDDS_URI says' : 'this machine only';
  }
}
