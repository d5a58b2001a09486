/** Something that happens at a time; cancelled entries stay in the heap until they come up. */
export interface TimedEvent {
  /** Nanoseconds since the owner's epoch. */
  atNs: number;
  /** Order among events of one time: smaller first. */
  readonly order: number;
  run: (() => void) | undefined;
}

/** Binary heap of events by time, then order. */
export class EventHeap {
  readonly #events: TimedEvent[] = [];

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

  /** Returns the earliest event that was not cancelled, and drops the cancelled ones before it. */
  peek(): TimedEvent | undefined {
    while (this.#events.length > 0) {
      const first = this.#events[0]!;
      if (first.run !== undefined) return first;
      this.#removeFirst();
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
