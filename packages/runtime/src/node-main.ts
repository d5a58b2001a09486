import { ConfigurationError, describeError, EfferentError, immediateJobRunner } from '@efferent/core';
import {
  chooseMiddleware,
  createContext,
  parseRosArguments,
  type RosContext,
  type RosNode,
} from '@efferent/ros';
import { raisePriority } from './node-priority.ts';
import { loadNodeModule } from './node-registry.ts';
import { findWorkspaceFolders } from './workspace.ts';

/**
 * Entry of a node's own process: `node-main.ts <executable> --ros-args …`.
 *
 * Exits 0 after SIGINT or SIGTERM, 2 when an argument, parameter or file is wrong, 1 after any other failure.
 */

/** Ends a process that does not stop by itself; launch sends SIGTERM after 5 s. */
const stopLimitMs = 4000;

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
  raisePriority(executable);
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

function describeWithStack(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : describeError(error);
}
