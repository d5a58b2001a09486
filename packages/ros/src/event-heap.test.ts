import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EventHeap, type TimedEvent } from './event-heap.ts';

const event = (atNs: number, order: number): TimedEvent => ({ atNs, order, run: () => undefined });

test('events that are not cancelled come up by time, then order, whatever else is cancelled', () => {
  const arbitrary = fc.array(fc.record({ atNs: fc.nat(50), isCancelled: fc.boolean() }), { maxLength: 400 });
  fc.assert(
    fc.property(arbitrary, (wanted) => {
      const heap = new EventHeap();
      const events = wanted.map(({ atNs }, order) => event(atNs, order));
      for (const each of events) heap.push(each);
      for (const [i, { isCancelled }] of wanted.entries()) if (isCancelled) heap.cancel(events[i]!);
      const rest = events.filter((_, i) => wanted[i]!.isCancelled === false);
      rest.sort((a, b) => a.atNs - b.atNs || a.order - b.order);
      expect(rest.map(() => heap.pop())).toEqual(rest);
      expect(heap.pop()).toBeUndefined();
    }),
    { seed: 20261128 },
  );
});

test('waits with a limit far away leave nothing behind', () => {
  const heap = new EventHeap();
  const kept = event(1e15, 0);
  heap.push(kept);
  for (let order = 1; order < 10_000; order++) {
    const wait = event(1e12 + order, order);
    heap.push(wait);
    heap.cancel(wait);
  }
  expect(heap.size).toBeLessThan(200);
  expect(heap.pop()).toBe(kept);
});
