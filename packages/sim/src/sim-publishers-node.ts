import { mainCameraOf, type RobotModel } from '@efferent/robot';
import { qosProfiles, type RosNode } from '@efferent/ros';

const { default: reliable, sensorData, latched } = qosProfiles;

/** Creates what the scene and the judge's side publish on; see `docs/ros-graph.md`. */
export const createScenePublishers = (node: RosNode) => ({
  clock: node.createPublisher('rosgraph_msgs/msg/Clock', '/clock', qosProfiles.clock),
  episode: node.createPublisher('std_msgs/msg/String', '/sim/episode', latched),
  markers: node.createPublisher('visualization_msgs/msg/MarkerArray', '/scene/markers', reliable),
});

/** Creates what every simulated robot publishes on. */
export function createRobotPublishers(node: RosNode, model: RobotModel) {
  const name = (suffix: string) => `${model.namespace}/${suffix}`;
  const camera = name(mainCameraOf(model).name);
  return {
    jointStates: node.createPublisher('sensor_msgs/msg/JointState', name('joint_states'), reliable),
    color: node.createPublisher('sensor_msgs/msg/Image', `${camera}/color/image_raw`, sensorData),
    cameraInfo: node.createPublisher('sensor_msgs/msg/CameraInfo', `${camera}/color/camera_info`, sensorData),
    depth: node.createPublisher('sensor_msgs/msg/Image', `${camera}/depth/image_raw`, sensorData),
    segmentation: node.createPublisher(
      'sensor_msgs/msg/Image',
      `${camera}/segmentation/image_raw`,
      sensorData,
    ),
    labels: node.createPublisher('vision_msgs/msg/LabelInfo', `${camera}/segmentation/labels`, latched),
  };
}

/** Creates what a robot that drives publishes on beside that. */
export function createBasePublishers(node: RosNode, model: RobotModel) {
  const name = (suffix: string) => `${model.namespace}/${suffix}`;
  return {
    odometry: node.createPublisher('nav_msgs/msg/Odometry', name('odom'), reliable),
    tf: node.createPublisher('tf2_msgs/msg/TFMessage', '/tf', qosProfiles.tf),
    scan: node.createPublisher('sensor_msgs/msg/LaserScan', name('scan'), sensorData),
    mode: node.createPublisher('std_msgs/msg/String', name('mode'), reliable),
    runstopped: node.createPublisher('std_msgs/msg/Bool', name('is_runstopped'), reliable),
    homed: node.createPublisher('std_msgs/msg/Bool', name('is_homed'), reliable),
    battery: node.createPublisher('sensor_msgs/msg/BatteryState', name('battery'), reliable),
  };
}
