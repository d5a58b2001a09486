import type { CycloneWriter } from '@efferent/cyclonedds';
import type { Executor } from '../executor.ts';
import { MessageQueue } from '../message-queue.ts';
import type { Report } from '../transport.ts';

/** Samples that wait for room; beyond this the oldest are dropped, and said to be. */
const limit = 100_000;
const retryNs = 1_000_000n;

/** Sends samples in order without blocking; what a full keep-all history refuses is sent again a little later. */
export class WriteQueue {
  readonly #writer: CycloneWriter;
  readonly #executor: Executor;
  readonly #report: Report;
  readonly #topic: string;
  readonly #waiting = new MessageQueue<Uint8Array>();
  #dropped = 0;
  #isOpen = true;

  constructor(writer: CycloneWriter, executor: Executor, topic: string, report: Report) {
    this.#writer = writer;
    this.#executor = executor;
    this.#topic = topic;
    this.#report = report;
  }

  write(bytes: Uint8Array): void {
    if (this.#waiting.length === 0 && this.#writer.write(bytes)) return;
    this.#waiting.push(bytes);
    if (this.#waiting.length > limit) this.#drop();
    if (this.#waiting.length === 1) this.#retryLater();
  }

  close(): void {
    this.#isOpen = false;
    this.#waiting.clear();
    this.#writer.delete();
  }

  #retryLater(): void {
    const clock = this.#executor.steadyClock;
    clock.setAlarm(clock.nowNs() + retryNs, () => this.#flush());
  }

  #flush(): void {
    if (!this.#isOpen) return;
    for (let bytes = this.#waiting.peek(); bytes !== undefined; bytes = this.#waiting.peek()) {
      if (!this.#writer.write(bytes)) {
        this.#retryLater();
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
