import type { FileHandle } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { McapChunkBuilder, McapRecordBuilder, type McapTypes } from '@mcap/core';
import { type BagCompression, compressChunk } from './bag-format.ts';

type NewSchema = Omit<McapTypes.Schema, 'id'>;
type NewChannel = Omit<McapTypes.Channel, 'id'>;

/** A chunk that is on the disk. */
interface WrittenChunk {
  readonly index: McapTypes.ChunkIndex;
  readonly counts: ReadonlyMap<number, number>;
}

const defaultChunkBytes = 1024 * 1024;
const profile = 'ros2';

/**
 * Writes an MCAP file of the profile `ros2`, chunked and indexed.
 *
 * The library's own writer ends a chunk by its size alone; this one also when it is told to, so that a recording of little
 * data does not stay in memory, and it can write its index where the disk is full. Calls must not overlap.
 *
 * @see https://mcap.dev/spec
 */
export class McapFile {
  readonly #handle: FileHandle;
  readonly #compression: BagCompression;
  readonly #chunkBytes: number;
  readonly #records = new McapRecordBuilder();
  readonly #schemas: McapTypes.Schema[] = [];
  readonly #channels: McapTypes.Channel[] = [];
  /** Ids of what was written into a chunk already. */
  readonly #introduced = new Set<McapTypes.Schema | McapTypes.Channel>();
  readonly #chunk = new McapChunkBuilder({ useMessageIndex: true });
  readonly #chunks: WrittenChunk[] = [];
  #counts = new Map<number, number>();
  #position = 0;

  constructor(
    handle: FileHandle,
    options: { readonly compression: BagCompression; readonly chunkBytes?: number },
  ) {
    this.#handle = handle;
    this.#compression = options.compression;
    this.#chunkBytes = options.chunkBytes ?? defaultChunkBytes;
  }

  async start(library: string): Promise<void> {
    this.#records.writeMagic();
    this.#records.writeHeader({ profile, library });
    await this.#write();
  }

  addSchema(schema: NewSchema): number {
    const id = this.#schemas.length + 1;
    this.#schemas.push({ ...schema, id });
    return id;
  }

  addChannel(channel: NewChannel): number {
    const id = this.#channels.length;
    this.#channels.push({ ...channel, id });
    return id;
  }

  async addMessage(message: McapTypes.Message): Promise<void> {
    const channel = this.#channels[message.channelId] as McapTypes.Channel;
    if (!this.#introduced.has(channel)) this.#introduce(channel);
    this.#chunk.addMessage(message);
    this.#counts.set(message.channelId, (this.#counts.get(message.channelId) ?? 0) + 1);
    if (this.#chunk.byteLength > this.#chunkBytes) await this.flush();
  }

  /** Ends the chunk under way; what was added until now outlives the process. */
  async flush(): Promise<void> {
    if (this.#chunk.numMessages === 0) return;
    const { buffer, messageStartTime, messageEndTime } = this.#chunk;
    const { compression, compressedData } =
      this.#compression === 'zstd' ? compressChunk(buffer) : { compression: '', compressedData: buffer };
    const chunkStartOffset = BigInt(this.#position);
    this.#records.writeChunk({
      messageStartTime,
      messageEndTime,
      uncompressedSize: BigInt(buffer.length),
      uncompressedCrc: crc32(buffer),
      compression,
      records: compressedData,
    });
    const messageIndexOffsets = new Map<number, bigint>();
    const chunkBytes = this.#records.length;
    for (const index of this.#chunk.indices) {
      messageIndexOffsets.set(index.channelId, BigInt(this.#position + this.#records.length));
      this.#records.writeMessageIndex(index);
    }
    const index: McapTypes.ChunkIndex = {
      messageStartTime,
      messageEndTime,
      chunkStartOffset,
      chunkLength: BigInt(chunkBytes),
      messageIndexOffsets,
      messageIndexLength: BigInt(this.#records.length - chunkBytes),
      compression,
      compressedSize: BigInt(compressedData.length),
      uncompressedSize: BigInt(buffer.length),
    };
    await this.#write();
    this.#chunks.push({ index, counts: this.#counts });
    this.#counts = new Map();
    this.#chunk.reset();
  }

  /** Writes the chunk under way and the index. */
  async end(): Promise<McapTypes.Statistics> {
    await this.flush();
    return this.#writeIndex();
  }

  /**
   * Ends a file whose disk is full: takes back what was written in part, and whole chunks from the end until there is room
   * for the index.
   *
   * @returns what is in the file; undefined when not even an index of nothing could be written
   */
  async salvage(): Promise<McapTypes.Statistics | undefined> {
    for (;;) {
      this.#records.reset();
      try {
        await this.#handle.truncate(this.#position);
        return await this.#writeIndex();
      } catch {
        const last = this.#chunks.pop();
        if (last === undefined) return undefined;
        this.#position = Number(last.index.chunkStartOffset);
      }
    }
  }

  #introduce(channel: McapTypes.Channel): void {
    const schema = this.#schemas[channel.schemaId - 1];
    if (schema !== undefined && !this.#introduced.has(schema)) {
      this.#chunk.addSchema(schema);
      this.#introduced.add(schema);
    }
    this.#chunk.addChannel(channel);
    this.#introduced.add(channel);
  }

  async #writeIndex(): Promise<McapTypes.Statistics> {
    const statistics = this.#statistics();
    const records = this.#records;
    // 0 says that there is no checksum over all the data; each chunk has its own.
    records.writeDataEnd({ dataSectionCrc: 0 });
    const summaryStart = BigInt(this.#position + records.length);
    for (const schema of this.#schemas) records.writeSchema(schema);
    for (const channel of this.#channels) records.writeChannel(channel);
    records.writeStatistics(statistics);
    for (const { index } of this.#chunks) records.writeChunkIndex(index);
    records.writeFooter({ summaryStart, summaryOffsetStart: 0n, summaryCrc: 0 });
    records.writeMagic();
    await this.#write();
    return statistics;
  }

  #statistics(): McapTypes.Statistics {
    const channelMessageCounts = new Map<number, bigint>();
    for (const { counts } of this.#chunks)
      for (const [channel, count] of counts)
        channelMessageCounts.set(channel, (channelMessageCounts.get(channel) ?? 0n) + BigInt(count));
    let messageStartTime = this.#chunks[0]?.index.messageStartTime ?? 0n;
    let messageEndTime = 0n;
    for (const { index } of this.#chunks) {
      if (index.messageStartTime < messageStartTime) messageStartTime = index.messageStartTime;
      if (index.messageEndTime > messageEndTime) messageEndTime = index.messageEndTime;
    }
    return {
      messageCount: [...channelMessageCounts.values()].reduce((sum, count) => sum + count, 0n),
      schemaCount: this.#schemas.length,
      channelCount: this.#channels.length,
      attachmentCount: 0,
      metadataCount: 0,
      chunkCount: this.#chunks.length,
      messageStartTime,
      messageEndTime,
      channelMessageCounts,
    };
  }

  /** Writes the records that wait. The file counts as longer only once all of them are in it. */
  async #write(): Promise<void> {
    const bytes = this.#records.buffer;
    for (let written = 0; written < bytes.length; ) {
      const { bytesWritten } = await this.#handle.write(
        bytes,
        written,
        bytes.length - written,
        this.#position + written,
      );
      written += bytesWritten;
    }
    this.#position += bytes.length;
    this.#records.reset();
  }
}
