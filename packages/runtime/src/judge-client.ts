import { MiddlewareError, Transform } from '@efferent/core';
import type { MessageTypes } from '@efferent/interfaces';
import { type Client, qosProfiles, type RosNode } from '@efferent/ros';

type Pose = MessageTypes['geometry_msgs/msg/Pose'];

/** The true state of one thing in the simulation. */
export interface EntityRecord {
  readonly id: string;
  readonly pose: Transform;
}

const callTimeoutMs = 10_000;
/** simulation_interfaces/msg/Result RESULT_OK. */
const resultOk = 1;

/**
 * The judge's side of a simulation: the only code outside of `sim` that uses names under `/sim`.
 *
 * It never shares a node with a client of the agent.
 */
export class JudgeClient {
  readonly node: RosNode;
  readonly #states: Client<'simulation_interfaces/srv/GetEntitiesStates'>;
  readonly #setState: Client<'simulation_interfaces/srv/SetEntityState'>;
  #episode: Readonly<Record<string, unknown>> = {};

  constructor(node: RosNode) {
    this.node = node;
    this.#states = node.createClient('simulation_interfaces/srv/GetEntitiesStates', '/sim/get_entity_states');
    this.#setState = node.createClient('simulation_interfaces/srv/SetEntityState', '/sim/set_entity_state');
    node.createSubscription(
      'std_msgs/msg/String',
      '/sim/episode',
      { qos: qosProfiles.latched },
      (message) => {
        this.#episode = JSON.parse(message.data) as Readonly<Record<string, unknown>>;
      },
    );
  }

  /** Newest content of `/sim/episode`. */
  get episode(): Readonly<Record<string, unknown>> {
    return this.#episode;
  }

  waitUntilReady(timeoutMs: number): Promise<boolean> {
    return this.#states.waitForService(timeoutMs);
  }

  /** Returns the true states of everything that moves. */
  async entities(): Promise<readonly EntityRecord[]> {
    const { entities, states } = await this.#states.sendRequestAsync({}, { timeoutMs: callTimeoutMs });
    return entities.map((id, i) => ({ id, pose: transformOf((states[i] as (typeof states)[number]).pose) }));
  }

  /** Puts a thing somewhere else, at rest. @throws {@link MiddlewareError} code `refused` */
  async move(id: string, mapFromEntity: Transform): Promise<void> {
    const { translation, rotation } = mapFromEntity;
    const { result } = await this.#setState.sendRequestAsync(
      {
        entity: id,
        state: {
          header: { frame_id: 'map' },
          pose: {
            position: { x: translation[0], y: translation[1], z: translation[2] },
            orientation: { x: rotation[0], y: rotation[1], z: rotation[2], w: rotation[3] },
          },
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

function transformOf(pose: Pose): Transform {
  const { position: p, orientation: q } = pose;
  return new Transform([p.x, p.y, p.z], [q.x, q.y, q.z, q.w]);
}
