import { nsToSeconds, type Transform } from '@efferent/core';
import type { ActionTypes, MessageTypes } from '@efferent/interfaces';
import { qosProfiles, type RosNode, stampToNs, TransformListener } from '@efferent/ros';
import type { TargetBelief } from './pick-run.ts';
import type { PolicyManifest } from './policy-manifest.ts';
import type { PolicyRun } from './policy-run-node.ts';
import { extentAlongAxes, sightingsFromDetections } from './sightings.ts';

type RunPolicyGoal = ActionTypes['efferent_interfaces/action/RunPolicy']['Goal'];
type JointState = MessageTypes['sensor_msgs/msg/JointState'];
type GateStatus = MessageTypes['efferent_interfaces/msg/GateStatus'];

/** What runs of policies are told: joints, the gate, transforms, and what the camera sees. */
export class RunInputs {
  readonly jointIndex = new Map<string, number>();
  jointState: JointState | undefined;
  gate: GateStatus | undefined;
  readonly #node: RosNode;
  readonly #transforms: TransformListener;

  constructor(node: RosNode) {
    this.#node = node;
    this.#transforms = new TransformListener(node);
  }

  /** @param running - returns the run that goes on now, to be told what is seen */
  listen(running: () => PolicyRun | undefined): void {
    const node = this.#node;
    node.createSubscription('sensor_msgs/msg/JointState', 'joint_states', {}, (message) => {
      if (message.name.length !== this.jointIndex.size) {
        this.jointIndex.clear();
        for (const [index, name] of message.name.entries()) this.jointIndex.set(name, index);
      }
      this.jointState = message;
    });
    node.createSubscription(
      'efferent_interfaces/msg/GateStatus',
      'gate/status',
      { qos: qosProfiles.latched },
      (message) => {
        this.gate = message;
      },
    );
    node.createSubscription(
      'vision_msgs/msg/Detection3DArray',
      'detections',
      { qos: qosProfiles.sensorData },
      (message) => this.#see(message, running),
    );
  }

  /** Whether the gate forwards nothing of the agent's now. */
  get isHeld(): boolean {
    const { gate } = this;
    return gate !== undefined && (gate.stopped || gate.agent_paused || gate.source === 'human');
  }

  /** What the goal says of the target, in the odometry frame. */
  targetOf(goal: RunPolicyGoal, manifest: PolicyManifest): Omit<TargetBelief, 'className'> | undefined {
    const frame = goal.object_pose.header.frame_id;
    const odometryFromGiven = this.#transforms.lookup(manifest.frames.odometry, frame);
    const toolFromGiven = this.#transforms.lookup(manifest.frames.tool, frame);
    if (odometryFromGiven === undefined || toolFromGiven === undefined) return undefined;
    const { position, orientation } = goal.object_pose.pose;
    const { x, y, z } = goal.object_size;
    const lowest = odometryFromGiven.apply([position.x, position.y, goal.support_height + z / 2]);
    return {
      positionM: odometryFromGiven.apply([position.x, position.y, position.z]),
      sizeM: extentAlongAxes(
        [x, y, z],
        [orientation.x, orientation.y, orientation.z, orientation.w],
        toolFromGiven.rotation,
      ),
      minHeightM: lowest[2],
    };
  }

  bodyPoses(manifest: PolicyManifest): { odometryFromBase: Transform; baseFromTool: Transform } | undefined {
    const odometryFromBase = this.#transforms.lookup(manifest.frames.odometry, manifest.frames.base);
    const baseFromTool = this.#transforms.lookup(manifest.frames.base, manifest.frames.tool);
    return odometryFromBase && baseFromTool && { odometryFromBase, baseFromTool };
  }

  #see(
    message: MessageTypes['vision_msgs/msg/Detection3DArray'],
    running: () => PolicyRun | undefined,
  ): void {
    const run = running();
    if (run === undefined) return;
    const { tool, odometry } = run.manifest.frames;
    const stampNs = stampToNs(message.header.stamp);
    const camera = message.header.frame_id;
    const pairs = [
      [odometry, camera],
      [tool, camera],
    ] as const;
    this.#transforms.whenKnown(pairs, stampNs, () => {
      const odometryFromCamera = this.#transforms.lookup(odometry, camera, stampNs);
      const toolFromCamera = this.#transforms.lookup(tool, camera, stampNs);
      if (odometryFromCamera === undefined || toolFromCamera === undefined || run !== running()) return;
      run.see(sightingsFromDetections(message, odometryFromCamera, toolFromCamera), nsToSeconds(stampNs));
    });
  }
}
