import type { Socket } from 'node:net';
import { type Clock, nsPerSecond } from '@efferent/core';
import type { EmulatedRows } from './emulated-rows.ts';
import { unharmed, type WireFault } from './wire-faults.ts';

export interface PacketPumpOptions {
  readonly clock: Clock;
  /** Starts a timer on the same clock. */
  readonly every: (periodNs: bigint, callback: () => void) => { cancel(): void };
  /** What happens to packets on their way; nothing without it. */
  readonly fault?: WireFault;
}

/** A device that fell behind so far sends no more of the past, s. */
const mostBehindS = 1;

/** Sends an emulated device's rows over a connection as time passes. */
export class PacketPump {
  readonly #options: PacketPumpOptions;
  readonly #fault: WireFault;
  #timer: { cancel(): void } | undefined;
  #socket: Socket | undefined;
  #rows: EmulatedRows | undefined;

  constructor(options: PacketPumpOptions) {
    this.#options = options;
    this.#fault = options.fault ?? unharmed;
  }

  get isRunning(): boolean {
    return this.#socket !== undefined;
  }

  /**
   * Starts sending.
   * @param rowsPerSecond - of the device
   * @param packetsPerSecond - how often it sends what it has measured
   */
  start(socket: Socket, rows: EmulatedRows, rowsPerSecond: number, packetsPerSecond: number): void {
    this.stop();
    this.#socket = socket;
    this.#rows = rows;
    const { clock, every } = this.#options;
    const startNs = clock.nowNs();
    let sent = 0;
    this.#timer = every(nsPerSecond / BigInt(packetsPerSecond), () => {
      // A timer may fire a little early; the packet is due all the same, not with the next one.
      const elapsedNs = clock.nowNs() - startNs + nsPerSecond / BigInt(4 * packetsPerSecond);
      const packets = Number((elapsedNs * BigInt(packetsPerSecond)) / nsPerSecond);
      const due = Math.floor((packets * rowsPerSecond) / packetsPerSecond);
      const behind = due - sent;
      if (behind > mostBehindS * rowsPerSecond) rows.skip(behind);
      else this.send(behind);
      sent = due;
    });
  }

  /** Sends the next rows at once; a connection that has ended takes none. */
  send(rowCount: number): void {
    const socket = this.#socket;
    if (rowCount <= 0 || socket === undefined || this.#rows === undefined || !socket.writable) return;
    for (const piece of this.#fault(this.#rows.next(rowCount))) socket.write(piece);
  }

  /** The device resets: it counts from 0 again without a word. */
  restart(): void {
    this.#rows?.restart();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#socket = undefined;
  }
}
