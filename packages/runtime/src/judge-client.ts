import { MiddlewareError, Transform } from '@efferent/core';
import { type Client, qosProfiles, type RosNode } from '@efferent/ros';
import {
  type EntityState,
  type EpisodeReport,
  entityStatesFromReport,
  parseEpisodeReport,
  type Scene,
} from '@efferent/sim';

const callTimeoutMs = 10_000;
/** simulation_interfaces/msg/Result RESULT_OK. */
const resultOk = 1;

/**
 * The judge's side of a simulation: the only code outside of `sim` that uses names under `/sim`.
 *
 * It has a ROS node of its own, never one that talks to the agent.
 */
export class JudgeClient {
  readonly node: RosNode;
  readonly #scene: Scene;
  readonly #states: Client<'simulation_interfaces/srv/GetEntitiesStates'>;
  readonly #setState: Client<'simulation_interfaces/srv/SetEntityState'>;
  #report: EpisodeReport | undefined;
  readonly #waiters: ((report: EpisodeReport) => void)[] = [];

  constructor(node: RosNode, scene: Scene) {
    this.node = node;
    this.#scene = scene;
    this.#states = node.createClient(
      'simulation_interfaces/srv/GetEntitiesStates',
      '/sim/get_entities_states',
    );
    this.#setState = node.createClient('simulation_interfaces/srv/SetEntityState', '/sim/set_entity_state');
    node.createSubscription(
      'std_msgs/msg/String',
      '/sim/episode',
      { qos: qosProfiles.latched },
      ({ data }) => {
        const report = parseEpisodeReport(data);
        this.#report = report;
        for (const resolve of this.#waiters.splice(0)) resolve(report);
      },
    );
  }

  waitUntilReady(timeoutMs: number): Promise<boolean> {
    return this.#states.waitForService(timeoutMs);
  }

  /** Returns what has happened in the episode; waits for the first report after a start. */
  async report(): Promise<EpisodeReport> {
    return this.#report ?? new Promise((resolve) => this.#waiters.push(resolve));
  }

  /** Returns the true states of everything that moves. */
  async entityStates(): Promise<readonly EntityState[]> {
    const report = await this.report();
    const { entities, states } = await this.#states.sendRequestAsync({}, { timeoutMs: callTimeoutMs });
    const poses = states.map(({ pose, twist }, i) => ({
      id: entities[i] as string,
      pose: new Transform(
        [pose.position.x, pose.position.y, pose.position.z],
        [pose.orientation.x, pose.orientation.y, pose.orientation.z, pose.orientation.w],
      ),
      linearMps: [twist.linear.x, twist.linear.y, twist.linear.z] as const,
      angularRadS: [twist.angular.x, twist.angular.y, twist.angular.z] as const,
    }));
    return entityStatesFromReport(this.#scene, poses, report);
  }

  /** Puts a thing somewhere else, at rest. @throws {@link MiddlewareError} code `refused` */
  async move(id: string, mapFromEntity: Transform): Promise<void> {
    const [x, y, z] = mapFromEntity.translation;
    const [qx, qy, qz, qw] = mapFromEntity.rotation;
    const { result } = await this.#setState.sendRequestAsync(
      {
        entity: id,
        state: {
          header: { frame_id: 'map' },
          pose: { position: { x, y, z }, orientation: { x: qx, y: qy, z: qz, w: qw } },
        },
      },
      { timeoutMs: callTimeoutMs },
    );
    if (result.result !== resultOk)
      throw new MiddlewareError({
        code: 'refused',
        message: `the simulator did not move ${id}: ${result.error_message}`,
      });
  }
}
