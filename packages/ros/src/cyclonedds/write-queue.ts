import type { CycloneWriter, HeldSample } from '@efferent/cyclonedds';
import type { Executor } from '../executor.ts';
import { MessageQueue } from '../message-queue.ts';
import type { Report } from '../transport.ts';
import type { SendPacer } from './send-pacer.ts';

interface Waiting {
  readonly sample: HeldSample;
  readonly bytes: number;
}

/** Samples that wait for room; beyond this the oldest are dropped, and said to be. */
const limit = 100_000;
const retryMs = 1;

/**
 * Sends samples in order without blocking; what a full keep-all history refuses, or the pacer holds back, is sent a
 * little later.
 */
export class WriteQueue {
  readonly #writer: CycloneWriter;
  readonly #executor: Executor;
  readonly #pacer: SendPacer;
  readonly #report: Report;
  readonly #topic: string;
  readonly #waiting = new MessageQueue<Waiting>();
  #dropped = 0;
  #isOpen = true;

  constructor(writer: CycloneWriter, executor: Executor, pacer: SendPacer, topic: string, report: Report) {
    this.#writer = writer;
    this.#executor = executor;
    this.#pacer = pacer;
    this.#topic = topic;
    this.#report = report;
  }

  /** @param bytes - copied when they cannot be sent at once */
  write(bytes: Uint8Array): void {
    const delayMs = this.#waiting.length === 0 ? this.#send(bytes, bytes.length) : 0;
    if (delayMs === 0 && this.#waiting.length === 0) return;
    this.#waiting.push({ sample: this.#writer.hold(bytes), bytes: bytes.length });
    if (this.#waiting.length > limit) this.#drop();
    if (this.#waiting.length === 1) this.#retryIn(delayMs);
  }

  close(): void {
    this.#isOpen = false;
    this.#waiting.clear();
    this.#writer.delete();
  }

  /** @returns 0 when it was sent, else when to try again, ms */
  #send(sample: Uint8Array | HeldSample, bytes: number): number {
    const delayMs = this.#pacer.delayMs(bytes, performance.now());
    if (delayMs > 0) return delayMs;
    return this.#writer.write(sample) ? 0 : retryMs;
  }

  #retryIn(delayMs: number): void {
    const clock = this.#executor.steadyClock;
    clock.setAlarm(clock.nowNs() + BigInt(Math.ceil(delayMs * 1e6)), () => this.#flush());
  }

  #flush(): void {
    if (!this.#isOpen) return;
    for (let next = this.#waiting.peek(); next !== undefined; next = this.#waiting.peek()) {
      const delayMs = this.#send(next.sample, next.bytes);
      if (delayMs > 0) {
        this.#retryIn(delayMs);
        return;
      }
      this.#waiting.shift();
    }
  }

  #drop(): void {
    this.#waiting.shift();
    if (this.#dropped++ === 0) this.#report('publish-queue-full', { topic: this.#topic, limit });
  }
}
