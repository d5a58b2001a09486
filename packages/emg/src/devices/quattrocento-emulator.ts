import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { describeError, HardwareError } from '@efferent/core';
import { EmulatedRows, type SampleSupply } from './emulated-rows.ts';
import { PacketPump } from './packet-pump.ts';
import { configurationBytes, parseConfiguration, quattrocentoLayout } from './quattrocento-protocol.ts';
import type { EmulatorOptions } from './sessantaquattro-emulator.ts';

/** How often an emulated device sends what it has measured; a real one sends blocks of a few rows. */
const packetsPerSecond = 64;

/** A Quattrocento, byte by byte: waits for a computer, checks its configuration, and sends until it is told to stop. */
export class QuattrocentoEmulator {
  readonly #options: EmulatorOptions;
  readonly #inputs: readonly string[];
  readonly #pump: PacketPump;
  readonly #supplies = new Map<number, SampleSupply>();
  #server: Server | undefined;
  #socket: Socket | undefined;

  /** @param inputs - the sockets that the supply's channels are plugged into */
  constructor(options: EmulatorOptions, inputs: readonly string[]) {
    this.#options = options;
    this.#inputs = inputs;
    this.#pump = new PacketPump(options);
  }

  /** Tells whether it was told to send. */
  get isSending(): boolean {
    return this.#pump.isRunning;
  }

  /** Waits for computers. @returns the port @throws {@link HardwareError} code `cannot-listen` */
  async start(host: string, port: number): Promise<number> {
    const server = createServer((socket) => this.#serve(socket));
    try {
      server.listen(port, host);
      await once(server, 'listening');
    } catch (cause) {
      throw new HardwareError({
        code: 'cannot-listen',
        message: `emulated Quattrocento: cannot listen at ${host}:${port}: ${describeError(cause)}; expected a free port`,
        fields: { host, port },
        cause,
      });
    }
    this.#server = server;
    return (server.address() as { readonly port: number }).port;
  }

  /** Sends the next rows at once. */
  send(rowCount: number): void {
    this.#pump.send(rowCount);
  }

  /** Ends the connection, as a device that is switched off and on again. */
  hangUp(): void {
    this.#socket?.destroy();
  }

  async stop(): Promise<void> {
    this.#pump.stop();
    this.#socket?.destroy();
    const server = this.#server;
    if (server === undefined) return;
    const closed = once(server, 'close');
    server.close();
    await closed;
  }

  #serve(socket: Socket): void {
    if (this.#socket !== undefined) {
      socket.on('error', () => undefined);
      socket.destroy();
      return;
    }
    let received = Buffer.alloc(0);
    this.#socket = socket;
    socket.setNoDelay(true);
    this.#options.onEvent(`${socket.remoteAddress} is connected`);
    // "close" follows.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.#pump.stop();
      this.#socket = undefined;
    });
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      for (; received.length >= configurationBytes; received = received.subarray(configurationBytes)) {
        this.#obey(socket, received.subarray(0, configurationBytes));
      }
    });
  }

  #obey(socket: Socket, configuration: Uint8Array): void {
    const request = parseConfiguration(configuration);
    if (request === undefined) {
      this.#options.onEvent('configuration with a wrong checksum, ignored');
      return;
    }
    const { isOn, sampleRateHz, sizeCode } = request;
    this.#pump.stop();
    if (isOn) {
      const supply = this.#supplies.get(sampleRateHz) ?? this.#options.createSupply(sampleRateHz);
      this.#supplies.set(sampleRateHz, supply);
      const rows = new EmulatedRows(quattrocentoLayout(this.#inputs, sizeCode), supply);
      this.#pump.start(socket, rows, sampleRateHz, packetsPerSecond);
    }
    this.#options.onEvent(`configuration: ${isOn ? `sends at ${sampleRateHz} Hz` : 'stops'}`);
  }
}
