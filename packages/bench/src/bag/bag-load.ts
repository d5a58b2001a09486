import type { QosProfile } from '@efferent/ros';

export const bagLoadType = 'std_msgs/msg/UInt8MultiArray';

/** What a robot's cameras, lidar and joints send, together a little more than 50 MB/s. */
export const bagLoad = [
  { topic: '/bench/pictures', bytes: 1_000_000, rateHz: 40 },
  { topic: '/bench/points', bytes: 64_000, rateHz: 160 },
  { topic: '/bench/states', bytes: 1_000, rateHz: 1_000 },
] as const;

/** A publisher that loses nothing itself, so that what is missing was lost by the recorder. */
export const bagLoadQos: QosProfile = {
  history: 'keep-all',
  depth: 0,
  reliability: 'reliable',
  durability: 'volatile',
};

/** Bytes of a message around its data: CDR header and the lengths of the layout. */
export const bytesAround = 16;
