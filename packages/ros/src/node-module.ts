import type { JobRunner } from '@efferent/core';
import type { RosNode } from './port.ts';

/** What a node gets beside its ROS node. */
export interface NodeServices {
  /** Every asynchronous work that is not a ROS call runs through here. */
  readonly jobs: JobRunner;
  /** Folders searched in order for `robots/`, `sim-scenes/`, `policies/`; the repository and a user's own. */
  readonly workspaceFolders: readonly string[];
}

/**
 * A node that can run as a process of its own or in one process with others.
 *
 * `start` declares parameters, creates endpoints and returns once the node is ready. It must not block on other nodes.
 */
export interface NodeModule {
  /** Node name when no remap gives one, e.g. `gate`; also the executable's name in launch files. */
  readonly name: string;
  start(node: RosNode, services: NodeServices): Promise<RunningNode>;
}

export interface RunningNode {
  /** Stops all work of the node and leaves the robot stopped; the runtime then destroys the ROS node. */
  stop(): Promise<void>;
}
