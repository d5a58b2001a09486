import { ConfigurationError } from '@efferent/core';
import type { RosNode } from '@efferent/ros';
import { type DriverFault, driverFaults } from './stretch-driver.ts';

/** What the node was started with. */
export interface SimParameters {
  readonly scene: string;
  readonly robot: string;
  readonly otherRobots: string;
  readonly seed: number;
  readonly task: string;
  readonly perturb: string;
  realTimeFactor(): number;
  readonly framePrefix: string;
  readonly faults: ReadonlySet<DriverFault>;
}

/** @throws {@link ConfigurationError} code `invalid-parameter` */
export function declareParameters(node: RosNode): SimParameters {
  const text = (name: string, value: string, description: string) =>
    node.declareParameter(name, value, { description, readOnly: true });
  const faults = node.declareParameter<readonly string[]>('faults', [], {
    description: `faults of the real driver: ${driverFaults.join(', ')}`,
    readOnly: true,
  });
  const wrong = faults.find((fault) => !(driverFaults as readonly string[]).includes(fault));
  if (wrong !== undefined) {
    throw new ConfigurationError({
      code: 'invalid-parameter',
      message: `sim: parameter "faults" has "${wrong}"; known: ${driverFaults.join(', ')}`,
      fields: { parameter: 'faults', value: wrong },
    });
  }
  return {
    scene: text('scene', 'kitchen', 'folder below sim-scenes/'),
    robot: text('robot', 'stretch', 'folder below robots/'),
    otherRobots: text('other_robots', '', 'folders below robots/ of further robots, separated by commas'),
    seed: node.declareParameter('seed', 1, {
      description: 'decides object poses and every noise',
      integer: true,
      readOnly: true,
    }),
    task: text('task', '', 'task card of the scene that places the objects; empty takes the scene as it is'),
    perturb: text('perturb', '', 'perturbation of the task card that happens once, e.g. move-object'),
    realTimeFactor: realTimeFactor(node),
    framePrefix: text('frame_prefix', '', 'before odom and the frames of the robot'),
    faults: new Set(faults as readonly DriverFault[]),
  };
}

function realTimeFactor(node: RosNode): () => number {
  const name = 'real_time_factor';
  node.declareParameter(name, 1, { description: 'simulated seconds per second', range: [0.01, 100] });
  return () => node.getParameter(name) as number;
}
