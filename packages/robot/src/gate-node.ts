import {
  DiagnosticUpdater,
  diagnosticLevel,
  managedNode,
  type NodeModule,
  qosProfiles,
  type RosNode,
  type TimerInfo,
} from '@efferent/ros';
import { CommandGate, type GateSource } from './command-gate.ts';
import { createDriverLink } from './driver-link-node.ts';
import { GateGuard } from './gate-guard.ts';
import { rehearseGate } from './gate-rehearsal.ts';
import { StatusPublisher } from './gate-status-node.ts';
import { JointStateReader } from './joint-state-reader.ts';
import { loadPriorMap } from './load-prior-map.ts';
import { listedRobots, loadRobotModel } from './load-robot-model.ts';
import { watchNeighbours } from './neighbours-node.ts';
import { watchPeople } from './people-node.ts';
import { PersonGuard } from './person-guard.ts';
import { PersonTracks } from './person-tracks.ts';
import { PlanarPoseTracker, planarFrames } from './planar-pose.ts';
import { TickStatistics } from './tick-statistics.ts';

const periodNs = 10_000_000n;
const diagnosticTicks = 100;
const heartbeatTimeoutS = 0.3;
/** A gate that is deactivated brings the robot to rest in fewer ticks than this (2 s), or halts it. */
const restTicks = 200;

/** The command gate: the only publisher of the driver's commands; see `docs/ros-graph.md` and {@link CommandGate}. */
export const gateNode: NodeModule = managedNode({
  name: 'gate',
  async configure(node, services) {
    const robot = node.declareParameter('robot', 'stretch', {
      description: 'folder below robots/',
      readOnly: true,
    });
    const scene = node.declareParameter('scene', '', {
      description: 'folder below sim-scenes/ whose map.yaml the robot must not run into; empty for none',
      readOnly: true,
    });
    const framePrefix = node.declareParameter('frame_prefix', '', {
      description: "before odom and the robot's base frame",
      readOnly: true,
    });
    const requireHeartbeat = node.declareParameter('require_stop_heartbeat', true, {
      description: 'stand still unless the stop process is alive',
      readOnly: true,
    });
    const others = node.declareParameter('other_robots', '', {
      description: 'folders below robots/ of robots that must not be touched, separated by commas',
      readOnly: true,
    });
    const model = loadRobotModel(services.workspaceFolders, robot);
    const map = scene === '' ? undefined : loadPriorMap(services.workspaceFolders, scene);
    const neighbours = watchNeighbours(
      node,
      listedRobots(others)
        .filter((id) => id !== robot)
        .map((id) => loadRobotModel(services.workspaceFolders, id)),
      map,
    );
    const guard = new GateGuard(model, map, neighbours);
    rehearseGate(model, guard);
    const tracks = new PersonTracks(map?.people);
    watchPeople(node, tracks);
    const people = new PersonGuard(model, tracks, map);
    const gate = new CommandGate(model, guard, people);
    gate.setStop('lifecycle', 'the gate is inactive');
    const driver = createDriverLink(node, gate);
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
      if (!pose.isLocated || model.isFixed) return;
      const { x, y, yaw } = pose.mapFromBase;
      guard.setBasePose(x, y, yaw);
      people.setBasePose(x, y, yaw);
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

    const noteTick = watchCommandStream(node);
    let isActive = false;
    let onTick: (() => void) | undefined;
    node.createTimer(
      periodNs,
      (info) => {
        const now = steadyS();
        if (requireHeartbeat && now - heartbeatS > heartbeatTimeoutS)
          gate.setStop('heartbeat', 'the stop process is silent');
        if (isActive) driver.keepMode?.(now);
        gate.tick(Number(node.clock.nowNs()) * 1e-9, now);
        driver.send();
        onTick?.();
        status.update();
        noteTick(info);
      },
      node.steadyClock,
    );
    return {
      activate() {
        isActive = true;
        gate.setStop('lifecycle', undefined);
      },
      async deactivate(reason) {
        isActive = false;
        gate.setStop('lifecycle', `the gate ${reason}`);
        await new Promise<void>((resolve) => {
          let ticks = 0;
          onTick = () => {
            if (driver.isSending && ++ticks < restTicks) return;
            onTick = undefined;
            resolve();
          };
        });
        driver.halt?.();
      },
    };
  },
});

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

/** Reports the timing of the command stream on `/diagnostics`. @returns what notes a tick */
function watchCommandStream(node: RosNode): (tick: TimerInfo) => void {
  const statistics = new TickStatistics(periodNs, 2 * diagnosticTicks);
  let dropped = 0;
  new DiagnosticUpdater(node, node.steadyClock).add('command stream', () => {
    const isComplete = statistics.dropped === dropped;
    dropped = statistics.dropped;
    return {
      level: isComplete ? diagnosticLevel.ok : diagnosticLevel.warn,
      message: isComplete ? '100 Hz' : 'ticks were left out',
      values: [
        ['lateness_us', statistics.takeLateness()],
        ['dropped_ticks', statistics.dropped],
        ['longest_gap_us', statistics.takeLongestGapUs()],
      ],
    };
  });
  return ({ expectedCallTime, actualCallTime }) => statistics.note(expectedCallTime, actualCallTime);
}
