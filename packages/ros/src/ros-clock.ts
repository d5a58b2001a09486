import { EventHeap, type TimedEvent } from './event-heap.ts';
import type { Cancel, SchedulingClock } from './executor.ts';

/**
 * Time as `/clock` tells it; alarms fire when a message moves time past them.
 *
 * Time is 0 until the first message. A jump back, and the step to the first message, keep what every alarm still
 * had to wait.
 */
export class SimulatedClock implements SchedulingClock {
  readonly #heap = new EventHeap();
  #order = 0;
  #nowNs = 0n;
  #epochNs = 0n;
  #hasTime = false;

  nowNs(): bigint {
    return this.#nowNs;
  }

  setAlarm(atNs: bigint, wake: () => void): Cancel {
    const event: TimedEvent = { atNs: Number(atNs - this.#epochNs), order: this.#order++, run: wake };
    this.#heap.push(event);
    return () => this.#heap.cancel(event);
  }

  /** Takes a new time from `/clock` and fires what is due. */
  update(nowNs: bigint): void {
    const deltaNs = Number(nowNs - this.#nowNs);
    if (!this.#hasTime) {
      // Numbers count from here on, so that they stay exact in a double.
      this.#epochNs = nowNs;
    } else if (deltaNs < 0) this.#heap.shift(deltaNs);
    this.#hasTime = true;
    this.#nowNs = nowNs;
    const sinceEpochNs = Number(nowNs - this.#epochNs);
    for (
      let event = this.#heap.peek();
      event !== undefined && event.atNs <= sinceEpochNs;
      event = this.#heap.peek()
    ) {
      this.#heap.pop();
      const wake = event.run!;
      event.run = undefined;
      wake();
    }
  }
}
