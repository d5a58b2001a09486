/** The part of a WebSocket that the protocol core writes to. */
export interface OutgoingSocket {
  /** Bytes handed over and not yet taken by the network. */
  readonly bufferedBytes: number;
  /** Whether what was sent a while ago has not arrived: data frames wait then, so that what arrives is new. */
  readonly isBehind: boolean;
  sendText(text: string): void;
  sendBinary(frame: Uint8Array): void;
  close(code: number, reason: string): void;
}

export interface QueueLimits {
  /** Above this many buffered bytes, data frames wait here and are thinned out. */
  readonly highWaterBytes: number;
  /** Frames kept for one best-effort channel while the socket is full; the oldest goes first. */
  readonly framesPerLossyChannel: number;
  /** The same for a reliable channel. */
  readonly framesPerReliableChannel: number;
  /** Above this many buffered bytes the client is closed: control frames alone have overrun it. */
  readonly closeBytes: number;
}

export const defaultQueueLimits: QueueLimits = {
  highWaterBytes: 2 * 1024 * 1024,
  framesPerLossyChannel: 1,
  framesPerReliableChannel: 64,
  closeBytes: 64 * 1024 * 1024,
};

/**
 * Sends data frames to one client without ever growing beyond its limits.
 *
 * While the socket takes data, frames pass straight through. While it does not, only a few frames of a
 * channel wait, the oldest is dropped for a newer one, and every drop is counted. Channels leave in turn, so that a
 * camera cannot starve a joint state. {@link pump} must be called when the socket has drained or
 * the client has caught up.
 */
export class OutgoingQueue {
  readonly #socket: OutgoingSocket;
  readonly #limits: QueueLimits;
  readonly #waiting = new Map<number, Uint8Array[]>();
  #dropped = 0;

  constructor(socket: OutgoingSocket, limits: QueueLimits) {
    this.#socket = socket;
    this.#limits = limits;
  }

  /** Frames dropped since the client connected. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Bytes that wait here, beyond those buffered by the socket. */
  get waitingBytes(): number {
    let bytes = 0;
    for (const frames of this.#waiting.values()) for (const frame of frames) bytes += frame.byteLength;
    return bytes;
  }

  /** Sends a frame that may not be dropped (JSON operations, service responses). */
  sendControl(frame: string | Uint8Array): void {
    if (this.#socket.bufferedBytes > this.#limits.closeBytes) {
      this.#socket.close(1013, 'the client does not read');
      return;
    }
    if (typeof frame === 'string') this.#socket.sendText(frame);
    else this.#socket.sendBinary(frame);
  }

  /** Sends one data frame of a channel, now or when the socket has drained. */
  sendData(channelId: number, frame: Uint8Array, lossy: boolean): void {
    if (this.#waiting.size === 0 && this.#hasRoom) {
      this.#socket.sendBinary(frame);
      return;
    }
    const frames = this.#waiting.get(channelId) ?? [];
    frames.push(frame);
    if (
      frames.length > (lossy ? this.#limits.framesPerLossyChannel : this.#limits.framesPerReliableChannel)
    ) {
      frames.shift();
      this.#dropped++;
    }
    this.#waiting.set(channelId, frames);
    this.pump();
  }

  /** Sends waiting frames, channels in turn, until the socket is full again. */
  pump(): void {
    while (this.#waiting.size > 0 && this.#hasRoom) {
      const [channelId, frames] = this.#waiting.entries().next().value as [number, Uint8Array[]];
      const frame = frames.shift();
      this.#waiting.delete(channelId);
      if (frames.length > 0) this.#waiting.set(channelId, frames);
      if (frame) this.#socket.sendBinary(frame);
    }
  }

  get #hasRoom(): boolean {
    return this.#socket.bufferedBytes <= this.#limits.highWaterBytes && !this.#socket.isBehind;
  }

  /** Forgets what waits for a channel that the client no longer wants. */
  forget(channelId: number): void {
    this.#waiting.delete(channelId);
  }
}
