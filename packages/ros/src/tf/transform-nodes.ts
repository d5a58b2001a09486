import type { Transform } from '@efferent/core';
import type { MessageTypes } from '@efferent/interfaces';
import type { Partially, RosNode } from '../port.ts';
import { qosProfiles } from '../qos.ts';
import { TransformBuffer } from './transform-buffer.ts';

type TransformStamped = MessageTypes['geometry_msgs/msg/TransformStamped'];

/** Keeps a buffer filled from `/tf` and `/tf_static`. */
export class TransformListener {
  readonly buffer: TransformBuffer;

  /** @param cacheNs - how long transforms are kept, ns; 10 s when left out */
  constructor(node: RosNode, cacheNs?: number) {
    const buffer = new TransformBuffer(cacheNs);
    this.buffer = buffer;
    let newestNs = node.clock.nowNs();
    node.createSubscription('tf2_msgs/msg/TFMessage', '/tf', { qos: qosProfiles.tf }, ({ transforms }) => {
      const nowNs = node.clock.nowNs();
      if (nowNs < newestNs) buffer.clear();
      newestNs = nowNs;
      for (const transform of transforms) buffer.setTransform(transform, false);
    });
    const qos = qosProfiles.tfStaticSubscription;
    node.createSubscription('tf2_msgs/msg/TFMessage', '/tf_static', { qos }, ({ transforms }) => {
      for (const transform of transforms) buffer.setTransform(transform, true);
    });
  }

  /**
   * Returns the transform that maps points from `source` to `target`, or undefined while it is not known.
   *
   * @param timeNs - ROS time, ns; the newest common time when left out
   */
  lookup(target: string, source: string, timeNs?: bigint): Transform | undefined {
    return this.buffer.tryLookup(target, source, timeNs ?? 'latest');
  }
}

/** Sends transforms to everybody's buffer. */
export interface TransformBroadcaster {
  send(transforms: readonly Partially<TransformStamped>[]): void;
}

/** Broadcasts what moves, on `/tf`. */
export function createTransformBroadcaster(node: RosNode): TransformBroadcaster {
  const publisher = node.createPublisher('tf2_msgs/msg/TFMessage', '/tf', qosProfiles.tf);
  return { send: (transforms) => publisher.publish({ transforms }) };
}

/** Broadcasts what stays, on `/tf_static`; each message repeats all, as latecomers get only the last one. */
export function createStaticTransformBroadcaster(node: RosNode): TransformBroadcaster {
  const publisher = node.createPublisher(
    'tf2_msgs/msg/TFMessage',
    '/tf_static',
    qosProfiles.tfStaticPublisher,
  );
  const byChild = new Map<string, Partially<TransformStamped>>();
  return {
    send: (transforms) => {
      for (const transform of transforms) byChild.set(transform.child_frame_id ?? '', transform);
      publisher.publish({ transforms: [...byChild.values()] });
    },
  };
}
