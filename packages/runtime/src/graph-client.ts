import { createContext } from '@efferent/ros';
import { selectMiddleware } from './system.ts';
import { TaskClient } from './task-client.ts';

export interface JoinedGraph {
  readonly client: TaskClient;
  /** e.g. `cyclonedds, domain 0`. */
  readonly description: string;
  close(): Promise<void>;
}

/**
 * Joins a graph that runs already, as one more ROS node.
 *
 * @throws {@link ConfigurationError} when the middleware cannot be used; `inproc` has no graph to join
 */
export async function joinGraph(options: {
  readonly middleware: string;
  readonly robot: string;
}): Promise<JoinedGraph> {
  const { middleware, reason } = await selectMiddleware(options.middleware);
  const context = await createContext({ middleware, logSink: () => undefined });
  const node = await context.createNode(`efferent_client_${process.pid}`);
  return {
    client: new TaskClient(node, options.robot),
    description: `${middleware} · ${reason}`,
    close: () => context.shutdown(),
  };
}
