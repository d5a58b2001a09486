import { ConfigurationError, pause } from '@efferent/core';
import {
  type BagCompression,
  BagWriter,
  openBag,
  playBag,
  recoverBag,
  recoveredPath,
  startRecording,
} from '@efferent/recorder';
import { absolute, type GraphOptions, isHidden, print, withGraph } from './graph/graph-session.ts';

export interface RecordOptions extends GraphOptions {
  readonly all?: boolean;
  readonly regex?: string;
  readonly exclude?: string;
  readonly output?: string;
  readonly compression: BagCompression;
  readonly includeHiddenTopics?: boolean;
}

/** `efferent bag record`: topics into an MCAP bag, until Ctrl-C. */
export async function bagRecord(topics: readonly string[], options: RecordOptions): Promise<void> {
  const isWanted = selection(topics, options);
  const folder = options.output ?? `rosbag2_${stamp(new Date())}`;
  await withGraph(options, async (node, signal) => {
    const writer = await BagWriter.create(folder, { compression: options.compression });
    print(`recording to ${folder}; Ctrl-C ends it`);
    const recording = startRecording(node, writer, {
      isWanted,
      onTopic: (topic, type) => print(`  ${topic} [${type}]`),
      onRefused: (topic, reason) => process.stderr.write(`  ${topic} is not recorded: ${reason}\n`),
    });
    while (!signal.aborted && writer.failure === undefined) await pause(200, signal);
    recording.stop();
    const { messageCount, startNs, endNs, topics: written } = await writer.close();
    const seconds = Number(endNs - startNs) / 1e9;
    print(`${messageCount} messages of ${written.length} topics in ${seconds.toFixed(1)} s`);
    for (const [topic, count] of writer.dropped()) {
      process.stderr.write(`dropped ${count} of ${topic}: the disk did not take them\n`);
      process.exitCode = 1;
    }
    if (writer.failure !== undefined) {
      process.stderr.write(
        `efferent: recording ended early: ${writer.failure}; ${folder} holds what was written before\n`,
      );
      process.exitCode = 1;
    }
  });
}

/** Which topics are wanted. @throws {@link ConfigurationError} code `no-topics` or `invalid-pattern` */
function selection(topics: readonly string[], options: RecordOptions): (topic: string) => boolean {
  if (topics.length === 0 && options.all !== true && options.regex === undefined)
    throw new ConfigurationError({
      code: 'no-topics',
      message: 'which topics? name them, or add --all or --regex PATTERN',
    });
  const names = new Set(topics.map(absolute));
  const include = options.regex === undefined ? undefined : pattern(options.regex);
  const exclude = options.exclude === undefined ? undefined : pattern(options.exclude);
  return (topic) => {
    if (names.has(topic)) return true;
    if (exclude?.test(topic) === true || (isHidden(topic) && options.includeHiddenTopics !== true))
      return false;
    return options.all === true || include?.test(topic) === true;
  };
}

function pattern(text: string): RegExp {
  try {
    return new RegExp(text);
  } catch (cause) {
    throw new ConfigurationError({
      code: 'invalid-pattern',
      message: `"${text}" is no regular expression`,
      cause,
    });
  }
}

/** `2026_11_28-20_05_09`, as rosbag2 names its folders. */
function stamp(date: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('_');
  return `${day}-${[date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join('_')}`;
}

/** `efferent bag info`. */
export async function bagInfo(path: string): Promise<void> {
  const bag = await openBag(path);
  const { startNs, endNs, messageCount, topics } = bag.summary;
  print(`Files:             ${bag.path}`);
  print(`Bag size:          ${size(bag.bytes)}`);
  print(`Storage id:        mcap (chunks: ${bag.compression}, written by ${bag.library})`);
  print(`Duration:          ${(Number(endNs - startNs) / 1e9).toFixed(9)}s`);
  print(`Start:             ${moment(startNs)}`);
  print(`End:               ${moment(endNs)}`);
  print(`Messages:          ${messageCount}`);
  const rows = topics.map(
    ({ name, type, messageCount: count }) =>
      `Topic: ${name} | Type: ${type} | Count: ${count} | Serialization Format: cdr`,
  );
  print(`Topic information: ${rows.join(`\n${' '.repeat(19)}`)}`);
  await bag.close();
}

const moment = (ns: bigint): string =>
  `${new Date(Number(ns / 1_000_000n)).toISOString()} (${(Number(ns) / 1e9).toFixed(9)})`;

function size(bytes: number): string {
  const unit = bytes >= 1024 ** 2 ? (['MiB', 1024 ** 2] as const) : (['KiB', 1024] as const);
  return `${(bytes / unit[1]).toFixed(1)} ${unit[0]}`;
}

export interface PlayOptions extends GraphOptions {
  readonly rate: number;
  readonly clock?: number | true;
  readonly topics?: readonly string[];
  readonly loop?: boolean;
}

const defaultClockHz = 40;

/** `efferent bag play`. */
export async function bagPlay(path: string, options: PlayOptions): Promise<void> {
  const bag = await openBag(path);
  const { clock, loop, rate, topics } = options;
  try {
    await withGraph(options, async (node, signal) => {
      const seconds = Number(bag.summary.endNs - bag.summary.startNs) / 1e9;
      print(
        `playing ${bag.path}: ${bag.summary.messageCount} messages, ${seconds.toFixed(1)} s, at ${rate}x`,
      );
      do {
        const sent = await playBag(node, bag, {
          rate,
          signal,
          ...(clock === undefined ? {} : { clockHz: clock === true ? defaultClockHz : clock }),
          ...(topics === undefined ? {} : { topics: topics.map(absolute) }),
          onRefused: (topic, reason) => process.stderr.write(`  ${topic} is not played: ${reason}\n`),
        });
        print(`${sent} messages played`);
      } while (loop === true && !signal.aborted);
    });
  } finally {
    await bag.close();
  }
}

/** `efferent bag recover`: a new bag of what can be read of a broken one. */
export async function bagRecover(path: string, options: { readonly output?: string }): Promise<void> {
  const { file, messageCount, problem } = await recoverBag(
    path,
    options.output ?? (await recoveredPath(path)),
  );
  print(`${messageCount} messages in ${file}`);
  print(problem === undefined ? 'the bag was whole' : `the rest could not be read: ${problem}`);
}
