import { type FileHandle, mkdir, open, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ConfigurationError, describeError } from '@efferent/core';
import { schemaText } from '@efferent/interfaces';
import { typeHash } from '@efferent/interfaces/node';
import { McapWriter } from '@mcap/core';
import {
  type BagCompression,
  type BagQos,
  type BagSummary,
  compressChunk,
  metadataFile,
  metadataText,
  qosKey,
  qosText,
  typeHashKey,
} from './bag-format.ts';

export interface BagWriterOptions {
  readonly compression: BagCompression;
  /** Messages wait for the disk up to this many bytes; beyond that the newest are dropped and counted. */
  readonly maxQueuedBytes?: number;
  /** What is lost at most when the process is killed, bytes. */
  readonly chunkBytes?: number;
}

const defaultQueuedBytes = 256 * 1024 * 1024;
const defaultChunkBytes = 1024 * 1024;
const library = 'efferent 0.1.0';

interface Topic {
  readonly name: string;
  readonly type: string;
  readonly qos: string;
  readonly typeHash: string;
  readonly channelId: number;
  sequence: number;
  dropped: number;
}

interface Pending {
  readonly topic: Topic;
  readonly data: Uint8Array;
  readonly timeNs: bigint;
}

/**
 * Writes messages into an MCAP file of the profile `ros2`, chunked and indexed, and rosbag2's `metadata.yaml` beside it.
 *
 * {@link BagWriter.write} never waits: what the disk does not take in time waits in memory, and what does not fit there is
 * dropped and counted by topic.
 */
export class BagWriter {
  readonly folder: string;
  readonly file: string;
  readonly #handle: FileHandle;
  readonly #mcap: McapWriter;
  readonly #maxQueuedBytes: number;
  readonly #topics = new Map<string, Topic>();
  #queue: Pending[] = [];
  #queuedBytes = 0;
  #writing: Promise<void> = Promise.resolve();
  #isDraining = false;
  #failure: string | undefined;
  #startNs: bigint | undefined;
  #endNs = 0n;

  private constructor(folder: string, file: string, handle: FileHandle, options: BagWriterOptions) {
    this.folder = folder;
    this.file = file;
    this.#handle = handle;
    this.#maxQueuedBytes = options.maxQueuedBytes ?? defaultQueuedBytes;
    this.#mcap = new McapWriter({
      writable: new FileWritable(handle),
      chunkSize: options.chunkBytes ?? defaultChunkBytes,
      ...(options.compression === 'zstd' ? { compressChunk } : {}),
    });
  }

  /**
   * Makes the bag's folder and opens its file.
   *
   * @throws {@link ConfigurationError} code `bag-exists` or `unwritable-folder`
   */
  static async create(folder: string, options: BagWriterOptions): Promise<BagWriter> {
    const file = `${basename(folder)}_0.mcap`;
    let handle: FileHandle;
    try {
      await mkdir(folder, { recursive: true });
      handle = await open(join(folder, file), 'wx');
    } catch (cause) {
      const exists = (cause as NodeJS.ErrnoException).code === 'EEXIST';
      throw new ConfigurationError({
        code: exists ? 'bag-exists' : 'unwritable-folder',
        message: exists
          ? `${folder} holds a bag already; give another folder with --output`
          : `${folder}: a bag cannot be written there: ${describeError(cause)}`,
        fields: { folder },
        cause,
      });
    }
    const writer = new BagWriter(folder, file, handle, options);
    await writer.#mcap.start({ profile: 'ros2', library });
    return writer;
  }

  /** Why nothing is written any more, e.g. a full disk; undefined while all is well. */
  get failure(): string | undefined {
    return this.#failure;
  }

  get topicNames(): readonly string[] {
    return [...this.#topics.keys()];
  }

  /** Messages that were dropped, by topic. */
  dropped(): ReadonlyMap<string, number> {
    return new Map(
      [...this.#topics.values()]
        .filter((topic) => topic.dropped > 0)
        .map((topic) => [topic.name, topic.dropped]),
    );
  }

  /** Makes a topic known. @throws {@link ContractError} code `unknown-type` */
  async addTopic(name: string, type: string, offered: readonly BagQos[]): Promise<void> {
    if (this.#topics.has(name)) return;
    const [qos, hash] = [qosText(offered), typeHash(type)];
    const data = new TextEncoder().encode(schemaText(type));
    await this.#inTurn(async () => {
      const schemaId = await this.#mcap.registerSchema({ name: type, encoding: 'ros2msg', data });
      const metadata = new Map([
        [qosKey, qos],
        [typeHashKey, hash],
      ]);
      const channelId = await this.#mcap.registerChannel({
        schemaId,
        topic: name,
        messageEncoding: 'cdr',
        metadata,
      });
      this.#topics.set(name, { name, type, qos, typeHash: hash, channelId, sequence: 0, dropped: 0 });
    });
  }

  /**
   * Takes one message of a topic that was added; never waits.
   *
   * @param data - CDR with its 4-byte header; must stay valid
   * @param timeNs - when it was received
   */
  write(name: string, data: Uint8Array, timeNs: bigint): void {
    const topic = this.#topics.get(name);
    if (topic === undefined) return;
    if (this.#failure !== undefined || this.#queuedBytes + data.length > this.#maxQueuedBytes) {
      topic.dropped++;
      return;
    }
    this.#queue.push({ topic, data, timeNs });
    this.#queuedBytes += data.length;
    if (this.#isDraining) return;
    this.#isDraining = true;
    void this.#inTurn(() => this.#drain());
  }

  /** Writes what waits, the index and `metadata.yaml`. */
  async close(): Promise<BagSummary> {
    await this.#inTurn(async () => {
      await this.#mcap.end();
    });
    await this.#handle.close();
    const summary: BagSummary = {
      startNs: this.#startNs ?? 0n,
      endNs: this.#endNs,
      messageCount: [...this.#topics.values()].reduce((sum, topic) => sum + topic.sequence, 0),
      topics: [...this.#topics.values()].map(({ sequence, ...topic }) => ({
        ...topic,
        messageCount: sequence,
      })),
    };
    if (this.#failure === undefined)
      await writeFile(join(this.folder, metadataFile), metadataText(summary, this.file));
    return summary;
  }

  /** Calls of the MCAP writer must not overlap; after a failure none is made. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    this.#writing = this.#writing.then(async () => {
      if (this.#failure !== undefined) return;
      try {
        await work();
      } catch (error) {
        this.#failure = describeError(error);
      }
    });
    return this.#writing;
  }

  async #drain(): Promise<void> {
    while (this.#queue.length > 0) {
      const batch = this.#queue;
      this.#queue = [];
      for (const { topic, data, timeNs } of batch) {
        await this.#mcap.addMessage({
          channelId: topic.channelId,
          sequence: topic.sequence + 1,
          logTime: timeNs,
          publishTime: timeNs,
          data,
        });
        topic.sequence++;
        this.#queuedBytes -= data.length;
        this.#startNs = this.#startNs === undefined || timeNs < this.#startNs ? timeNs : this.#startNs;
        if (timeNs > this.#endNs) this.#endNs = timeNs;
      }
    }
    this.#isDraining = false;
  }
}

class FileWritable {
  readonly #handle: FileHandle;
  #position = 0n;

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  async write(buffer: Uint8Array): Promise<void> {
    for (let written = 0; written < buffer.length; ) {
      const { bytesWritten } = await this.#handle.write(buffer, written);
      written += bytesWritten;
    }
    this.#position += BigInt(buffer.length);
  }

  position(): bigint {
    return this.#position;
  }
}
