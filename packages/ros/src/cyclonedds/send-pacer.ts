import { receiveBufferLimit } from '@efferent/cyclonedds';

/** Messages from this size up are paced; smaller ones fit into any socket buffer beside others. */
const largeBytes = 32_768;

/** What receivers were seen to take in without loss beside their work, bytes a millisecond. */
const pacedBytesPerMs = 65_536;

/** Cyclone DDS asks the kernel for a receive buffer of this size; with less, a burst of pictures overflows it. */
const wantedReceiveBufferBytes = 1_048_576;

/**
 * Spaces large messages out, so that three camera pictures sent at once do not overflow the receivers' socket buffers.
 *
 * With the default 208 KiB of Debian and Ubuntu, 45 % of 150 kB pictures in bursts of three were lost without it.
 */
export class SendPacer {
  readonly #bytesPerMs: number;
  #freeMs = 0;

  /** @param bytesPerMs - what to let through; everything when infinite */
  constructor(bytesPerMs: number) {
    this.#bytesPerMs = bytesPerMs;
  }

  /** Paces when the kernel limits receive buffers on this machine. */
  static forThisMachine(): SendPacer {
    return new SendPacer(
      receiveBufferLimit() < wantedReceiveBufferBytes ? pacedBytesPerMs : Number.POSITIVE_INFINITY,
    );
  }

  /**
   * Asks to send one message now.
   *
   * @param nowMs - steady time
   * @returns 0 when it may go, else how long to wait, ms
   */
  delayMs(bytes: number, nowMs: number): number {
    if (bytes < largeBytes) return 0;
    if (nowMs < this.#freeMs) return this.#freeMs - nowMs;
    this.#freeMs = nowMs + bytes / this.#bytesPerMs;
    return 0;
  }
}
