import type { MessageTypes } from '@efferent/interfaces';
import type { RobotModel } from '@efferent/robot';
import type { PinholeCamera } from './rasteriser.ts';
import type { RobotPlant } from './robot-plant.ts';
import type { Scene } from './scene-file.ts';
import type { WheelOdometry } from './wheel-odometry.ts';

type Header = MessageTypes['std_msgs/msg/Header'];

/** Writes `sensor_msgs/msg/JointState`: actuators under their names, and the URDF's joints that are not among them. */
export class JointStateWriter {
  readonly #model: RobotModel;
  readonly #names: readonly string[];
  /** Indices of the URDF joints that follow the actuators. */
  readonly #joints: readonly number[];
  readonly #wheels: readonly number[];

  constructor(model: RobotModel) {
    this.#model = model;
    const actuatorNames = model.actuators.map(({ name }) => name);
    this.#joints = model.jointNames.flatMap((name, i) => (actuatorNames.includes(name) ? [] : [i]));
    this.#names = [...actuatorNames, ...this.#joints.map((i) => model.jointNames[i] as string)];
    const { base } = model.manifest;
    this.#wheels =
      base.kind === 'fixed'
        ? []
        : [base.left_wheel_joint, base.right_wheel_joint].map((name) => model.jointNames.indexOf(name));
  }

  write(plant: RobotPlant, header: Header): MessageTypes['sensor_msgs/msg/JointState'] {
    const count = this.#model.actuators.length;
    const { actuatorPositions, actuatorVelocities, actuatorEfforts, q } = plant.state;
    // One allocation for the three.
    const { buffer } = new Float64Array(3 * this.#names.length);
    const part = (index: number) =>
      new Float64Array(buffer, index * 8 * this.#names.length, this.#names.length);
    const position = part(0);
    const velocity = part(1);
    const effort = part(2);
    position.set(actuatorPositions);
    velocity.set(actuatorVelocities);
    effort.set(actuatorEfforts);
    for (let i = 0; i < this.#joints.length; i++) {
      const joint = this.#joints[i] as number;
      const wheel = this.#wheels.indexOf(joint);
      position[count + i] = wheel >= 0 ? (plant.wheelPositions[wheel] as number) : (q[joint] as number);
    }
    return { header, name: this.#names as string[], position, velocity, effort };
  }
}

/** Whole messages need not be completed when they are sent. */
const unknownCovariance = new Float64Array(36);

/** Position of a planar pose's quaternion. */
const planarRotation = (yaw: number) => ({ x: 0, y: 0, z: Math.sin(yaw / 2), w: Math.cos(yaw / 2) });

export function odometryMessage(odometry: WheelOdometry, header: Header, childFrame: string) {
  return {
    header,
    child_frame_id: childFrame,
    pose: {
      pose: { position: { x: odometry.x, y: odometry.y, z: 0 }, orientation: planarRotation(odometry.yaw) },
      covariance: unknownCovariance,
    },
    twist: {
      twist: { linear: { x: odometry.linear, y: 0, z: 0 }, angular: { x: 0, y: 0, z: odometry.angular } },
      covariance: unknownCovariance,
    },
  };
}

export function odometryTransform(odometry: WheelOdometry, header: Header, childFrame: string) {
  return {
    header,
    child_frame_id: childFrame,
    transform: {
      translation: { x: odometry.x, y: odometry.y, z: 0 },
      rotation: planarRotation(odometry.yaw),
    },
  };
}

export function scanMessage(model: RobotModel, ranges: Float32Array, header: Header) {
  const { min_angle_rad, max_angle_rad, min_range_m, max_range_m, rate_hz } = model.mobile.lidar;
  return {
    header,
    angle_min: min_angle_rad,
    angle_max: max_angle_rad,
    angle_increment: (max_angle_rad - min_angle_rad) / (ranges.length - 1),
    time_increment: 0,
    scan_time: 1 / rate_hz,
    range_min: min_range_m,
    range_max: max_range_m,
    ranges,
  };
}

/** @param pixels - row-major, one or three values a pixel */
export function imageMessage(
  camera: PinholeCamera,
  encoding: 'rgb8' | '16UC1',
  pixels: Uint8Array | Uint16Array,
  header: Header,
) {
  const data = new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength);
  return {
    header,
    height: camera.heightPx,
    width: camera.widthPx,
    encoding,
    is_bigendian: 0,
    step: data.byteLength / camera.heightPx,
    data,
  };
}

export function cameraInfoMessage(camera: PinholeCamera, header: Header) {
  const { fx, fy, cx, cy, widthPx, heightPx } = camera;
  return {
    header,
    height: heightPx,
    width: widthPx,
    distortion_model: 'plumb_bob',
    d: new Float64Array(5),
    k: Float64Array.of(fx, 0, cx, 0, fy, cy, 0, 0, 1),
    r: Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1),
    p: Float64Array.of(fx, 0, cx, 0, 0, fy, cy, 0, 0, 0, 1, 0),
  };
}

/** Writes vision_msgs/msg/LabelInfo: the class of every instance number of the segmentation. */
export function labelsMessage(scene: Scene, instanceOfObject: ReadonlyMap<string, number>, header: Header) {
  const class_map = scene.file.objects.map(({ id, kind }) => ({
    class_id: instanceOfObject.get(id) ?? 0,
    class_name: kind,
  }));
  const people = scene.file.people.flatMap(({ id, parts }) =>
    parts.map((part) => ({
      class_id: instanceOfObject.get(`${id}/${part.id}`) ?? 0,
      class_name: `person/${part.region}`,
    })),
  );
  const stains = scene.file.stains.map(({ id }) => ({
    class_id: instanceOfObject.get(id) ?? 0,
    class_name: 'stain/spill',
  }));
  return { header, class_map: [...class_map, ...people, ...stains] };
}
