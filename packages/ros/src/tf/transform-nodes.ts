import type { Transform } from '@efferent/core';
import type { MessageTypes } from '@efferent/interfaces';
import type { Partially, RosNode } from '../port.ts';
import { qosProfiles } from '../qos.ts';
import { TransformBuffer } from './transform-buffer.ts';

type TransformStamped = MessageTypes['geometry_msgs/msg/TransformStamped'];

/** Two frames that a message needs the transform between. */
export type FramePair = readonly [target: string, source: string];

/** Work that waits for its transforms. */
interface Waiting {
  readonly pairs: readonly FramePair[];
  readonly timeNs: bigint;
  readonly sinceNs: bigint;
  readonly use: () => void;
}

/** More messages than this never wait; the oldest is given up. */
const mostWaiting = 16;
/** Transforms that are not there after so long will not come, ns. */
const patienceNs = 500_000_000n;

/** Keeps a buffer filled from `/tf` and `/tf_static`. */
export class TransformListener {
  readonly buffer: TransformBuffer;
  readonly #node: RosNode;
  #waiting: Waiting[] = [];

  /** @param cacheNs - how long transforms are kept, ns; 10 s when left out */
  constructor(node: RosNode, cacheNs?: number) {
    const buffer = new TransformBuffer(cacheNs);
    this.buffer = buffer;
    this.#node = node;
    let newestNs = node.clock.nowNs();
    node.createSubscription('tf2_msgs/msg/TFMessage', '/tf', { qos: qosProfiles.tf }, ({ transforms }) => {
      const nowNs = node.clock.nowNs();
      if (nowNs < newestNs) buffer.clear();
      newestNs = nowNs;
      for (const transform of transforms) buffer.setTransform(transform, false);
      if (this.#waiting.length > 0) this.#serveWaiting();
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

  /**
   * Calls `use` as soon as every pair of frames is known at a time: at once, or when `/tf` has caught up with a message that
   * was faster. After half a second it is given up. The same as a message filter of tf2_ros.
   *
   * @param timeNs - ROS time of the message, ns
   */
  whenKnown(pairs: readonly FramePair[], timeNs: bigint, use: () => void): void {
    if (this.#areKnown(pairs, timeNs)) {
      use();
      return;
    }
    this.#waiting.push({ pairs, timeNs, sinceNs: this.#node.steadyClock.nowNs(), use });
    if (this.#waiting.length > mostWaiting) this.#waiting.shift();
  }

  #areKnown(pairs: readonly FramePair[], timeNs: bigint): boolean {
    return pairs.every(([target, source]) => this.lookup(target, source, timeNs) !== undefined);
  }

  #serveWaiting(): void {
    const nowNs = this.#node.steadyClock.nowNs();
    const all = this.#waiting;
    const known = all.filter(({ pairs, timeNs }) => this.#areKnown(pairs, timeNs));
    this.#waiting = all.filter((each) => !known.includes(each) && nowNs - each.sinceNs < patienceNs);
    for (const { use } of known) use();
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
