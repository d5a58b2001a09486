import { type FileHandle, mkdir, open, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ConfigurationError, describeError } from '@efferent/core';
import { schemaText } from '@efferent/interfaces';
import { typeHash } from '@efferent/interfaces/node';
import type { McapTypes } from '@mcap/core';
import {
  type BagCompression,
  type BagQos,
  type BagSummary,
  library,
  metadataFile,
  metadataText,
  qosKey,
  qosText,
  typeHashKey,
} from './bag-format.ts';
import { McapFile } from './mcap-file.ts';

export interface BagWriterOptions {
  readonly compression: BagCompression;
  /** Messages wait for the disk up to this many bytes; beyond that the newest are dropped and counted. */
  readonly maxQueuedBytes?: number;
  /** A chunk of this many bytes goes to the disk. */
  readonly chunkBytes?: number;
  /** A smaller one does after this long; what is lost at most when the process is killed, ms. */
  readonly chunkMs?: number;
}

const defaultQueuedBytes = 256 * 1024 * 1024;
const defaultChunkMs = 1000;

interface Topic {
  readonly name: string;
  readonly type: string;
  readonly qos: string;
  readonly typeHash: string;
  readonly channelId: number;
  received: number;
  /** Messages taken, and in the end those in the file. */
  written: number;
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
  readonly #mcap: McapFile;
  readonly #maxQueuedBytes: number;
  readonly #chunkMs: number;
  readonly #topics = new Map<string, Topic>();
  #queue: Pending[] = [];
  #queuedBytes = 0;
  #writing: Promise<void> = Promise.resolve();
  #isDraining = false;
  #flushTimer: NodeJS.Timeout | undefined;
  #failure: string | undefined;

  private constructor(folder: string, file: string, handle: FileHandle, options: BagWriterOptions) {
    this.folder = folder;
    this.file = file;
    this.#handle = handle;
    this.#maxQueuedBytes = options.maxQueuedBytes ?? defaultQueuedBytes;
    this.#chunkMs = options.chunkMs ?? defaultChunkMs;
    this.#mcap = new McapFile(handle, options);
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
      throw unwritable(folder, cause);
    }
    const writer = new BagWriter(folder, file, handle, options);
    try {
      await writer.#mcap.start(library);
    } catch (cause) {
      await handle.close();
      throw unwritable(folder, cause);
    }
    return writer;
  }

  /** Why nothing is written any more, e.g. a full disk; undefined while all is well. */
  get failure(): string | undefined {
    return this.#failure;
  }

  get topicNames(): readonly string[] {
    return [...this.#topics.keys()];
  }

  /** Messages that were dropped, by topic; after {@link BagWriter.close} also those that a full disk did not take. */
  dropped(): ReadonlyMap<string, number> {
    const topics = [...this.#topics.values()].filter(({ dropped }) => dropped > 0);
    return new Map(topics.map(({ name, dropped }) => [name, dropped]));
  }

  /** Makes a topic known. @throws {@link ContractError} code `unknown-type` */
  async addTopic(name: string, type: string, offered: readonly BagQos[]): Promise<void> {
    if (this.#topics.has(name)) return;
    const [qos, hash] = [qosText(offered), typeHash(type)];
    const data = new TextEncoder().encode(schemaText(type));
    await this.#inTurn(async () => {
      const schemaId = this.#mcap.addSchema({ name: type, encoding: 'ros2msg', data });
      const metadata = new Map([
        [qosKey, qos],
        [typeHashKey, hash],
      ]);
      const channelId = this.#mcap.addChannel({ schemaId, topic: name, messageEncoding: 'cdr', metadata });
      const counts = { received: 0, written: 0, dropped: 0 };
      this.#topics.set(name, { name, type, qos, typeHash: hash, channelId, ...counts });
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
    topic.received++;
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

  /** Writes what waits, the index and `metadata.yaml`; where the disk is full, makes room for the index. */
  async close(): Promise<BagSummary> {
    let statistics: McapTypes.Statistics | undefined;
    await this.#inTurn(async () => {
      statistics = await this.#mcap.end();
    });
    clearTimeout(this.#flushTimer);
    if (this.#failure !== undefined) statistics = await this.#mcap.salvage();
    await this.#handle.close();
    for (const topic of this.#topics.values()) {
      topic.written = Number(statistics?.channelMessageCounts.get(topic.channelId) ?? 0n);
      topic.dropped = topic.received - topic.written;
    }
    const summary: BagSummary = {
      startNs: statistics?.messageStartTime ?? 0n,
      endNs: statistics?.messageEndTime ?? 0n,
      messageCount: Number(statistics?.messageCount ?? 0n),
      topics: [...this.#topics.values()].map(({ name, type, qos, typeHash: hash, written }) => ({
        name,
        type,
        qos,
        typeHash: hash,
        messageCount: written,
      })),
    };
    // A full disk may have room for it all the same; the bag is readable without.
    if (statistics !== undefined)
      await writeFile(join(this.folder, metadataFile), metadataText(summary, this.file)).catch(
        (error: unknown) => {
          this.#failure ??= describeError(error);
        },
      );
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
        const { channelId } = topic;
        const sequence = ++topic.written;
        await this.#mcap.addMessage({ channelId, sequence, logTime: timeNs, publishTime: timeNs, data });
        this.#queuedBytes -= data.length;
      }
    }
    this.#isDraining = false;
    this.#flushTimer ??= setTimeout(() => {
      this.#flushTimer = undefined;
      void this.#inTurn(() => this.#mcap.flush());
    }, this.#chunkMs);
  }
}

function unwritable(folder: string, cause: unknown): ConfigurationError {
  const exists = (cause as NodeJS.ErrnoException).code === 'EEXIST';
  return new ConfigurationError({
    code: exists ? 'bag-exists' : 'unwritable-folder',
    message: exists
      ? `${folder} holds a bag already; give another folder with --output`
      : `${folder}: a bag cannot be written there: ${describeError(cause)}`,
    fields: { folder },
    cause,
  });
}
