import { nsToSeconds, Transform } from '@efferent/core';
import type { MessageTypes } from '@efferent/interfaces';
import type { PriorMap, RobotModel } from '@efferent/robot';
import { JointStateReader } from '@efferent/robot';
import { type NodeScope, qosProfiles, stampFromNs, stampToNs, TransformListener } from '@efferent/ros';
import { pointsFromDepth } from './depth-points.ts';
import type { DriveBackend } from './mapping/mapping-schema.ts';
import type { SkillMapping } from './mapping/skill-mapping.ts';
import type { CarriedThing, DepthPoints, MapSighting, SightingSet } from './skill-body.ts';
import { MappedServers } from './user-servers-node.ts';

type Image = MessageTypes['sensor_msgs/msg/Image'];
type Detections = MessageTypes['vision_msgs/msg/Detection3DArray'];
type GateStatus = MessageTypes['efferent_interfaces/msg/GateStatus'];

/** Names of the frames and actions that a skill server uses. */
export interface RobotLinkOptions {
  readonly mapFrame: string;
  readonly baseFrame: string;
  readonly camera: string;
}

/** The ROS side that all goals of a skill server share: newest states, and clients of the robot's actions. */
export class RobotLink {
  readonly node: NodeScope;
  readonly model: RobotModel;
  readonly map: PriorMap;
  readonly options: RobotLinkOptions;
  readonly mapping: SkillMapping;
  /** How the base is driven. */
  readonly drive: DriveBackend;
  /** What the mapping names. */
  readonly servers: MappedServers;
  readonly transforms: TransformListener;
  readonly jog;
  readonly baseVelocity;
  readonly plannedPath;
  readonly groups;
  readonly navigate;
  readonly runPolicy;
  carried: CarriedThing | undefined;
  gate: GateStatus | undefined;
  /** Believed positions of drawers and doors, m or rad. */
  readonly openings = new Map<string, number>();
  readonly #fixtureStates;
  readonly #joints: JointStateReader;
  #depth: Image | undefined;
  #cameraMatrix: ArrayLike<number> | undefined;
  #points: DepthPoints = { stampS: 0, pointsM: new Float64Array(0) };
  #sightings: SightingSet = { stampS: Number.NEGATIVE_INFINITY, sightings: [] };

  constructor(
    node: NodeScope,
    model: RobotModel,
    map: PriorMap,
    mapping: SkillMapping,
    options: RobotLinkOptions,
  ) {
    this.node = node;
    this.model = model;
    this.map = map;
    this.options = options;
    this.mapping = mapping;
    const { navigate } = mapping.skills;
    this.drive =
      navigate?.backend === 'action-client' && !('type' in navigate)
        ? navigate
        : { backend: 'action-client', action: 'navigate_to_pose' };
    this.transforms = new TransformListener(node);
    this.#joints = new JointStateReader(model);
    this.jog = node.createLifecyclePublisher('control_msgs/msg/JointJog', 'gate/agent/joint_jog');
    this.baseVelocity = node.createLifecyclePublisher('geometry_msgs/msg/TwistStamped', 'gate/agent/cmd_vel');
    this.plannedPath = node.createPublisher('nav_msgs/msg/Path', 'planned_arm_path', qosProfiles.latched);
    this.#fixtureStates = node.createPublisher(
      'sensor_msgs/msg/JointState',
      'fixture_states',
      qosProfiles.latched,
    );
    this.groups = new Map(
      Object.keys(model.manifest.groups).map((group) => [
        group,
        node.createActionClient(
          'control_msgs/action/FollowJointTrajectory',
          `${group}_controller/follow_joint_trajectory`,
        ),
      ]),
    );
    this.navigate = node.createActionClient('nav2_msgs/action/NavigateToPose', this.drive.action);
    this.runPolicy = node.createActionClient('efferent_interfaces/action/RunPolicy', 'run_policy');
    this.servers = new MappedServers(node, mapping);
    this.servers.goals.watch(this.navigate.actionName);
    this.#subscribe();
  }

  #subscribe(): void {
    const { node } = this;
    node.createSubscription('sensor_msgs/msg/JointState', 'joint_states', {}, (message) => {
      this.#joints.read(message);
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
      (message) => {
        this.#see(message);
      },
    );
    const { camera } = this.options;
    node.createSubscription(
      'sensor_msgs/msg/Image',
      `${camera}/depth/image_raw`,
      { qos: qosProfiles.sensorData },
      (message) => {
        this.#depth = message;
      },
    );
    node.createSubscription(
      'sensor_msgs/msg/CameraInfo',
      `${camera}/color/camera_info`,
      { qos: qosProfiles.sensorData },
      (message) => {
        this.#cameraMatrix = message.k;
      },
    );
  }

  nowS(): number {
    return nsToSeconds(this.node.clock.nowNs());
  }

  /** True once joint states and the base's place in the map are known. */
  get isReady(): boolean {
    return (
      this.#joints.isComplete &&
      this.transforms.lookup(this.options.mapFrame, this.options.baseFrame) !== undefined
    );
  }

  actuatorPositions(): Float64Array {
    return this.#joints.actuatorPositions.slice();
  }

  position(actuator: string): number {
    return this.#joints.actuatorPositions[this.model.actuatorIndex(actuator)] ?? 0;
  }

  effort(actuator: string): number {
    return this.#joints.actuatorEfforts[this.model.actuatorIndex(actuator)] ?? 0;
  }

  mapFromFrame(frame: string): Transform | undefined {
    return this.transforms.lookup(this.options.mapFrame, frame);
  }

  sightings(): SightingSet {
    return this.#sightings;
  }

  /** Keeps where a drawer or door is, and tells whoever plans around it. @param position - m or rad */
  rememberOpening(articulationId: string, position: number): void {
    this.openings.set(articulationId, position);
    this.#fixtureStates.publish({
      header: { stamp: stampFromNs(this.node.clock.nowNs()), frame_id: this.options.mapFrame },
      name: [...this.openings.keys()],
      position: Float64Array.from(this.openings.values()),
    });
  }

  /** Converts the newest depth picture once, when somebody asks. */
  depthPoints(): DepthPoints {
    const image = this.#depth;
    if (image === undefined || this.#cameraMatrix === undefined) return this.#points;
    const stampNs = stampToNs(image.header.stamp);
    const stampS = nsToSeconds(stampNs);
    if (stampS === this.#points.stampS) return this.#points;
    const mapFromCamera = this.transforms.lookup(this.options.mapFrame, image.header.frame_id, stampNs);
    if (mapFromCamera === undefined) return this.#points;
    const { data, width, height } = image;
    const bytes = data.byteOffset % 2 === 0 ? data : data.slice();
    const depthMm = new Uint16Array(bytes.buffer, bytes.byteOffset, width * height);
    const pointsM = pointsFromDepth(
      { widthPx: width, heightPx: height, depthMm, k: this.#cameraMatrix },
      mapFromCamera,
    );
    this.#points = { stampS, pointsM };
    return this.#points;
  }

  #see(message: Detections): void {
    const { frame_id } = message.header;
    const stampNs = stampToNs(message.header.stamp);
    this.transforms.whenKnown([[this.options.mapFrame, frame_id]], stampNs, () => {
      const mapFromCamera = this.transforms.lookup(this.options.mapFrame, frame_id, stampNs);
      if (mapFromCamera !== undefined) this.#takeIn(message, mapFromCamera, stampNs);
    });
  }

  #takeIn(message: Detections, mapFromCamera: Transform, stampNs: bigint): void {
    const sightings: MapSighting[] = [];
    for (const detection of message.detections) {
      const hypothesis = detection.results[0]?.hypothesis;
      if (hypothesis === undefined) continue;
      const bodyPart = detection.results[1]?.hypothesis.class_id;
      const { position: p, orientation: q } = detection.bbox.center;
      const { x, y, z } = detection.bbox.size;
      sightings.push({
        className: hypothesis.class_id,
        score: hypothesis.score,
        mapFromThing: mapFromCamera.multiply(new Transform([p.x, p.y, p.z], [q.x, q.y, q.z, q.w])),
        sizeM: [x, y, z],
        ...(bodyPart === undefined ? {} : { bodyPart }),
      });
    }
    this.#sightings = { stampS: nsToSeconds(stampNs), sightings };
  }
}
