import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  ConfigurationError,
  conjugateQuaternion,
  describeError,
  nsToSeconds,
  Rng,
  rotateVector,
} from '@efferent/core';
import type { MessageTypes } from '@efferent/interfaces';
import {
  DiagnosticUpdater,
  type NodeModule,
  qosProfiles,
  type RosNode,
  stampToNs,
  TransformListener,
} from '@efferent/ros';
import type { CameraFrame, Detection, Detector, Intrinsics } from './detector.ts';
import { defaultPerceptionNoise } from './perception-noise.ts';
import { type CompleteSet, PictureSet } from './picture-set.ts';
import { loadRobotCamera } from './robot-camera.ts';
import { SegmentationDetector } from './segmentation-detector.ts';

/** A picture that is older when it comes is of another world, s. */
const pictureMaxAgeS = 1;
/** A detection that takes longer leaves out pictures, ms. */
const detectionMaxMs = 200;

type Image = MessageTypes['sensor_msgs/msg/Image'];

/** Pictures of the head camera to `detections`, in the camera's optical frame. */
export const detectorNode: NodeModule = {
  name: 'detector',
  async start(node, services) {
    const robot = node.declareParameter('robot', 'stretch', {
      description: 'folder below robots/',
      readOnly: true,
    });
    const framePrefix = node.declareParameter('frame_prefix', '', {
      description: "before the robot's base frame",
      readOnly: true,
    });
    const cameraName = node.declareParameter('camera', '', {
      description: "name of the camera whose topics are read; empty takes the robot's first",
      readOnly: true,
    });
    const seed = node.declareParameter('seed', 1, {
      description: 'seed of the simulated detection noise',
      integer: true,
      readOnly: true,
    });
    const uprightName = node.declareParameter('upright_frame', '', {
      description: "frame whose z axis is up; empty takes the robot's base frame",
      readOnly: true,
    });
    const chosen = node.declareParameter('detector', 'segmentation', {
      description:
        '"segmentation" (simulated cameras), or the path of a module that exports createDetector()',
      readOnly: true,
    });
    const rateName = 'camera_rate_hz';
    node.declareParameter(rateName, 0, {
      description:
        'pictures a second that the camera should send, for /diagnostics; 0 takes what robot.yaml says',
      range: [0, 120],
    });
    const own =
      cameraName === '' || uprightName === '' ? loadRobotCamera(services.workspaceFolders, robot) : undefined;
    const camera = cameraName || own!.name;
    const uprightFrame = uprightName || `${framePrefix}${own!.baseFrame}`;
    const detector = await services.jobs.run({ name: 'load-detector', modelledLatencyMs: 50 }, () =>
      createDetector(chosen, seed),
    );
    const isSimulated = detector instanceof SegmentationDetector;
    const transforms = new TransformListener(node);
    const publisher = node.createPublisher(
      'vision_msgs/msg/Detection3DArray',
      'detections',
      qosProfiles.sensorData,
    );
    const pictures = new PictureSet(isSimulated ? ['depth', 'segmentation'] : ['color', 'depth']);
    let intrinsics: Intrinsics | undefined;
    let isBusy = false;
    const diagnostics = new DiagnosticUpdater(node);
    const cameraTerms = {
      get rateHz() {
        return (node.getParameter(rateName) as number) || own?.rateHz;
      },
      maxAgeS: pictureMaxAgeS,
    };
    const seen = diagnostics.watch('pictures', cameraTerms);
    const detected = diagnostics.watch('detections', { maxLatencyMs: detectionMaxMs });

    const detect = async (frame: CameraFrame, header: Image['header']): Promise<void> => {
      const startNs = node.steadyClock.nowNs();
      const detections = await services.jobs.run(
        { name: 'detector', modelledLatencyMs: detector.modelledLatencyMs },
        () => detector.detect(frame),
      );
      detected.tick();
      detected.took(nsToSeconds(node.steadyClock.nowNs() - startNs) * 1000);
      publisher.publish({ header, detections: detections.map((detection) => toMessage(detection, header)) });
    };

    const onImage = (kind: 'color' | 'depth' | 'segmentation') => (image: Image) => {
      const complete = pictures.add(kind, image);
      if (complete === undefined) return;
      const { header } = complete.depth;
      seen.tick(nsToSeconds(node.clock.nowNs() - stampToNs(header.stamp)));
      transforms.whenKnown([[uprightFrame, header.frame_id]], stampToNs(header.stamp), () => start(complete));
    };

    const start = (complete: CompleteSet): void => {
      const { header, width, height } = complete.depth;
      const uprightFromCamera = transforms.lookup(uprightFrame, header.frame_id, stampToNs(header.stamp));
      if (uprightFromCamera === undefined || intrinsics === undefined || isBusy) {
        if (isBusy) detected.drop();
        return;
      }
      isBusy = true;
      const frame: CameraFrame = {
        stampNs: stampToNs(header.stamp),
        widthPx: width,
        heightPx: height,
        intrinsics,
        color: complete.color?.data,
        depthMm: pixels16(complete.depth),
        segmentation: complete.segmentation === undefined ? undefined : pixels16(complete.segmentation),
        up: rotateVector(conjugateQuaternion(uprightFromCamera.rotation), [0, 0, 1]),
      };
      detect(frame, header)
        .catch((error: unknown) => node.logger.error('detection-failed', { error: describeError(error) }))
        .finally(() => {
          isBusy = false;
        });
    };

    subscribe(node, `${camera}/depth/image_raw`, onImage('depth'));
    if (isSimulated) subscribe(node, `${camera}/segmentation/image_raw`, onImage('segmentation'));
    else subscribe(node, `${camera}/color/image_raw`, onImage('color'));
    node.createSubscription(
      'sensor_msgs/msg/CameraInfo',
      `${camera}/color/camera_info`,
      { qos: qosProfiles.sensorData },
      (info) => {
        intrinsics = { fx: info.k[0]!, fy: info.k[4]!, cx: info.k[2]!, cy: info.k[5]! };
      },
    );
    node.createSubscription(
      'vision_msgs/msg/LabelInfo',
      `${camera}/segmentation/labels`,
      { qos: qosProfiles.latched },
      (labels) => {
        detector.setLabels?.(new Map(labels.class_map.map((entry) => [entry.class_id, entry.class_name])));
      },
    );
    return { stop: () => Promise.resolve() };
  },
};

function subscribe(node: RosNode, topic: string, callback: (image: Image) => void): void {
  node.createSubscription('sensor_msgs/msg/Image', topic, { qos: qosProfiles.sensorData }, callback);
}

async function createDetector(chosen: string, seed: number): Promise<Detector> {
  if (chosen === 'segmentation')
    return new SegmentationDetector(defaultPerceptionNoise, new Rng(seed).fork('detector'));
  let loaded: unknown;
  try {
    loaded = await import(pathToFileURL(resolve(chosen)).href);
  } catch (cause) {
    throw new ConfigurationError({
      code: 'unreadable-detector',
      message: `parameter detector: cannot load ${chosen} (${describeError(cause)})`,
      fields: { detector: chosen },
      cause,
    });
  }
  const create = (loaded as { createDetector?: unknown }).createDetector;
  if (typeof create !== 'function') {
    throw new ConfigurationError({
      code: 'bad-detector',
      message: `parameter detector: ${chosen} exports no function createDetector(): Promise<Detector>`,
      fields: { detector: chosen },
    });
  }
  return (await create()) as Detector;
}

/** 16-bit pixels of an image without copying, where alignment and rows allow. */
function pixels16(image: Image): Uint16Array {
  const { data, width, height } = image;
  if (data.byteOffset % 2 === 0) return new Uint16Array(data.buffer, data.byteOffset, width * height);
  return new Uint16Array(data.slice().buffer, 0, width * height);
}

function toMessage(detection: Detection, header: Image['header']) {
  const [x, y, z] = detection.positionM;
  const [qx, qy, qz, qw] = detection.orientation;
  const pose = { position: { x, y, z }, orientation: { x: qx, y: qy, z: qz, w: qw } };
  const [sx, sy, sz] = detection.sizeM;
  const { className, bodyPart, score } = detection;
  const classes = bodyPart === undefined ? [className] : [className, bodyPart];
  return {
    header,
    results: classes.map((class_id) => ({ hypothesis: { class_id, score }, pose: { pose } })),
    bbox: { center: pose, size: { x: sx, y: sy, z: sz } },
  };
}
