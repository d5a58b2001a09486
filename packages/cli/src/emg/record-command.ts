import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ConfigurationError, HardwareError, systemWallClock } from '@efferent/core';
import { EmgMeter, frameMessage, linkMessage, wallTicker } from '@efferent/emg';
import { codecOf } from '@efferent/interfaces';
import { BagWriter } from '@efferent/recorder';
import { qosProfiles, stampFromNs } from '@efferent/ros';
import { runUntilSignal } from '../signals.ts';
import { plural, Terminal } from '../terminal.ts';
import { emgFolderOf, printLink, type SourceOptions, withSource } from './emg-session.ts';
import { noteRecording } from './health-data.ts';
import { meterText } from './stream-command.ts';

export interface EmgRecordOptions extends SourceOptions {
  readonly output?: string;
}

const frameType = 'efferent_interfaces/msg/EmgFrame';
const statusType = 'efferent_interfaces/msg/EmgSourceStatus';

/** `efferent emg record`: raw samples into an MCAP bag that its owner alone may read. */
export async function runEmgRecord(options: EmgRecordOptions): Promise<void> {
  const terminal = new Terminal(process.stdout);
  // Health data: whatever this process makes from here on is its owner's.
  process.umask(0o077);
  await runUntilSignal(async (signal) => {
    const recorder = new SourceRecorder(terminal, options);
    const ticker = wallTicker(250_000_000n, () => recorder.show());
    const stopping = new AbortController();
    recorder.onFailure = () => stopping.abort();
    try {
      const until = AbortSignal.any([signal, stopping.signal]);
      await withSource(options, recorder, until);
    } finally {
      ticker.cancel();
      await recorder.close();
    }
  });
}

class SourceRecorder {
  /** Called when the disk takes no more. */
  onFailure: () => void = () => undefined;
  readonly #terminal: Terminal;
  readonly #options: EmgRecordOptions;
  readonly #startedNs = systemWallClock.nowNs();
  #id = '';
  #meter: EmgMeter | undefined;
  #writer: BagWriter | undefined;

  constructor(terminal: Terminal, options: EmgRecordOptions) {
    this.#terminal = terminal;
    this.#options = options;
  }

  async onOpen(description: ConstructorParameters<typeof EmgMeter>[0] & { readonly id: string }) {
    this.#id = description.id;
    const folder = await this.#makeFolder();
    const writer = await BagWriter.create(folder, { compression: 'zstd' });
    await noteRecording(emgFolderOf(), folder);
    await writer.addTopic('/emg/frames', frameType, [qosProfiles.sensorData]);
    await writer.addTopic('/emg/source', statusType, [qosProfiles.latched]);
    this.#meter = new EmgMeter(description);
    this.#writer = writer;
    this.#terminal.row('● recording', `${this.#id} to ${folder}; Ctrl-C ends it`, { tone: 'bad' });
  }

  onFrame(frame: Parameters<EmgMeter['push']>[0]): void {
    this.#meter?.push(frame);
    const message = frameMessage(this.#id, frame, stampFromNs(frame.stampNs));
    this.#write('/emg/frames', codecOf(frameType).encode(message));
  }

  onLink(link: Parameters<typeof linkMessage>[1]): void {
    printLink(this.#terminal, link);
    const stamp = stampFromNs(systemWallClock.nowNs());
    const message = linkMessage(this.#id, link, this.#meter?.lostSamples ?? 0, stamp);
    this.#write('/emg/source', codecOf(statusType).encode(message));
  }

  /** Shows that it is recording. */
  show(): void {
    const seconds = Number(systemWallClock.nowNs() - this.#startedNs) / 1e9;
    if (this.#meter !== undefined)
      this.#terminal.live('● recording', meterText(this.#meter), `${seconds.toFixed(1)} s`);
  }

  /** @throws {@link HardwareError} code `recording-incomplete` */
  async close(): Promise<void> {
    const writer = this.#writer;
    if (writer === undefined) return;
    const { messageCount, startNs, endNs } = await writer.close();
    const seconds = (Number(endNs - startNs) / 1e9).toFixed(1);
    const lost = plural(this.#meter?.lostSamples ?? 0, 'lost sample');
    this.#terminal.row('recorded', `${messageCount} messages in ${seconds} s, ${lost} · ${writer.folder}`);
    const dropped = [...writer.dropped().values()].reduce((sum, count) => sum + count, 0);
    if (dropped === 0 && writer.failure === undefined) return;
    throw new HardwareError({
      code: 'recording-incomplete',
      message: `${writer.folder}: ${plural(dropped, 'message')} not written: ${writer.failure ?? 'the disk was too slow'}`,
      fields: { folder: writer.folder, dropped },
    });
  }

  #write(topic: string, data: Uint8Array): void {
    this.#writer?.write(topic, data, systemWallClock.nowNs());
    if (this.#writer?.failure !== undefined) this.onFailure();
  }

  /** @throws {@link ConfigurationError} code `bag-exists` */
  async #makeFolder(): Promise<string> {
    const moment = new Date().toISOString().slice(0, 19).replace(/[T:]/g, '-');
    const folder = resolve(
      this.#options.output ?? join(emgFolderOf(), 'recordings', `${this.#id}_${moment}`),
    );
    const made = await mkdir(folder, { recursive: true, mode: 0o700 });
    if (made === undefined && this.#options.output === undefined)
      throw new ConfigurationError({
        code: 'bag-exists',
        message: `${folder} exists; give another folder with --output`,
        fields: { folder },
      });
    return folder;
  }
}
