import { wrapAngle, yawFromQuaternion } from '@efferent/core';
import {
  managedNode,
  type NodeModule,
  type NodeScope,
  qosProfiles,
  type RosNode,
  type ServerGoalHandle,
  stampFromNs,
} from '@efferent/ros';
import type { DriveStretch } from './drive-planner.ts';
import { DriveSpace } from './drive-space.ts';
import { JointStateReader } from './joint-state-reader.ts';
import { loadPriorMap } from './load-prior-map.ts';
import { loadRobotModel } from './load-robot-model.ts';
import { type NavigationOutcome, Navigator, navigationErrorCode } from './navigator.ts';
import { type PlanarPose, PlanarPoseTracker, planarFrames } from './planar-pose.ts';
import type { PriorMap } from './prior-map-schema.ts';
import type { MobileManifest } from './robot-manifest.ts';
import type { RobotModel } from './robot-model.ts';
import { ScanObstacles } from './scan-obstacles.ts';

type Action = 'nav2_msgs/action/NavigateToPose';

const periodNs = 50_000_000n;
/** Feedback every this many periods (4 Hz). */
const feedbackPeriods = 5;
/** A pose older than this is not driven on, s. */
const poseLifetimeS = 0.5;
/** How long a new goal waits for the robot to know where it is, s. */
const locateTimeoutS = 5;

/** Serves `navigate_to_pose` on the prior map and the laser; velocities go to the gate. */
export const navigationNode: NodeModule = managedNode({
  name: 'navigation',
  async configure(node, services) {
    const robot = node.declareParameter('robot', 'stretch', {
      description: 'folder below robots/',
      readOnly: true,
    });
    const scene = node.declareParameter('scene', 'kitchen', {
      description: 'folder below sim-scenes/ whose map.yaml is driven on',
      readOnly: true,
    });
    const framePrefix = node.declareParameter('frame_prefix', '', {
      description: "before odom and the robot's base frame",
      readOnly: true,
    });
    node.declareParameter('speed_scale', 1, {
      description: 'part of its limits at which the base drives',
      range: [0.1, 1],
      constraints: 'counts for goals that begin after it was set',
    });
    const model = loadRobotModel(services.workspaceFolders, robot);
    if (model.isFixed) {
      node.logger.info('navigation-idle', { reason: `the base of ${model.id} is fixed` });
      return { deactivate: () => undefined };
    }
    const server = new NavigationServer(
      node,
      model,
      loadPriorMap(services.workspaceFolders, scene),
      framePrefix,
    );
    return { deactivate: (reason) => server.stop(`navigation ${reason}`) };
  },
});

interface Running {
  readonly navigator: Navigator;
  readonly handle: ServerGoalHandle<Action>;
  readonly startS: number;
  readonly finish: (outcome: NavigationOutcome, how: 'succeed' | 'abort' | 'canceled') => void;
  shownPlan: readonly DriveStretch[];
}

class NavigationServer {
  readonly #node: RosNode;
  readonly #model: RobotModel;
  readonly #space: DriveSpace;
  readonly #obstacles: ScanObstacles;
  readonly #pose: PlanarPoseTracker;
  readonly #joints: JointStateReader;
  readonly #velocity;
  readonly #path;
  #heldReason = '';
  #running: Running | undefined;
  #periods = 0;
  #moved = false;

  constructor(node: NodeScope, model: RobotModel, map: PriorMap, framePrefix: string) {
    this.#node = node;
    this.#model = model;
    this.#space = new DriveSpace(model, map);
    this.#joints = new JointStateReader(model);
    this.#pose = new PlanarPoseTracker(planarFrames(framePrefix, model.manifest.frames.base));
    const laser = model.baseFromLink(model.zeroJointPositions(), model.mobile.lidar.frame);
    const [laserX, laserY, laserZ] = laser.translation;
    this.#obstacles = new ScanObstacles(
      map,
      laserZ,
      { x: laserX, y: laserY, yaw: laser.yaw },
      model.mobile.lidar.rays,
    );
    this.#velocity = node.createLifecyclePublisher(
      'geometry_msgs/msg/TwistStamped',
      'gate/agent/cmd_vel',
      qosProfiles.default,
    );
    this.#path = node.createPublisher('nav_msgs/msg/Path', 'plan', qosProfiles.latched);
    node.createSubscription('tf2_msgs/msg/TFMessage', '/tf', { qos: qosProfiles.tf }, (message) =>
      this.#pose.read(message),
    );
    node.createSubscription(
      'sensor_msgs/msg/JointState',
      'joint_states',
      { qos: qosProfiles.default },
      (message) => this.#joints.read(message),
    );
    node.createSubscription('sensor_msgs/msg/LaserScan', 'scan', { qos: qosProfiles.sensorData }, (scan) => {
      if (this.#pose.isLocated) this.#obstacles.addScan(scan, this.#pose.mapFromBase, this.#nowS());
    });
    node.createSubscription(
      'efferent_interfaces/msg/GateStatus',
      'gate/status',
      { qos: qosProfiles.latched },
      (status) => {
        this.#heldReason =
          status.stopped || status.agent_paused ? status.reason || 'the human has the robot' : '';
      },
    );
    node.createSubscription(
      'sensor_msgs/msg/JointState',
      'fixture_states',
      { qos: qosProfiles.latched },
      ({ name, position }) => {
        this.#space.setOpenings(new Map(name.map((id, i) => [id, position[i] as number])));
      },
    );
    node.createActionServer('nav2_msgs/action/NavigateToPose', 'navigate_to_pose', {
      execute: (handle) => this.#execute(handle),
    });
    node.createTimer(periodNs, () => this.#tick(), node.steadyClock);
  }

  /** Ends the running goal; the robot stands. */
  stop(message: string): void {
    this.#end({ errorCode: navigationErrorCode.unknown, message }, 'abort');
  }

  async #execute(handle: ServerGoalHandle<Action>) {
    this.#end({ errorCode: navigationErrorCode.unknown, message: 'replaced by a newer goal' }, 'abort');
    const { pose } = handle.request;
    const { x, y } = pose.pose.position;
    const q = pose.pose.orientation;
    if (pose.header.frame_id !== 'map' || ![x, y, q.x, q.y, q.z, q.w].every(Number.isFinite)) {
      handle.abort();
      const message = `expected a finite pose in frame map, got one in "${pose.header.frame_id}"`;
      return { error_code: navigationErrorCode.tfError, error_msg: message };
    }
    const goal = { x, y, yaw: yawFromQuaternion([q.x, q.y, q.z, q.w]) };
    const { outcome, how } = await new Promise<{
      outcome: NavigationOutcome;
      how: 'succeed' | 'abort' | 'canceled';
    }>((resolve) => {
      this.#space.setConfiguration(this.#joints.jointPositions);
      this.#running = {
        navigator: new Navigator(goal, this.#space, this.#obstacles, this.#scaledBase()),
        handle,
        startS: this.#nowS(),
        finish: (ended, manner) => resolve({ outcome: ended, how: manner }),
        shownPlan: [],
      };
    });
    handle[how]();
    return { error_code: outcome.errorCode, error_msg: outcome.message };
  }

  /** The base's limits, slowed down as the parameter says. */
  #scaledBase(): MobileManifest['base'] {
    const scale = this.#node.getParameter('speed_scale') as number;
    const { base } = this.#model.mobile;
    return {
      ...base,
      max_linear_speed_mps: base.max_linear_speed_mps * scale,
      max_angular_speed_rad_s: base.max_angular_speed_rad_s * scale,
    };
  }

  #tick(): void {
    const running = this.#running;
    if (running === undefined) {
      if (this.#moved) this.#send(0, 0);
      return;
    }
    if (running.handle.isCancelRequested) {
      this.#end({ errorCode: navigationErrorCode.none, message: 'cancelled' }, 'canceled');
      return;
    }
    const nowS = this.#nowS();
    if (!this.#pose.isLocated || nowS - this.#pose.stampS > poseLifetimeS) {
      if (this.#moved) this.#send(0, 0);
      if (nowS - Math.max(running.startS, this.#pose.stampS) < locateTimeoutS) return;
      this.#end(
        { errorCode: navigationErrorCode.tfError, message: 'the robot does not know where it is' },
        'abort',
      );
      return;
    }
    const outcome = running.navigator.tick({
      nowS,
      pose: this.#pose.mapFromBase,
      heldReason: this.#heldReason,
    });
    if (running.shownPlan !== running.navigator.plan) this.#showPlan(running);
    if (outcome !== undefined) {
      this.#end(outcome, outcome.errorCode === navigationErrorCode.none ? 'succeed' : 'abort');
      return;
    }
    const { linearMps, angularRadS } = running.navigator.velocity;
    if (linearMps !== 0 || angularRadS !== 0 || this.#moved) this.#send(linearMps, angularRadS);
    if (++this.#periods % feedbackPeriods === 0) this.#sendFeedback(running, nowS);
  }

  #end(outcome: NavigationOutcome, how: 'succeed' | 'abort' | 'canceled'): void {
    const running = this.#running;
    this.#running = undefined;
    if (running === undefined) return;
    if (this.#moved) this.#send(0, 0);
    running.finish(outcome, how);
  }

  #send(linearMps: number, angularRadS: number): void {
    this.#moved = linearMps !== 0 || angularRadS !== 0;
    this.#velocity.publish({
      header: { stamp: stampFromNs(this.#node.clock.nowNs()), frame_id: this.#model.manifest.frames.base },
      twist: { linear: { x: linearMps }, angular: { z: angularRadS } },
    });
  }

  #sendFeedback({ navigator, handle, startS }: Running, nowS: number): void {
    const { mapFromBase } = this.#pose;
    const distance = navigator.distanceLeft(mapFromBase);
    handle.publishFeedback({
      current_pose: this.#poseMessage(mapFromBase),
      navigation_time: stampFromNs(BigInt(Math.round((nowS - startS) * 1e9))),
      estimated_time_remaining: stampFromNs(
        BigInt(Math.round((distance / this.#model.mobile.base.max_linear_speed_mps) * 1e9)),
      ),
      number_of_recoveries: navigator.recoveries,
      distance_remaining: distance,
    });
  }

  #showPlan(running: Running): void {
    running.shownPlan = running.navigator.plan;
    const start = this.#poseMessage(this.#pose.mapFromBase);
    this.#path.publish({
      header: start.header,
      poses: [
        start,
        ...running.shownPlan.map((stretch) => this.#poseMessage({ ...stretch, yaw: wrapAngle(stretch.yaw) })),
      ],
    });
  }

  #poseMessage({ x, y, yaw }: PlanarPose) {
    return {
      header: { stamp: stampFromNs(this.#node.clock.nowNs()), frame_id: 'map' },
      pose: {
        position: { x, y, z: 0 },
        orientation: { x: 0, y: 0, z: Math.sin(yaw / 2), w: Math.cos(yaw / 2) },
      },
    };
  }

  #nowS(): number {
    return Number(this.#node.clock.nowNs()) * 1e-9;
  }
}
