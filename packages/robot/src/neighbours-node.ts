import { type NodeScope, qosProfiles } from '@efferent/ros';
import { JointStateReader } from './joint-state-reader.ts';
import { Neighbour } from './neighbour.ts';
import { PlanarPoseTracker, planarFrames } from './planar-pose.ts';
import { standOf } from './prior-map.ts';
import type { PriorMap } from './prior-map-schema.ts';
import type { RobotModel } from './robot-model.ts';

/** Follows the other robots of the graph from their joint states and places in the map. */
export function watchNeighbours(
  node: NodeScope,
  models: readonly RobotModel[],
  map: PriorMap | undefined,
): readonly Neighbour[] {
  return models.map((model) => {
    const neighbour = new Neighbour(model);
    const joints = new JointStateReader(model);
    const stand = model.isFixed && map !== undefined ? standOf(map, model.id) : undefined;
    const pose = new PlanarPoseTracker(planarFrames('', model.manifest.frames.base));
    if (stand === undefined)
      node.createSubscription('tf2_msgs/msg/TFMessage', '/tf', { qos: qosProfiles.tf }, (message) =>
        pose.read(message),
      );
    node.createSubscription(
      'sensor_msgs/msg/JointState',
      `${model.namespace}/joint_states`,
      { qos: qosProfiles.default },
      (message) => {
        joints.read(message);
        const { x, y, yaw } = pose.mapFromBase;
        if (stand !== undefined) neighbour.place(joints.jointPositions, ...stand);
        else if (pose.isLocated) neighbour.place(joints.jointPositions, x, y, yaw);
      },
    );
    return neighbour;
  });
}
