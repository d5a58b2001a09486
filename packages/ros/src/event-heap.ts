/** Something that happens at a time. */
export interface TimedEvent {
  /** Nanoseconds since the owner's epoch. */
  atNs: number;
  /** Order among events of one time: smaller first. */
  readonly order: number;
  run: (() => void) | undefined;
}

/** Cancelled events that may stay in a heap, beside as many as there are others. */
const keptCancelled = 64;

/** Binary heap of events by time, then order. */
export class EventHeap {
  #events: TimedEvent[] = [];
  #cancelled = 0;

  get size(): number {
    return this.#events.length;
  }

  push(event: TimedEvent): void {
    const events = this.#events;
    let index = events.length;
    events.push(event);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!isBefore(event, events[parent]!)) break;
      events[index] = events[parent]!;
      index = parent;
    }
    events[index] = event;
  }

  /**
   * Takes an event back, unless it has run. It stays until it comes up, or until such events are the most of all: a wait
   * with a long limit that ends at once must not hold memory until the limit.
   */
  cancel(event: TimedEvent): void {
    if (event.run === undefined) return;
    event.run = undefined;
    this.#cancelled++;
    if (this.#cancelled <= keptCancelled || this.#cancelled * 2 <= this.#events.length) return;
    const open = this.#events.filter(({ run }) => run !== undefined);
    this.#events = [];
    this.#cancelled = 0;
    for (const each of open) this.push(each);
  }

  /** Returns the earliest event that was not cancelled, and drops the cancelled ones before it. */
  peek(): TimedEvent | undefined {
    while (this.#events.length > 0) {
      const first = this.#events[0]!;
      if (first.run !== undefined) return first;
      this.#removeFirst();
      this.#cancelled--;
    }
    return undefined;
  }

  pop(): TimedEvent | undefined {
    const first = this.peek();
    if (first !== undefined) this.#removeFirst();
    return first;
  }

  /** Moves every event by `deltaNs`; their order stays. */
  shift(deltaNs: number): void {
    for (const event of this.#events) event.atNs += deltaNs;
  }

  #removeFirst(): void {
    const events = this.#events;
    const last = events.pop()!;
    const size = events.length;
    if (size === 0) return;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= size) break;
      if (child + 1 < size && isBefore(events[child + 1]!, events[child]!)) child++;
      if (!isBefore(events[child]!, last)) break;
      events[index] = events[child]!;
      index = child;
    }
    events[index] = last;
  }
}

function isBefore(a: TimedEvent, b: TimedEvent): boolean {
  return a.atNs < b.atNs || (a.atNs === b.atNs && a.order < b.order);
}
