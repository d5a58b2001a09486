import { nsToSeconds, type Vector3, yawFromQuaternion } from '@efferent/core';
import {
  DiagnosticUpdater,
  diagnosticLevel,
  type NodeModule,
  qosProfiles,
  type RosNode,
  stampFromNs,
  stampToNs,
} from '@efferent/ros';
import { DistanceField } from './distance-field.ts';
import { loadPriorMap } from './load-prior-map.ts';
import { loadRobotModel } from './load-robot-model.ts';
import { Localiser } from './localiser.ts';
import { type OccupancyGrid, occupancyGridFromMap } from './occupancy-grid.ts';
import { OdometryHistory } from './odometry-history.ts';
import { placedBoxes } from './placed-boxes.ts';
import { type PlanarPose, planarFrames } from './planar-pose.ts';
import { standOf } from './prior-map.ts';
import type { PriorMap } from './prior-map-schema.ts';
import { poseAt, type RobotModel } from './robot-model.ts';
import { ScanPoints } from './scan-matcher.ts';

/** What the plan of the floor shows: everything that a robot of Stretch's height can run into, m. */
const floorPlanBand = { minZM: 0.03, maxZM: 1.4 };
const floorPlanResolutionM = 0.05;
/** Furniture within this of the laser's height is what rays hit, m. */
const laserBandHalfM = 0.005;
/** `map -> odom` is valid this long after its scan, ns: three scans. */
const transformToleranceNs = 300_000_000n;

/** A scan that is older when it comes is not worth matching, s. */
const scanMaxAgeS = 0.5;

/** Publishes `map -> odom` from scan matching against the prior map, and the prior map itself. */
export const localisationNode: NodeModule = {
  name: 'localisation',
  async start(node, services) {
    const robot = node.declareParameter('robot', 'stretch', {
      description: 'folder below robots/',
      readOnly: true,
    });
    const scene = node.declareParameter('scene', 'kitchen', {
      description: 'folder below sim-scenes/ whose map.yaml is the prior map',
      readOnly: true,
    });
    const framePrefix = node.declareParameter('frame_prefix', '', {
      description: 'before every frame of the robot',
      readOnly: true,
    });
    const initialPose = node.declareParameter('initial_pose', [] as readonly number[], {
      description: 'x m, y m, yaw rad in map, tried first; empty for the place "home"',
      readOnly: true,
    });
    const model = loadRobotModel(services.workspaceFolders, robot);
    const map = loadPriorMap(services.workspaceFolders, scene);
    if (model.isFixed) {
      publishStand(node, standOf(map, model.id), framePrefix + model.manifest.frames.base);
      return { stop: async () => undefined };
    }
    publishMap(node, map);

    const laser = laserInBase(model);
    const field = new DistanceField(map, {
      minZM: laser.heightM - laserBandHalfM,
      maxZM: laser.heightM + laserBandHalfM,
    });
    const localiser = new Localiser(field, map.bounds, startHint(initialPose, map));
    const points = new ScanPoints(model.mobile.lidar.rays);
    const odometry = new OdometryHistory();
    const odomFromBase: PlanarPose = { x: 0, y: 0, yaw: 0 };
    const frames = planarFrames(framePrefix, model.manifest.frames.base);
    const transforms = node.createPublisher('tf2_msgs/msg/TFMessage', '/tf', qosProfiles.tf);

    node.createSubscription(
      'nav_msgs/msg/Odometry',
      'odom',
      { qos: qosProfiles.default },
      ({ header, pose }) => {
        const { position, orientation } = pose.pose;
        const yaw = yawFromQuaternion([orientation.x, orientation.y, orientation.z, orientation.w]);
        odometry.add(header.stamp.sec + header.stamp.nanosec * 1e-9, position.x, position.y, yaw);
      },
    );
    node.createSubscription(
      'geometry_msgs/msg/PoseWithCovarianceStamped',
      '/initialpose',
      { qos: qosProfiles.default },
      ({ pose }) => {
        const { position, orientation } = pose.pose;
        const yaw = yawFromQuaternion([orientation.x, orientation.y, orientation.z, orientation.w]);
        localiser.reset({ x: position.x, y: position.y, yaw });
      },
    );
    const scans = watchLocalisation(node, localiser, model.mobile.lidar.rate_hz);
    let wasTracking = false;
    node.createSubscription('sensor_msgs/msg/LaserScan', 'scan', { qos: qosProfiles.sensorData }, (scan) => {
      scans.tick(nsToSeconds(node.clock.nowNs() - stampToNs(scan.header.stamp)));
      if (!odometry.at(scan.header.stamp.sec + scan.header.stamp.nanosec * 1e-9, odomFromBase)) return;
      points.read(
        scan.ranges,
        scan.angle_min,
        scan.angle_increment,
        scan.range_min,
        scan.range_max,
        laser.baseFromLaser,
      );
      const corrected = localiser.update(points, odomFromBase);
      const isTracking = localiser.state === 'tracking';
      if (isTracking !== wasTracking) {
        const share = Number(localiser.inlierShare.toFixed(2));
        if (isTracking)
          node.logger.info('localisation-found', { inlierShare: share, ...localiser.mapFromOdom });
        else node.logger.error('localisation-lost', { inlierShare: share });
        wasTracking = isTracking;
      }
      if (!corrected && !isTracking) return;
      // Valid a little into the future, as AMCL dates it: whoever looks up a picture's stamp need not wait for the next scan.
      const validUntil = stampFromNs(stampToNs(scan.header.stamp) + transformToleranceNs);
      transforms.publish({ transforms: [mapFromOdom(frames, localiser.mapFromOdom, validUntil)] });
    });
    return { stop: async () => undefined };
  },
};

/** A fixed base is where the map says; nothing has to be measured. */
function publishStand(node: RosNode, [x, y, yaw]: Vector3, baseFrame: string): void {
  const header = { stamp: stampFromNs(node.clock.nowNs()), frame_id: 'map' };
  const transform = {
    translation: { x, y, z: 0 },
    rotation: { x: 0, y: 0, z: Math.sin(yaw / 2), w: Math.cos(yaw / 2) },
  };
  node
    .createPublisher('tf2_msgs/msg/TFMessage', '/tf_static', qosProfiles.tfStaticPublisher)
    .publish({ transforms: [{ header, child_frame_id: baseFrame, transform }] });
}

function mapFromOdom(
  frames: { readonly map: string; readonly odom: string },
  pose: PlanarPose,
  stamp: { readonly sec: number; readonly nanosec: number },
) {
  return {
    header: { stamp, frame_id: frames.map },
    child_frame_id: frames.odom,
    transform: {
      translation: { x: pose.x, y: pose.y, z: 0 },
      rotation: { x: 0, y: 0, z: Math.sin(pose.yaw / 2), w: Math.cos(pose.yaw / 2) },
    },
  };
}

function startHint(initialPose: readonly number[], map: PriorMap): PlanarPose | undefined {
  const [x, y, yaw] =
    initialPose.length === 3 ? initialPose : (map.places.find(({ id }) => id === 'home')?.poseXyYaw ?? []);
  return x === undefined || y === undefined || yaw === undefined ? undefined : { x, y, yaw };
}

function laserInBase(model: RobotModel): { readonly baseFromLaser: PlanarPose; readonly heightM: number } {
  const poses = model.createKinematicsBuffer();
  model.forwardKinematics(new Float64Array(model.jointNames.length), poses);
  const index = model.links.findIndex(({ name }) => name === model.mobile.frames.laser);
  const baseFromLaser = poseAt(poses, index);
  const [x, y, z] = baseFromLaser.translation;
  return { baseFromLaser: { x, y, yaw: baseFromLaser.yaw }, heightM: z };
}

function publishMap(node: RosNode, map: PriorMap): void {
  const stamp = stampFromNs(node.clock.nowNs());
  const grid = occupancyGridFromMap(map, floorPlanResolutionM, floorPlanBand);
  node
    .createPublisher('nav_msgs/msg/OccupancyGrid', '/map', qosProfiles.latched)
    .publish(gridMessage(grid, stamp));
  node
    .createPublisher('visualization_msgs/msg/MarkerArray', '/map/furniture', qosProfiles.latched)
    .publish({ markers: furnitureMarkers(map, stamp) });
}

type StampMessage = { readonly sec: number; readonly nanosec: number };

function gridMessage(grid: OccupancyGrid, stamp: StampMessage) {
  return {
    header: { stamp, frame_id: 'map' },
    info: {
      map_load_time: stamp,
      resolution: grid.resolutionM,
      width: grid.width,
      height: grid.height,
      origin: { position: { x: grid.originM[0], y: grid.originM[1] } },
    },
    data: Int8Array.from(grid.occupied, (cell) => (cell === 1 ? 100 : 0)),
  };
}

function furnitureMarkers(map: PriorMap, stamp: StampMessage) {
  const cube = 1;
  return placedBoxes(map).map((box, id) => {
    const [x, y, z] = box.mapFromBox.translation;
    const [qx, qy, qz, qw] = box.mapFromBox.rotation;
    const [r, g, b] = box.colorRgb;
    return {
      header: { stamp, frame_id: 'map' },
      ns: box.ownerId,
      id,
      type: cube,
      pose: { position: { x, y, z }, orientation: { x: qx, y: qy, z: qz, w: qw } },
      scale: { x: box.sizeM[0], y: box.sizeM[1], z: box.sizeM[2] },
      color: { r: r / 255, g: g / 255, b: b / 255, a: 1 },
    };
  });
}

/** Reports how well scans fit the map, and how scans come. @returns what counts a scan */
function watchLocalisation(node: RosNode, localiser: Localiser, scanRateHz: number) {
  const diagnostics = new DiagnosticUpdater(node);
  diagnostics.add('place in the map', () => {
    const tracking = localiser.state === 'tracking';
    return {
      level: tracking ? diagnosticLevel.ok : diagnosticLevel.error,
      message: tracking ? 'tracking' : 'lost: the scan does not fit the prior map',
      values: [['inlier_share', localiser.inlierShare.toFixed(3)]],
    };
  });
  return diagnostics.watch('scans', { rateHz: scanRateHz, maxAgeS: scanMaxAgeS });
}
