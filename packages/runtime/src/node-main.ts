import { existsSync, writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import { ConfigurationError, describeError, EfferentError, immediateJobRunner } from '@efferent/core';
import {
  chooseMiddleware,
  createContext,
  parseRosArguments,
  type RosContext,
  type RosNode,
} from '@efferent/ros';
import { loadNodeModule } from './node-registry.ts';
import { findWorkspaceFolders } from './workspace.ts';

/**
 * Entry of a node's own process: `node-main.ts <executable> --ros-args …`.
 *
 * Exits 0 after SIGINT or SIGTERM, 2 when an argument, parameter or file is wrong, 1 after any other failure.
 */

/** Ends a process that does not stop by itself; launch sends SIGTERM after 5 s. */
const stopLimitMs = 4000;

const autogroupFile = '/proc/self/autogroup';

/**
 * Scheduling priorities (nice levels) on a machine with fewer cores than processes: the command stream first, what
 * people look at last. Ignored without the permission to raise them.
 */
const niceLevels: Readonly<Record<string, number>> = {
  gate: -15,
  stop: -15,
  sim: -10,
  controllers: -5,
  policy: -5,
  bridge: 5,
};

/** Nodes whose loop must run on time whatever else the machine does, with their real-time priority (SCHED_FIFO, 1 to 99). */
const realTimePriorities: Readonly<Record<string, number>> = { gate: 20, stop: 20 };

try {
  await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${EfferentError.isInstance(error) ? error.message : describeWithStack(error)}\n`);
  process.exit(error instanceof ConfigurationError ? 2 : 1);
}

async function main(argv: readonly string[]): Promise<void> {
  const [executable, ...rest] = argv;
  if (executable === undefined)
    throw new ConfigurationError({
      code: 'missing-argument',
      message: 'which node? give its name as the first argument',
    });
  const { rosArguments } = parseRosArguments(rest);
  await raisePriority(executable);
  const module = await loadNodeModule(executable);
  const { middleware } = await chooseMiddleware(process.env.EFFERENT_MIDDLEWARE ?? 'auto', process.env);
  const context = await createContext({ middleware });
  const node = await context.createNode(module.name, { rosArguments });
  const running = await module.start(node, {
    jobs: immediateJobRunner,
    workspaceFolders: findWorkspaceFolders(),
  });
  stopOnSignals(context, node, running.stop.bind(running));
  node.logger.info('node-ready');
}

function stopOnSignals(context: RosContext, node: RosNode, stopNode: () => Promise<void>): void {
  let isStopping = false;
  const stop = async (signal: string) => {
    if (isStopping) return;
    isStopping = true;
    node.logger.info('node-stopping', { signal });
    setTimeout(() => {
      process.stderr.write(`${node.name} did not stop within ${stopLimitMs} ms\n`);
      process.exit(1);
    }, stopLimitMs).unref();
    try {
      await stopNode();
      await context.shutdown();
    } catch (error) {
      process.stderr.write(`${node.name} did not stop cleanly: ${describeWithStack(error)}\n`);
      process.exit(1);
    }
    process.exit(0);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stop(signal));
}

async function raisePriority(executable: string): Promise<void> {
  const realTime = realTimePriorities[executable];
  // Node has no call for it; `chrt` is part of util-linux. All threads, since the main one waits for V8's helpers when it
  // collects garbage: at a lower priority they made that 30 ms. Threads that are started later take it over.
  if (realTime !== undefined) {
    const { spawnSync } = await import('node:child_process');
    const pid = String(process.pid);
    if (
      spawnSync('chrt', ['--all-tasks', '--fifo', '--pid', String(realTime), pid], { stdio: 'ignore' })
        .status === 0
    )
      return;
  }
  const level = niceLevels[executable];
  if (level === undefined) return;
  try {
    setPriority(level);
    // The launcher gives each node a session, and Linux weighs sessions against each other by this file alone.
    // @see man 7 sched, "The autogroup feature"
    if (existsSync(autogroupFile)) writeFileSync(autogroupFile, String(level));
  } catch (error) {
    // Only root (or CAP_SYS_NICE) may lower the nice level; the node runs at the normal one then.
    if (level > 0) throw error;
  }
}

function describeWithStack(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : describeError(error);
}
