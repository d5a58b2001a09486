import { createReadStream } from 'node:fs';
import { type FileHandle, open, readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ConfigurationError, describeError } from '@efferent/core';
import { McapIndexedReader, McapStreamReader } from '@mcap/core';
import {
  type BagSummary,
  type BagTopic,
  decompressHandlers,
  library,
  qosKey,
  typeHashKey,
} from './bag-format.ts';
import { McapFile } from './mcap-file.ts';

/** One recorded message. */
export interface BagMessage {
  readonly topic: string;
  /** CDR with its 4-byte header. */
  readonly data: Uint8Array;
  readonly timeNs: bigint;
}

/** A bag that can be read: one MCAP file. */
export interface Bag {
  readonly path: string;
  readonly bytes: number;
  readonly compression: string;
  readonly library: string;
  readonly summary: BagSummary;
  /** Definition of a topic's type with all nested ones, as the bag has it. */
  schemaOf(topic: string): string | undefined;
  /** Messages by time. */
  messages(topics?: readonly string[]): AsyncGenerator<BagMessage, void, void>;
  close(): Promise<void>;
}

/**
 * Opens a bag.
 *
 * @param path - an `.mcap` file, or a folder with one
 * @throws {@link ConfigurationError} code `no-bag` or `unreadable-bag`, the latter with the command that mends it
 */
export async function openBag(path: string): Promise<Bag> {
  const file = await bagFile(path);
  const handle = await open(file, 'r');
  let reader: McapIndexedReader;
  try {
    reader = await McapIndexedReader.Initialize({ readable: new FileReadable(handle), decompressHandlers });
  } catch (cause) {
    await handle.close();
    await requireMcap(file);
    throw new ConfigurationError({
      code: 'unreadable-bag',
      message: `${file}: has no index (${describeError(cause)}); its recording was cut off: "npx efferent bag recover ${path}" mends it`,
      fields: { file },
      cause,
    });
  }
  const { size } = await handle.stat();
  const channels = [...reader.channelsById.values()];
  return {
    path: file,
    bytes: size,
    compression: reader.chunkIndexes[0]?.compression || 'none',
    library: reader.header.library,
    summary: summaryOf(reader),
    schemaOf: (topic) => {
      const channel = channels.find((each) => each.topic === topic);
      const schema = channel === undefined ? undefined : reader.schemasById.get(channel.schemaId);
      return schema === undefined ? undefined : new TextDecoder().decode(schema.data);
    },
    messages: async function* (topics) {
      for await (const { channelId, data, logTime } of reader.readMessages(
        topics === undefined ? {} : { topics },
      )) {
        const topic = reader.channelsById.get(channelId)?.topic;
        if (topic !== undefined) yield { topic, data, timeNs: logTime };
      }
    },
    close: () => handle.close(),
  };
}

function summaryOf(reader: McapIndexedReader): BagSummary {
  const { statistics } = reader;
  const topics = [...reader.channelsById.values()].map(
    (channel): BagTopic => ({
      name: channel.topic,
      type: reader.schemasById.get(channel.schemaId)?.name ?? 'unknown',
      qos: channel.metadata.get(qosKey) ?? '',
      typeHash: channel.metadata.get(typeHashKey) ?? '',
      messageCount: Number(statistics?.channelMessageCounts.get(channel.id) ?? 0n),
    }),
  );
  return {
    startNs: statistics?.messageStartTime ?? 0n,
    endNs: statistics?.messageEndTime ?? 0n,
    messageCount: Number(statistics?.messageCount ?? 0n),
    topics: topics.sort((a, b) => (a.name < b.name ? -1 : 1)),
  };
}

/** What {@link recoverBag} brought back. */
export interface Recovery {
  readonly file: string;
  readonly messageCount: number;
  /** Why reading ended before the end of the file; undefined when the bag was whole. */
  readonly problem: string | undefined;
}

/**
 * Writes what can be read of a bag, up to its last complete chunk, into a new one with an index.
 *
 * @param output - file to write; must not exist
 * @throws {@link ConfigurationError} code `no-bag` or `bag-exists`
 */
export async function recoverBag(path: string, output: string): Promise<Recovery> {
  const file = await bagFile(path);
  await requireMcap(file);
  let handle: FileHandle;
  try {
    handle = await open(output, 'wx');
  } catch (cause) {
    throw new ConfigurationError({
      code: 'bag-exists',
      message: `${output}: cannot be made: ${describeError(cause)}`,
      cause,
    });
  }
  const writer = new McapFile(handle, { compression: 'zstd' });
  await writer.start(`${library} bag recover`);
  const schemas = new Map<number, number>();
  const channels = new Map<number, number>();
  let messageCount = 0;
  let problem: string | undefined;
  const reader = new McapStreamReader({ decompressHandlers });
  try {
    for await (const part of createReadStream(file, { highWaterMark: 1 << 20 })) {
      reader.append(part as Uint8Array);
      for (let record = reader.nextRecord(); record !== undefined; record = reader.nextRecord()) {
        if (record.type === 'Schema' && !schemas.has(record.id))
          schemas.set(record.id, writer.addSchema(record));
        else if (record.type === 'Channel' && !channels.has(record.id))
          channels.set(
            record.id,
            writer.addChannel({ ...record, schemaId: schemas.get(record.schemaId) ?? 0 }),
          );
        else if (record.type === 'Message') {
          await writer.addMessage({ ...record, channelId: channels.get(record.channelId) ?? 0 });
          messageCount++;
        }
      }
    }
    if (!reader.done()) problem = `${reader.bytesRemaining()} bytes of an unfinished chunk at the end`;
  } catch (error) {
    problem = describeError(error);
  }
  await writer.end();
  await handle.close();
  return { file: output, messageCount, problem };
}

/** The MCAP file that a path means. @throws {@link ConfigurationError} code `no-bag` */
export async function bagFile(path: string): Promise<string> {
  const none = (reason: string, cause?: unknown) =>
    new ConfigurationError({ code: 'no-bag', message: `${path}: ${reason}`, fields: { path }, cause });
  let isFolder: boolean;
  try {
    isFolder = (await stat(path)).isDirectory();
  } catch (cause) {
    throw none('there is no such file or folder', cause);
  }
  if (!isFolder) {
    if (path.endsWith('.mcap')) return path;
    throw none('is no MCAP bag; expected a file NAME.mcap or a folder that has one');
  }
  const [first, second] = (await readdir(path)).filter((name) => name.endsWith('.mcap')).sort();
  if (first === undefined) throw none('has no MCAP file in it');
  if (second !== undefined) throw none(`has several MCAP files; give one of them, e.g. ${join(path, first)}`);
  return join(path, first);
}

/** Where a mended bag goes, beside the broken one. */
export async function recoveredPath(path: string): Promise<string> {
  const file = await bagFile(path);
  return join(dirname(file), `${basename(file, '.mcap')}_recovered.mcap`);
}

class FileReadable {
  readonly #handle: FileHandle;

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  async size(): Promise<bigint> {
    return BigInt((await this.#handle.stat()).size);
  }

  async read(offset: bigint, size: bigint): Promise<Uint8Array> {
    const bytes = new Uint8Array(Number(size));
    const { bytesRead } = await this.#handle.read(bytes, 0, bytes.length, Number(offset));
    if (bytesRead === bytes.length) return bytes;
    throw new RangeError(`the file ends ${bytes.length - bytesRead} bytes too early`);
  }
}

/** What every MCAP file begins with. @see https://mcap.dev/spec#magic */
const magic = Buffer.from('\x89MCAP0\r\n', 'latin1');

/** @throws {@link ConfigurationError} code `no-bag` for a file of another kind, which nothing can be read of */
async function requireMcap(file: string): Promise<void> {
  const handle = await open(file, 'r');
  const { buffer, bytesRead } = await handle
    .read(Buffer.alloc(magic.length), 0, magic.length, 0)
    .finally(() => handle.close());
  if (bytesRead === magic.length && buffer.equals(magic)) return;
  throw new ConfigurationError({
    code: 'no-bag',
    message: `${file}: ${bytesRead === 0 ? 'is empty' : 'is no MCAP file'}; a bag is an .mcap file that "efferent bag record" or "ros2 bag record -s mcap" wrote`,
    fields: { file },
  });
}
