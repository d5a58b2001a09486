import { describeError } from '@efferent/core';
import { type NodeModule, qosProfiles, type RosNode, stampFromNs, type TimerInfo } from '@efferent/ros';
import { CommandGate, type GateSource } from './command-gate.ts';
import { DriverModeKeeper } from './driver-mode.ts';
import { DriverPoseCodec } from './driver-pose.ts';
import { GateGuard } from './gate-guard.ts';
import { rehearseGate } from './gate-rehearsal.ts';
import { JointStateReader } from './joint-state-reader.ts';
import { loadPriorMap } from './load-prior-map.ts';
import { loadRobotModel } from './load-robot-model.ts';
import { PlanarPoseTracker, planarFrames } from './planar-pose.ts';
import { TickStatistics } from './tick-statistics.ts';

const periodNs = 10_000_000n;
/** A status at least every this many ticks (10 Hz). */
const statusTicks = 10;
const diagnosticTicks = 100;
const heartbeatTimeoutS = 0.3;
const serviceTimeoutMs = 3000;
/** Whole messages need not be completed when they are sent. */
const plainLayout = { dim: [], data_offset: 0 };

/** The command gate: the only publisher of the driver's commands; see `docs/ros-graph.md` and {@link CommandGate}. */
export const gateNode: NodeModule = {
  name: 'gate',
  async start(node, services) {
    const robot = node.declareParameter('robot', 'stretch', {
      description: 'folder below robots/',
      readOnly: true,
    });
    const scene = node.declareParameter('scene', '', {
      description: 'folder below sim-scenes/ whose map.yaml the robot must not run into; empty for none',
      readOnly: true,
    });
    const framePrefix = node.declareParameter('frame_prefix', '', {
      description: 'before odom and base_link',
      readOnly: true,
    });
    const requireHeartbeat = node.declareParameter('require_stop_heartbeat', true, {
      description: 'stand still unless the stop process is alive',
      readOnly: true,
    });
    const model = loadRobotModel(services.workspaceFolders, robot);
    const guard = new GateGuard(
      model,
      scene === '' ? undefined : loadPriorMap(services.workspaceFolders, scene),
    );
    rehearseGate(model, guard);
    const gate = new CommandGate(model, guard);
    const driver = new DriverLink(node, gate);
    const steadyS = () => Number(node.steadyClock.nowNs()) * 1e-9;

    const measured = new JointStateReader(model);
    node.createSubscription(
      'sensor_msgs/msg/JointState',
      'joint_states',
      { qos: qosProfiles.default },
      (message) => {
        measured.read(message);
        if (measured.isComplete)
          gate.updateMeasurement(measured.actuatorPositions, Number(node.clock.nowNs()) * 1e-9, steadyS());
      },
    );
    const pose = new PlanarPoseTracker(planarFrames(framePrefix, model.manifest.frames.base));
    node.createSubscription('tf2_msgs/msg/TFMessage', '/tf', { qos: qosProfiles.tf }, (message) => {
      pose.read(message);
      if (pose.isLocated) guard.setBasePose(pose.mapFromBase.x, pose.mapFromBase.y, pose.mapFromBase.yaw);
    });
    const status = new StatusPublisher(node, gate);
    subscribeSources(node, gate);
    node.createService('std_srvs/srv/SetBool', 'gate/take_over', ({ data }) => {
      gate.setTakeOver(data);
      node.logger.info(data ? 'human-took-over' : 'human-released');
      return {
        success: true,
        message: data ? 'the human has the robot' : 'the agent may move the robot again',
      };
    });

    let heartbeatS = steadyS();
    if (requireHeartbeat) gate.setStop('heartbeat', 'waiting for the stop process');
    node.createSubscription(
      'efferent_interfaces/msg/StopState',
      '/stop/state',
      { qos: qosProfiles.default },
      (message) => {
        heartbeatS = steadyS();
        gate.setStop('heartbeat', undefined);
        gate.setStop(
          'stop',
          message.stopped ? `stopped: ${message.reason || 'by the Stop button'}` : undefined,
        );
      },
    );

    const diagnostics = new DiagnosticsPublisher(node);
    const timer = node.createTimer(
      periodNs,
      (info) => {
        const now = steadyS();
        if (requireHeartbeat && now - heartbeatS > heartbeatTimeoutS)
          gate.setStop('heartbeat', 'the stop process is silent');
        driver.keepMode(now);
        gate.tick(Number(node.clock.nowNs()) * 1e-9, now);
        driver.send();
        status.update();
        diagnostics.update(info);
      },
      node.steadyClock,
    );
    return {
      async stop() {
        timer.cancel();
        driver.halt();
      },
    };
  },
};

function subscribeSources(node: RosNode, gate: CommandGate): void {
  const qos = qosProfiles.default;
  const nowS = () => Number(node.clock.nowNs()) * 1e-9;
  const stampS = (header: { readonly stamp: { readonly sec: number; readonly nanosec: number } }) =>
    header.stamp.sec + header.stamp.nanosec * 1e-9;
  for (const source of ['agent', 'human'] satisfies GateSource[]) {
    node.createSubscription(
      'geometry_msgs/msg/TwistStamped',
      `gate/${source}/cmd_vel`,
      { qos },
      ({ header, twist }) => {
        gate.acceptTwist(source, stampS(header), twist.linear.x, twist.angular.z, nowS());
      },
    );
    node.createSubscription(
      'trajectory_msgs/msg/JointTrajectory',
      `gate/${source}/joint_trajectory`,
      { qos },
      (message) => {
        gate.acceptTrajectory(source, stampS(message.header), message.joint_names, message.points, nowS());
      },
    );
    node.createSubscription('control_msgs/msg/JointJog', `gate/${source}/joint_jog`, { qos }, (message) => {
      gate.acceptJog(source, stampS(message.header), message.joint_names, message.velocities, nowS());
    });
  }
}

/** The driver's side: sends the gate's output and keeps the driver in the mode that takes it. */
class DriverLink {
  readonly #node: RosNode;
  readonly #gate: CommandGate;
  readonly #codec: DriverPoseCodec;
  readonly #keeper: DriverModeKeeper;
  readonly #twist;
  readonly #pose;
  readonly #switchMode;
  readonly #activate;
  #gaveUp = false;

  constructor(node: RosNode, gate: CommandGate) {
    this.#node = node;
    this.#gate = gate;
    this.#codec = new DriverPoseCodec(gate.model);
    this.#keeper = new DriverModeKeeper(gate.model.manifest.driver.modes);
    this.#twist = node.createPublisher('geometry_msgs/msg/Twist', 'cmd_vel', qosProfiles.default);
    this.#pose = node.createPublisher(
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

  /** Leaves the base standing; joints hold their last set-point by themselves. */
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

/** Publishes `gate/status` at 10 Hz and when it changes. */
class StatusPublisher {
  readonly #node: RosNode;
  readonly #gate: CommandGate;
  readonly #publisher;
  #ticks = statusTicks;
  #shown = '';

  constructor(node: RosNode, gate: CommandGate) {
    this.#node = node;
    this.#gate = gate;
    this.#publisher = node.createPublisher(
      'efferent_interfaces/msg/GateStatus',
      'gate/status',
      qosProfiles.latched,
    );
  }

  update(): void {
    const gate = this.#gate;
    const reason = gate.stopReason ?? gate.guardReason ?? '';
    const shown = `${gate.source}|${gate.agentPaused}|${gate.humanHasControl}|${reason}`;
    if (++this.#ticks < statusTicks && shown === this.#shown) return;
    if (shown !== this.#shown && gate.stopReason !== undefined)
      this.#node.logger.info('gate-stopped', { reason });
    this.#ticks = 0;
    this.#shown = shown;
    this.#publisher.publish({
      header: { stamp: stampFromNs(this.#node.clock.nowNs()) },
      source: gate.humanHasControl ? 'human' : gate.source,
      stopped: gate.stopReason !== undefined,
      agent_paused: gate.agentPaused || gate.humanHasControl,
      reason: reason === '' && gate.agentPaused ? 'paused by a human gesture' : reason,
      limits: gate.limitNames(),
      forwarded: BigInt(gate.forwarded),
      rejected: BigInt(gate.rejected),
    });
  }
}

/** Publishes the timing of the command stream on `/diagnostics` at 1 Hz. */
class DiagnosticsPublisher {
  readonly #node: RosNode;
  readonly #publisher;
  readonly #statistics = new TickStatistics(periodNs, 2 * diagnosticTicks);
  #ticks = 0;

  constructor(node: RosNode) {
    this.#node = node;
    this.#publisher = node.createPublisher(
      'diagnostic_msgs/msg/DiagnosticArray',
      '/diagnostics',
      qosProfiles.default,
    );
  }

  /** Notes one tick of the gate. */
  update({ expectedCallTime, actualCallTime }: TimerInfo): void {
    this.#statistics.note(expectedCallTime, actualCallTime);
    if (++this.#ticks < diagnosticTicks) return;
    this.#ticks = 0;
    this.#publisher.publish({
      header: { stamp: stampFromNs(this.#node.clock.nowNs()) },
      status: [
        {
          name: `${this.#node.namespace}/gate command stream`,
          hardware_id: this.#node.namespace,
          message: '100 Hz',
          values: [
            { key: 'lateness_us', value: this.#statistics.takeLateness() },
            { key: 'dropped_ticks', value: String(this.#statistics.dropped) },
            { key: 'longest_gap_us', value: String(this.#statistics.takeLongestGapUs()) },
          ],
        },
      ],
    });
  }
}
