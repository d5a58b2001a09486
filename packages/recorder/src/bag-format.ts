import { constants as zlibConstants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { ConfigurationError, formatYaml, parseYaml } from '@efferent/core';

/** QoS of a recorded publisher. */
export interface BagQos {
  readonly history: 'keep-last' | 'keep-all';
  readonly depth: number;
  readonly reliability: 'reliable' | 'best-effort';
  readonly durability: 'volatile' | 'transient-local';
}

/** What compresses the chunks of a bag. */
export type BagCompression = 'none' | 'zstd';

/** Names who wrote a bag. */
export const library = 'efferent 0.1.0';

/** Keys of a channel's metadata, as rosbag2 writes them. */
export const qosKey = 'offered_qos_profiles';
export const typeHashKey = 'topic_type_hash';

/** Name of the file beside the recordings that rosbag2 reads. */
export const metadataFile = 'metadata.yaml';

export function compressChunk(data: Uint8Array): {
  readonly compression: string;
  readonly compressedData: Uint8Array;
} {
  const params = { [zlibConstants.ZSTD_c_compressionLevel]: 1 };
  return { compression: 'zstd', compressedData: zstdCompressSync(data, { params }) };
}

/** @throws {@link ConfigurationError} code `unsupported-compression` for what is neither plain nor zstd */
export const decompressHandlers = {
  zstd: (data: Uint8Array, _size: bigint): Uint8Array => zstdDecompressSync(data),
  lz4: (): Uint8Array => {
    throw new ConfigurationError({
      code: 'unsupported-compression',
      message:
        'the bag is compressed with lz4, which is not read here; "mcap compress --compression zstd" converts it',
    });
  },
};

/** Forever, as rmw writes it. */
const infinite = { sec: 9_223_372_036, nsec: 854_775_807 };
const underscored = (text: string): string => text.replaceAll('-', '_');

/** QoS profiles as rosbag2 stores them in a channel since Jazzy. */
export const qosText = (profiles: readonly BagQos[]): string =>
  profiles.length === 0
    ? ''
    : formatYaml(
        profiles.map((qos) => ({
          history: underscored(qos.history),
          depth: qos.depth,
          reliability: underscored(qos.reliability),
          durability: underscored(qos.durability),
          deadline: infinite,
          lifespan: infinite,
          liveliness: 'automatic',
          liveliness_lease_duration: infinite,
          avoid_ros_namespace_conventions: false,
        })),
      );

/** What a bag says about one topic. */
export interface BagTopic {
  readonly name: string;
  readonly type: string;
  readonly qos: string;
  readonly typeHash: string;
  readonly messageCount: number;
}

/** What a bag says about itself. Times are ns since the Unix epoch, or of a simulator's start. */
export interface BagSummary {
  readonly startNs: bigint;
  readonly endNs: bigint;
  readonly messageCount: number;
  readonly topics: readonly BagTopic[];
}

/**
 * The text of `metadata.yaml`.
 * @see https://github.com/ros2/rosbag2 rosbag2_storage, BagMetadata version 9
 */
export function metadataText(summary: BagSummary, file: string): string {
  const { startNs, endNs, messageCount, topics } = summary;
  const times = {
    starting_time: { nanoseconds_since_epoch: startNs },
    duration: { nanoseconds: endNs - startNs },
  };
  return formatYaml({
    rosbag2_bagfile_information: {
      version: 9,
      storage_identifier: 'mcap',
      ...times,
      message_count: messageCount,
      topics_with_message_count: topics.map((topic) => ({
        topic_metadata: {
          name: topic.name,
          type: topic.type,
          serialization_format: 'cdr',
          offered_qos_profiles: topic.qos === '' ? [] : parseYaml(topic.qos, file),
          type_description_hash: topic.typeHash,
        },
        message_count: topic.messageCount,
      })),
      compression_format: '',
      compression_mode: '',
      relative_file_paths: [file],
      files: [{ path: file, ...times, message_count: messageCount }],
      custom_data: null,
      ros_distro: 'unknown',
    },
  });
}
