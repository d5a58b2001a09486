import { MiddlewareError, type Transform } from '@efferent/core';
import { type Client, qosProfiles, type RosNode } from '@efferent/ros';
import { type EntityState, entityStatesFromRos } from '@efferent/sim';

/** Newest content of `/sim/episode`. */
export interface EpisodeStatus {
  readonly collisions: readonly { readonly link: string; readonly with: string; readonly kind: string }[];
}

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
  readonly #states: Client<'simulation_interfaces/srv/GetEntitiesStates'>;
  readonly #setState: Client<'simulation_interfaces/srv/SetEntityState'>;
  #episodeJson = '{}';

  constructor(node: RosNode) {
    this.node = node;
    this.#states = node.createClient('simulation_interfaces/srv/GetEntitiesStates', '/sim/get_entity_states');
    this.#setState = node.createClient('simulation_interfaces/srv/SetEntityState', '/sim/set_entity_state');
    node.createSubscription(
      'std_msgs/msg/String',
      '/sim/episode',
      { qos: qosProfiles.latched },
      (message) => {
        this.#episodeJson = message.data;
      },
    );
  }

  waitUntilReady(timeoutMs: number): Promise<boolean> {
    return this.#states.waitForService(timeoutMs);
  }

  get episode(): EpisodeStatus {
    return { collisions: [], ...(JSON.parse(this.#episodeJson) as Partial<EpisodeStatus>) };
  }

  /** Returns the true states of everything that moves. */
  async entityStates(): Promise<readonly EntityState[]> {
    const { entities, states } = await this.#states.sendRequestAsync({}, { timeoutMs: callTimeoutMs });
    return entityStatesFromRos(entities, states, this.#episodeJson);
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
