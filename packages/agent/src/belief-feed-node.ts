import { Transform } from '@efferent/core';
import type { MessageTypes } from '@efferent/interfaces';
import type { RobotModel } from '@efferent/robot';
import { qosProfiles, type RosNode, stampToNs, type TransformListener } from '@efferent/ros';
import type { Belief, CameraDetection } from './belief/belief.ts';
import type { CameraView } from './belief/visibility.ts';

type Detections = MessageTypes['vision_msgs/msg/Detection3DArray'];
type Image = MessageTypes['sensor_msgs/msg/Image'];
type CameraInfo = MessageTypes['sensor_msgs/msg/CameraInfo'];

/** A picture waits this long for the transforms of its instant; then the newest ones must do, s. */
const transformPatienceS = 0.4;
const feedPeriodNs = 100_000_000n;
const maxWaiting = 4;

/**
 * Feeds the belief from one robot's topics: detections, depth, joint states and tf.
 *
 * Pictures are taken in when the transforms of their instant are known, in order.
 */
export class BeliefFeed {
  readonly #belief: Belief;
  readonly #node: RosNode;
  readonly #transforms: TransformListener;
  readonly #model: RobotModel;
  readonly #framePrefix: string;
  readonly #waiting: Detections[] = [];
  #info: CameraInfo | undefined;
  #depth: Image | undefined;
  #jointNames: readonly string[] = [];
  #gripperIndex = -1;
  #extensionIndex = -1;

  constructor(
    node: RosNode,
    belief: Belief,
    model: RobotModel,
    transforms: TransformListener,
    framePrefix: string,
    camera: string,
  ) {
    this.#node = node;
    this.#belief = belief;
    this.#model = model;
    this.#transforms = transforms;
    this.#framePrefix = framePrefix;
    const topic = (name: string) => `${model.namespace}/${name}`;
    const qos = qosProfiles.sensorData;
    node.createSubscription(
      'sensor_msgs/msg/CameraInfo',
      topic(`${camera}/color/camera_info`),
      { qos },
      (info) => {
        this.#info = info;
      },
    );
    node.createSubscription('sensor_msgs/msg/Image', topic(`${camera}/depth/image_raw`), { qos }, (image) => {
      this.#depth = image;
    });
    node.createSubscription('vision_msgs/msg/Detection3DArray', topic('detections'), { qos }, (message) => {
      this.#waiting.push(message);
      if (this.#waiting.length > maxWaiting) this.#waiting.shift();
    });
    node.createSubscription(
      'sensor_msgs/msg/JointState',
      topic('joint_states'),
      { qos: qosProfiles.default },
      (message) => this.#onJoints(message),
    );
    node.createTimer(feedPeriodNs, () => this.#feed());
  }

  /** Takes the gripper and the reach of the arm out of a joint state; runs at 100 Hz. */
  #onJoints(message: MessageTypes['sensor_msgs/msg/JointState']): void {
    if (message.name !== this.#jointNames && !sameNames(message.name, this.#jointNames)) {
      const { gripper, arm } = this.#model.manifest;
      this.#gripperIndex = message.name.indexOf(gripper.actuator);
      this.#extensionIndex = arm === undefined ? -1 : message.name.indexOf(arm.extension);
    }
    this.#jointNames = message.name;
    const index = this.#gripperIndex;
    const aperture = message.position[index];
    if (index < 0 || aperture === undefined) return;
    const { sec, nanosec } = message.header.stamp;
    this.#belief.observeJoints(
      this.#model.namespace,
      aperture,
      message.effort[index] ?? Number.NaN,
      sec + nanosec * 1e-9,
    );
    const extensionM = message.position[this.#extensionIndex];
    if (this.#extensionIndex < 0 || extensionM === undefined) return;
    const effortN = message.effort[this.#extensionIndex] ?? 0;
    this.#belief.observeArm(this.#model.namespace, { extensionM, effortN });
  }

  #feed(): void {
    const { frames } = this.#model.manifest;
    const mapFromBase = this.#transforms.lookup('map', this.#framePrefix + frames.base);
    const mapFromTool = this.#transforms.lookup('map', this.#framePrefix + frames.tool);
    if (mapFromBase !== undefined)
      this.#belief.observeRobot(this.#model.namespace, mapFromBase, mapFromTool ?? mapFromBase);
    while (this.#waiting.length > 0 && this.#takeIn(this.#waiting[0]!)) this.#waiting.shift();
  }

  /** Returns false when the picture has to wait for its transforms. */
  #takeIn(message: Detections): boolean {
    const stampNs = stampToNs(message.header.stamp);
    const { frame_id: frame } = message.header;
    const ageS = Number(this.#node.clock.nowNs() - stampNs) / 1e9;
    let mapFromCamera = this.#transforms.lookup('map', frame, stampNs);
    if (mapFromCamera === undefined && ageS < transformPatienceS) return false;
    mapFromCamera ??= this.#transforms.lookup('map', frame);
    if (mapFromCamera === undefined || this.#info === undefined) return true;
    const view = cameraView(this.#info, mapFromCamera);
    const stampS = Number(stampNs) / 1e9;
    const depth = this.#depth;
    if (depth !== undefined && stampToNs(depth.header.stamp) === stampNs) {
      const depthMm = depthOf(depth);
      if (depthMm !== undefined) this.#belief.observeDepth({ view, depthMm }, stampS);
    }
    for (const detection of message.detections.filter(isFace))
      this.#belief.observeFace(
        mapFromCamera.multiply(detectionOf(detection).cameraFromObject).translation,
        stampS,
      );
    // People are the gate's business: they are nothing that could be fetched.
    const things = message.detections.map(detectionOf).filter(({ className }) => className !== 'person');
    this.#belief.observeDetections(view, things, stampS);
    return true;
  }
}

function cameraView(info: CameraInfo, mapFromCamera: Transform): CameraView {
  return {
    mapFromCamera,
    widthPx: info.width,
    heightPx: info.height,
    fx: info.k[0]!,
    fy: info.k[4]!,
    cx: info.k[2]!,
    cy: info.k[5]!,
  };
}

/** 16UC1 pixels without a copy where alignment allows; undefined for another encoding. */
function depthOf(image: Image): Uint16Array | undefined {
  if (image.encoding !== '16UC1' && image.encoding !== 'mono16') return undefined;
  const { data } = image;
  const aligned = data.byteOffset % 2 === 0 ? data : data.slice();
  return new Uint16Array(aligned.buffer, aligned.byteOffset, aligned.byteLength >> 1);
}

function detectionOf(message: Detections['detections'][number]): CameraDetection {
  const { center, size } = message.bbox;
  const { position: p, orientation: q } = center;
  const result = message.results[0];
  return {
    className: result?.hypothesis.class_id ?? '',
    score: result?.hypothesis.score ?? 0,
    cameraFromObject: new Transform([p.x, p.y, p.z], [q.x, q.y, q.z, q.w]),
    sizeM: [size.x, size.y, size.z],
  };
}

/** The part of a body is the second hypothesis of a person. */
const isFace = ({ results }: Detections['detections'][number]): boolean =>
  results[0]?.hypothesis.class_id === 'person' && results[1]?.hypothesis.class_id === 'head';

function sameNames(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
