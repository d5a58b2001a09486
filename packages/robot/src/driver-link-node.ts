import { describeError } from '@efferent/core';
import { type NodeScope, qosProfiles } from '@efferent/ros';
import type { CommandGate } from './command-gate.ts';
import { DriverModeKeeper } from './driver-mode.ts';
import { DriverPoseCodec } from './driver-pose.ts';

const serviceTimeoutMs = 3000;
/** Whole messages need not be completed when they are sent. */
const plainLayout = { dim: [], data_offset: 0 };

/** The driver's side of the gate: takes its output. */
export interface DriverLink {
  /** Brings the driver into the state that takes commands, where it has several. */
  keepMode?(nowS: number): void;
  /** Whether the last tick had something for the driver. */
  readonly isSending: boolean;
  send(): void;
  /** Leaves the base standing; joints hold their last set-point by themselves. */
  halt?(): void;
}

/** Makes the link that the robot's driver needs. */
export const createDriverLink = (node: NodeScope, gate: CommandGate): DriverLink =>
  gate.model.manifest.base.kind === 'fixed' ? new PositionLink(node, gate) : new ModeDriverLink(node, gate);

/** Sends set-points to a forward command controller of ros2_control. */
class PositionLink implements DriverLink {
  readonly #gate: CommandGate;
  readonly #codec: DriverPoseCodec;
  readonly #commands;

  constructor(node: NodeScope, gate: CommandGate) {
    this.#gate = gate;
    this.#codec = new DriverPoseCodec(gate.model);
    const { driver } = gate.model.manifest;
    this.#commands = node.createLifecyclePublisher(
      'std_msgs/msg/Float64MultiArray',
      'position_commands' in driver ? driver.position_commands : '',
      qosProfiles.default,
    );
  }

  get isSending(): boolean {
    return this.#gate.output.sendJoints;
  }

  send(): void {
    const { output } = this.#gate;
    if (!output.sendJoints) return;
    const data = this.#codec.encode(output.positions, new Float64Array(this.#codec.length));
    this.#commands.publish({ layout: plainLayout, data });
  }
}

/** Sends base twists and joint positions to a driver with modes, and keeps it in the mode that takes them. */
class ModeDriverLink implements DriverLink {
  readonly #node: NodeScope;
  readonly #gate: CommandGate;
  readonly #codec: DriverPoseCodec;
  readonly #keeper: DriverModeKeeper;
  readonly #twist;
  readonly #pose;
  readonly #switchMode;
  readonly #activate;
  #gaveUp = false;

  constructor(node: NodeScope, gate: CommandGate) {
    this.#node = node;
    this.#gate = gate;
    this.#codec = new DriverPoseCodec(gate.model);
    this.#keeper = new DriverModeKeeper(gate.model.mobile.driver.modes);
    this.#twist = node.createLifecyclePublisher('geometry_msgs/msg/Twist', 'cmd_vel', qosProfiles.default);
    this.#pose = node.createLifecyclePublisher(
      'std_msgs/msg/Float64MultiArray',
      'joint_pose_cmd',
      qosProfiles.default,
    );
    this.#switchMode = node.createClient('std_srvs/srv/Trigger', 'switch_to_navigation_mode');
    this.#activate = node.createClient('std_srvs/srv/Trigger', 'activate_streaming_position');
    node.createSubscription('std_msgs/msg/String', 'mode', { qos: qosProfiles.default }, ({ data }) =>
      this.#keeper.updateMode(data),
    );
    node.createSubscription(
      'std_msgs/msg/Bool',
      'is_runstopped',
      { qos: qosProfiles.default },
      ({ data }) => {
        gate.setStop('runstop', data ? 'the robot is runstopped' : undefined);
      },
    );
  }

  keepMode(nowS: number): void {
    this.#gate.setStop('driver', this.#keeper.stopReason);
    if (!this.#switchMode.isServiceServerAvailable() || !this.#activate.isServiceServerAvailable()) return;
    if (this.#keeper.beginSwitch(nowS)) void this.#switch();
  }

  get isSending(): boolean {
    return this.#gate.output.sendTwist || this.#gate.output.sendJoints;
  }

  send(): void {
    const { output } = this.#gate;
    if (output.sendTwist)
      this.#twist.publish({
        linear: { x: output.linearMps, y: 0, z: 0 },
        angular: { x: 0, y: 0, z: output.angularRadS },
      });
    if (output.sendJoints)
      this.#pose.publish({
        layout: plainLayout,
        data: this.#codec.encode(output.positions, new Float64Array(this.#codec.length)),
      });
  }

  halt(): void {
    const { output } = this.#gate;
    if (output.linearMps !== 0 || output.angularRadS !== 0) this.#twist.publish({});
  }

  async #switch(): Promise<void> {
    const fault = await this.#trySwitch();
    this.#keeper.finishSwitch(fault, Number(this.#node.steadyClock.nowNs()) * 1e-9);
    if (fault === undefined) {
      this.#gate.forgetSetPoints();
      this.#gaveUp = false;
      this.#node.logger.info('driver-ready');
    } else if (!this.#keeper.hasGivenUp) {
      this.#node.logger.warn('driver-refused', { reason: fault });
    } else if (!this.#gaveUp) {
      this.#gaveUp = true;
      this.#node.logger.error('driver-gave-up', {
        reason: fault,
        next: 'press and release the runstop, or restart the driver',
      });
    }
  }

  async #trySwitch(): Promise<string | undefined> {
    try {
      for (const client of [this.#switchMode, this.#activate]) {
        const { success, message } = await client.sendRequestAsync({}, { timeoutMs: serviceTimeoutMs });
        if (!success) return `${client.serviceName}: ${message || 'refused'}`;
      }
      return undefined;
    } catch (error) {
      return describeError(error);
    }
  }
}
