import { open } from 'node:fs/promises';
import { zstdDecompressSync } from 'node:zlib';
import { parse } from '@foxglove/rosmsg';
import { MessageReader } from '@foxglove/rosmsg2-serialization';
import { McapIndexedReader } from '@mcap/core';

export interface ReadMessage {
  readonly topic: string;
  readonly type: string;
  readonly data: Uint8Array;
  /** As the outside reader understands it. */
  readonly message: unknown;
}

/**
 * Reads a bag as Foxglove does: by its own libraries, and by nothing but what the bag holds.
 *
 * @throws when a schema does not parse, or a message does not decode by it
 */
export async function* readAsFoxglove(path: string): AsyncGenerator<ReadMessage> {
  const file = await open(path);
  try {
    const reader = await McapIndexedReader.Initialize({
      readable: {
        size: async () => BigInt((await file.stat()).size),
        read: async (offset, size) => {
          const bytes = new Uint8Array(Number(size));
          await file.read(bytes, 0, bytes.length, Number(offset));
          return bytes;
        },
      },
      decompressHandlers: { zstd: (bytes) => zstdDecompressSync(bytes) },
    });
    const decoders = new Map(
      [...reader.schemasById].map(([id, { name, data }]) => {
        const definitions = parse(new TextDecoder().decode(data), { ros2: true });
        return [id, { type: name, decoder: new MessageReader(definitions, { timeType: 'sec,nanosec' }) }];
      }),
    );
    for await (const { channelId, data } of reader.readMessages()) {
      const { topic, schemaId } = reader.channelsById.get(channelId)!;
      const { type, decoder } = decoders.get(schemaId)!;
      yield { topic, type, data, message: decoder.readMessage(data) };
    }
  } finally {
    await file.close();
  }
}
