import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { EmulatedRows, type SampleSupply } from './emulated-rows.ts';
import { PacketPump, type PacketPumpOptions } from './packet-pump.ts';
import {
  packetsPerSecond,
  parseControlBytes,
  type SessantaquattroSettings,
  sessantaquattroLayout,
} from './sessantaquattro-protocol.ts';

/** An emulated device calls again after this long, ns. */
const callAgainNs = 500_000_000n;
/** 1 as the device scales its quaternion. */
const quaternionOne = 2 ** 14;

export interface EmulatorOptions extends PacketPumpOptions {
  /** Makes what is measured at a sample rate; asked once for each rate. */
  readonly createSupply: (sampleRateHz: number) => SampleSupply;
  /** Hears what happens, for people. */
  readonly onEvent: (event: string) => void;
}

/** A Sessantaquattro+, byte by byte: calls the computer, takes its control bytes, and sends until it is told to stop. */
export class SessantaquattroEmulator {
  readonly #options: EmulatorOptions;
  readonly #pump: PacketPump;
  readonly #supplies = new Map<number, SampleSupply>();
  #socket: Socket | undefined;
  #caller: { cancel(): void } | undefined;

  constructor(options: EmulatorOptions) {
    this.#options = options;
    this.#pump = new PacketPump(options);
  }

  /** Tells whether it was told to send. */
  get isSending(): boolean {
    return this.#pump.isRunning;
  }

  /** Calls a computer, again and again until it answers, and whenever the connection has ended. */
  start(host: string, port: number): void {
    const call = () => {
      if (this.#socket === undefined) this.#call(host, port);
    };
    this.#caller = this.#options.every(callAgainNs, call);
    call();
  }

  /** Sends the next rows at once. */
  send(rowCount: number): void {
    this.#pump.send(rowCount);
  }

  /** Resets the counter without a word, as firmware that restarts. */
  restart(): void {
    this.#pump.restart();
  }

  /** Ends the connection, as a device that is switched off; it calls again. */
  hangUp(): void {
    this.#socket?.destroy();
  }

  async stop(): Promise<void> {
    this.#caller?.cancel();
    this.#pump.stop();
    const socket = this.#socket;
    if (socket === undefined) return;
    const closed = once(socket, 'close');
    socket.destroy();
    await closed;
  }

  #call(host: string, port: number): void {
    const socket = connect(port, host);
    let control = Buffer.alloc(0);
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('connect', () => this.#options.onEvent(`connected to ${host}:${port}`));
    // The call is repeated; "close" follows.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.#pump.stop();
      this.#socket = undefined;
    });
    socket.on('data', (chunk: Buffer) => {
      control = Buffer.concat([control, chunk]);
      for (; control.length >= 2; control = control.subarray(2)) {
        this.#obey(socket, control[0] as number, control[1] as number);
      }
    });
  }

  #obey(socket: Socket, first: number, second: number): void {
    const parsed = parseControlBytes(first, second);
    const bytes = [first, second].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    if (parsed === undefined) {
      this.#options.onEvent(`control bytes ${bytes}: not emulated, ignored`);
      return;
    }
    const { settings, isGo } = parsed;
    this.#pump.stop();
    if (isGo) this.#pump.start(socket, this.#rowsOf(settings), settings.sampleRateHz, packetsPerSecond);
    else socket.end();
    this.#options.onEvent(`control bytes ${bytes}: ${isGo ? 'sends' : 'stops'}`);
  }

  #rowsOf(settings: SessantaquattroSettings): EmulatedRows {
    const { sampleRateHz, channelCount } = settings;
    const supply = this.#supplies.get(sampleRateHz) ?? this.#options.createSupply(sampleRateHz);
    this.#supplies.set(sampleRateHz, supply);
    return new EmulatedRows(sessantaquattroLayout(settings), supply, [[channelCount + 2, quaternionOne]]);
  }
}
