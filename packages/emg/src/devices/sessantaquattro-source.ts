import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { describeError, HardwareError } from '@efferent/core';
import type { EmgFrame, EmgSource, EmgSourceDescription } from '../emg-source.ts';
import type { EmgSourceContext } from '../emg-source-kind.ts';
import { DeviceLink } from './device-link.ts';
import {
  controlBytes,
  type SessantaquattroSettings,
  sessantaquattroLayout,
} from './sessantaquattro-protocol.ts';

/** Where the device finds the computer, and who may be it. */
export interface SessantaquattroAddress {
  /** Own address to listen at; the device is told it on its web page. */
  readonly host: string;
  /** 0 takes any free one. */
  readonly port: number;
  /** Address of the device; empty takes whoever comes. */
  readonly device: string;
}

/** Frames a second. */
const framesPerSecond = 80;

/** A Sessantaquattro+: the device calls the computer, is told the settings, and sends. */
export class SessantaquattroSource implements EmgSource {
  readonly description: EmgSourceDescription;
  readonly #settings: SessantaquattroSettings;
  readonly #address: SessantaquattroAddress;
  readonly #context: EmgSourceContext;
  readonly #link: DeviceLink;
  #server: Server | undefined;
  #onFrame: (frame: EmgFrame) => void = () => undefined;

  /** @param wearer - names the calibration together with the device */
  constructor(
    settings: SessantaquattroSettings,
    address: SessantaquattroAddress,
    wearer: string,
    context: EmgSourceContext,
  ) {
    this.#settings = settings;
    this.#address = address;
    this.#context = context;
    const { sampleRateHz, channelCount } = settings;
    const frameSamples = Math.ceil(sampleRateHz / framesPerSecond);
    this.description = { id: `sessantaquattro-${wearer}`, sampleRateHz, channelCount, frameSamples };
    const format = { layout: sessantaquattroLayout(settings), sampleRateHz, frameSamples };
    this.#link = new DeviceLink(format, context, {
      onFrame: (frame) => this.#onFrame(frame),
      // The device calls again by itself.
      onLost: () => undefined,
    });
  }

  /** Port that is listened at; for a test that let the system choose. */
  get port(): number {
    const address = this.#server?.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  async start(onFrame: (frame: EmgFrame) => void): Promise<void> {
    this.#onFrame = onFrame;
    const { host, port } = this.#address;
    const server = createServer((socket) => this.#meet(socket));
    try {
      server.listen(port, host);
      await once(server, 'listening');
    } catch (cause) {
      throw new HardwareError({
        code: 'cannot-listen',
        message: `source sessantaquattro: cannot listen at ${host}:${port}: ${describeError(cause)}; expected a free port of this machine's own address`,
        fields: { host, port },
        cause,
      });
    }
    this.#server = server;
    server.on('error', (error) =>
      this.#context.onLink({ state: 'reconnecting', reason: `${host}:${port}: ${error.message}` }),
    );
    this.#context.onLink({ state: 'connecting', reason: `waiting for the device at ${host}:${this.port}` });
  }

  async stop(): Promise<void> {
    this.#onFrame = () => undefined;
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    server.close();
    await Promise.all([once(server, 'close'), this.#link.finish(controlBytes(this.#settings, false))]);
  }

  /** A device that delivers is not driven out by another one; one that has gone silent is, for it may have started anew. */
  #meet(socket: Socket): void {
    const from = (socket.remoteAddress ?? '').replace(/^::ffff:/, '');
    const { device } = this.#address;
    const isStranger = device !== '' && from !== device;
    if (isStranger || this.#link.isDelivering || this.#server === undefined) {
      socket.on('error', () => undefined);
      socket.destroy();
      return;
    }
    this.#link.attach(socket, `Sessantaquattro+ at ${from}`);
    socket.write(controlBytes(this.#settings, true));
  }
}
