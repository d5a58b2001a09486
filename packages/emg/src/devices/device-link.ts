import { once } from 'node:events';
import type { Socket } from 'node:net';
import { secondsToNs } from '@efferent/core';
import type { EmgFrame } from '../emg-source.ts';
import { type EmgSourceContext, stampOf } from '../emg-source-kind.ts';
import type { StreamFault } from './counted-rows.ts';
import { type DeviceFormat, DeviceStream } from './device-stream.ts';

/** The link is looked at this often, s. */
const watchS = 0.02;
/** Two packets of a device that sends 16 a second, s. */
const silentAfterS = 0.12;
/** A connection on which nothing comes for so long is given up, s. */
const lostAfterS = 2;

/** How long a device gets to close the connection when it is told to stop, ms. */
const stopWaitMs = 500;

const faults: Readonly<Record<StreamFault, string>> = {
  'no-counter':
    'what it sends has no sample counter where the settings put it: another device, mode or resolution',
  'wrong-byte-order': 'it sends its bytes in the other order: another device',
};

/** What a link tells whoever keeps it up. */
export interface DeviceLinkEvents {
  onFrame(frame: EmgFrame): void;
  /** The connection is gone; the state is `reconnecting` already. */
  onLost(): void;
}

/**
 * The one connection to a device: reads what comes, watches for silence, and says how it fares.
 *
 * Samples are numbered through from one connection to the next, the time between them included.
 */
export class DeviceLink {
  readonly #format: DeviceFormat;
  readonly #context: EmgSourceContext;
  readonly #events: DeviceLinkEvents;
  #socket: Socket | undefined;
  #peer = '';
  #stream: DeviceStream | undefined;
  #watch: { cancel(): void } | undefined;
  #quietTicks = 0;
  #hasBytes = false;
  #state: 'waiting' | 'delivering' | 'silent' = 'waiting';

  constructor(format: DeviceFormat, context: EmgSourceContext, events: DeviceLinkEvents) {
    this.#format = format;
    this.#context = context;
    this.#events = events;
  }

  /** Tells whether samples come. */
  get isDelivering(): boolean {
    return this.#state === 'delivering';
  }

  /** Takes over a connection, in place of the one before. @param peer - who it is, for people */
  attach(socket: Socket, peer: string): void {
    this.detach();
    const firstSample = this.#stream?.resumeAt(this.#context.steadyClock.nowNs()) ?? 0;
    this.#stream = new DeviceStream(this.#format, firstSample);
    this.#socket = socket;
    this.#peer = peer;
    this.#state = 'waiting';
    this.#quietTicks = 0;
    this.#hasBytes = false;
    socket.setNoDelay(true);
    socket.on('data', (chunk) => this.#receive(socket, chunk));
    socket.on('error', (error) => this.#lose(socket, error.message));
    socket.on('close', () => this.#lose(socket, 'it closed the connection'));
    this.#context.onLink({ state: 'connecting', reason: `${peer} is there, no samples yet` });
    this.#watch = this.#context.every(secondsToNs(watchS), () => this.#look(socket));
  }

  /** Lets the connection go without a word. */
  detach(): void {
    this.#watch?.cancel();
    const socket = this.#socket;
    this.#socket = undefined;
    this.#state = 'waiting';
    socket?.destroy();
  }

  /** Tells the device to stop and gives it a moment to close the connection itself. */
  async finish(stopBytes: Uint8Array): Promise<void> {
    const socket = this.#socket;
    this.#watch?.cancel();
    this.#socket = undefined;
    if (socket === undefined) return;
    const closed = once(socket, 'close', { signal: AbortSignal.timeout(stopWaitMs) });
    socket.end(stopBytes);
    await closed.catch(() => socket.destroy());
  }

  #receive(socket: Socket, chunk: Buffer): void {
    const stream = this.#stream;
    if (socket !== this.#socket || stream === undefined) return;
    this.#hasBytes = true;
    const before = stream.nextSample;
    const fault = stream.push(chunk, this.#context.steadyClock.nowNs(), (frame) =>
      this.#events.onFrame({ ...frame, stampNs: stampOf(frame.stampNs, this.#context) }),
    );
    if (fault !== undefined) {
      this.#lose(socket, faults[fault]);
      return;
    }
    if (stream.nextSample === before) return;
    this.#quietTicks = 0;
    if (this.#state === 'delivering') return;
    this.#state = 'delivering';
    this.#context.onLink({ state: 'connected', reason: this.#peer });
  }

  #look(socket: Socket): void {
    this.#quietTicks += 1;
    const quietS = this.#quietTicks * watchS;
    const what = this.#hasBytes ? 'no whole samples' : 'nothing';
    if (quietS >= lostAfterS) this.#lose(socket, `${what} came for ${lostAfterS} s`);
    else if (quietS >= silentAfterS && this.#state === 'delivering') {
      this.#state = 'silent';
      this.#hasBytes = false;
      this.#context.onLink({
        state: 'silent',
        reason: `${this.#peer}: no samples for ${Math.round(silentAfterS * 1000)} ms`,
      });
    }
  }

  #lose(socket: Socket, reason: string): void {
    if (socket !== this.#socket) return;
    this.detach();
    this.#context.onLink({ state: 'reconnecting', reason: `${this.#peer}: ${reason}` });
    this.#events.onLost();
  }
}
