import { describeError } from '@efferent/core/errors';
import type { Report } from './transport.ts';

/** Counts what did not decode, and reports it, seldom when it is often: the first, the second, the fourth, the eighth, … one. */
export class Rejections {
  readonly #report: Report;
  readonly #event: string;
  readonly #from: Readonly<Record<string, string>>;
  #count = 0;

  /** @param from - what it came from, e.g. `{ topic: '/odom' }` */
  constructor(report: Report, event: string, from: Readonly<Record<string, string>>) {
    this.#report = report;
    this.#event = event;
    this.#from = from;
  }

  get count(): number {
    return this.#count;
  }

  add(error: unknown): void {
    const count = ++this.#count;
    if ((count & (count - 1)) !== 0) return;
    this.#report(this.#event, { ...this.#from, count, reason: describeError(error) });
  }
}
