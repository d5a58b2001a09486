import { nsToSeconds, Transform } from '@efferent/core';
import {
  DiagnosticUpdater,
  type NodeModule,
  qosProfiles,
  type RosNode,
  stampFromNs,
  stampToNs,
} from '@efferent/ros';
import { JointStateReader } from './joint-state-reader.ts';
import { loadRobotModel } from './load-robot-model.ts';
import { poseAt, type RobotLink, type RobotModel } from './robot-model.ts';

/** Transforms of moving links are published at most this often, s: 20 Hz. */
const periodS = 0.05;
/** Joint states that are older when they come say nothing about where the robot is, s. */
const statesMaxAgeS = 0.5;

/** Publishes `robot_description`, `/tf_static` and the moving part of `/tf` from `joint_states`. */
export const statePublisherNode: NodeModule = {
  name: 'state_publisher',
  async start(node, services) {
    const robot = node.declareParameter('robot', 'stretch', {
      description: 'folder below robots/',
      readOnly: true,
    });
    const framePrefix = node.declareParameter('frame_prefix', '', {
      description: 'before every frame of the robot',
      readOnly: true,
    });
    const model = loadRobotModel(services.workspaceFolders, robot);
    node
      .createPublisher('std_msgs/msg/String', 'robot_description', qosProfiles.latched)
      .publish({ data: model.urdfText });
    publishStatic(node, model, framePrefix);
    const transforms = node.createPublisher('tf2_msgs/msg/TFMessage', '/tf', qosProfiles.tf);
    const moving = model.links.filter((link) => link.joint !== undefined && link.joint.type !== 'fixed');
    const state = new JointStateReader(model);
    const poses = model.createKinematicsBuffer();
    const states = new DiagnosticUpdater(node).watch('joint states', {
      rateHz: model.manifest.driver.joint_states_rate_hz,
      maxAgeS: statesMaxAgeS,
    });
    let publishedS = Number.NEGATIVE_INFINITY;
    node.createSubscription(
      'sensor_msgs/msg/JointState',
      'joint_states',
      { qos: qosProfiles.default },
      (message) => {
        const { stamp } = message.header;
        states.tick(nsToSeconds(node.clock.nowNs() - stampToNs(stamp)));
        const stampS = stamp.sec + stamp.nanosec * 1e-9;
        if (Math.abs(stampS - publishedS) < periodS - 1e-6) return;
        publishedS = stampS;
        state.read(message);
        model.forwardKinematics(state.jointPositions, poses);
        transforms.publish({
          transforms: moving.map((link) => {
            const parentFromLink = poseAt(poses, link.parentIndex)
              .inverse()
              .multiply(poseAt(poses, link.index));
            return transformMessage(link, model, framePrefix, parentFromLink, stamp);
          }),
        });
      },
    );
    return { stop: async () => undefined };
  },
};

function publishStatic(node: RosNode, model: RobotModel, framePrefix: string): void {
  const stamp = stampFromNs(node.clock.nowNs());
  const fixed = model.links.filter((link) => link.joint?.type === 'fixed');
  node.createPublisher('tf2_msgs/msg/TFMessage', '/tf_static', qosProfiles.tfStaticPublisher).publish({
    transforms: fixed.map((link) =>
      transformMessage(link, model, framePrefix, link.joint?.parentFromJoint ?? Transform.identity, stamp),
    ),
  });
}

function transformMessage(
  link: RobotLink,
  model: RobotModel,
  framePrefix: string,
  parentFromLink: Transform,
  stamp: { readonly sec: number; readonly nanosec: number },
) {
  const [x, y, z] = parentFromLink.translation;
  const [qx, qy, qz, qw] = parentFromLink.rotation;
  return {
    header: { stamp, frame_id: `${framePrefix}${model.links[link.parentIndex]?.name ?? ''}` },
    child_frame_id: `${framePrefix}${link.name}`,
    transform: { translation: { x, y, z }, rotation: { x: qx, y: qy, z: qz, w: qw } },
  };
}
