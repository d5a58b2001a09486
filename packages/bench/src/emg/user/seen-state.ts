import type { Transform } from '@efferent/core';
import type { MessageTypes } from '@efferent/interfaces';
import { qosProfiles, type RosNode, TransformListener } from '@efferent/ros';
import { DrawnThings } from './drawn-things.ts';

type Message<T extends keyof MessageTypes> = MessageTypes[T];

/** What a person who drives by hand looks at on the page. */
export interface Screen {
  readonly joints: ReadonlyMap<string, number>;
  readonly drawn: DrawnThings;
  readonly status: Message<'efferent_interfaces/msg/GestureControlStatus'> | undefined;
  /** Where a frame of the robot is drawn, in `map`; undefined while it is not known. */
  frame(name: string): Transform | undefined;
}

/**
 * What the viewer shows of a robot, the agent and the gestures: the topics that its page subscribes to, and no others. The
 * simulated user sees this and nothing else.
 */
export class SeenState implements Screen {
  readonly joints = new Map<string, number>();
  /** The room as the page draws it in 3D: furniture, doors, things, people. */
  readonly drawn = new DrawnThings();
  status: Message<'efferent_interfaces/msg/GestureControlStatus'> | undefined;
  gate: Message<'efferent_interfaces/msg/GateStatus'> | undefined;
  plan: Message<'efferent_interfaces/msg/Plan'> | undefined;
  belief: Message<'efferent_interfaces/msg/Belief'> | undefined;
  question: Message<'efferent_interfaces/msg/Question'> | undefined;
  readonly #transforms: TransformListener;

  /** @param robot - namespace with its slash, e.g. `/stretch` */
  constructor(node: RosNode, robot: string) {
    this.#transforms = new TransformListener(node);
    const { latched, default: usual } = qosProfiles;
    node.createSubscription(
      'efferent_interfaces/msg/GestureControlStatus',
      `${robot}/gesture_control/status`,
      { qos: usual },
      (message) => {
        this.status = message;
      },
    );
    node.createSubscription(
      'efferent_interfaces/msg/GateStatus',
      `${robot}/gate/status`,
      { qos: latched },
      (message) => {
        this.gate = message;
      },
    );
    node.createSubscription('efferent_interfaces/msg/Plan', '/agent/plan', { qos: latched }, (message) => {
      this.plan = message;
    });
    node.createSubscription(
      'efferent_interfaces/msg/Belief',
      '/agent/belief',
      { qos: latched },
      (message) => {
        this.belief = message;
      },
    );
    node.createSubscription(
      'efferent_interfaces/msg/Question',
      '/agent/question',
      { qos: latched },
      (message) => {
        this.question = message;
      },
    );
    node.createSubscription(
      'visualization_msgs/msg/MarkerArray',
      '/scene/markers',
      { qos: usual },
      ({ markers }) => this.drawn.apply(markers),
    );
    node.createSubscription(
      'sensor_msgs/msg/JointState',
      `${robot}/joint_states`,
      { qos: qosProfiles.sensorData },
      ({ name, position }) => {
        for (const [i, joint] of name.entries()) this.joints.set(joint, position[i] ?? Number.NaN);
      },
    );
  }

  /** Where a frame of the robot is drawn, in `map`; undefined while it is not known. */
  frame(name: string) {
    return this.#transforms.lookup('map', name);
  }
}
