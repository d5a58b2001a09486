import { expect, test } from 'vitest';
import { DeliveryWatch } from './delivery-watch.ts';

function watched() {
  const pings: number[] = [];
  return { pings, watch: new DeliveryWatch((id) => pings.push(id)) };
}

test('a client that answers in time is never behind', () => {
  const { pings, watch } = watched();
  for (let nowMs = 0; nowMs < 10_000; nowMs += 10) {
    watch.sent(2000, nowMs);
    for (const id of pings.splice(0)) watch.answered(id, nowMs);
    expect(watch.isBehind(nowMs)).toBe(false);
  }
});

test('a client is behind when a ping is late, and no longer once it is answered', () => {
  const { pings, watch } = watched();
  watch.sent(10, 0);
  watch.answered(pings[0] as number, 0);
  watch.sent(10, 1000);
  expect(watch.isBehind(1200)).toBe(false);
  expect(watch.isBehind(1201)).toBe(true);
  watch.answered(pings[1] as number, 1300);
  expect(watch.isBehind(1201)).toBe(false);
});

test('a client is behind when much is under way, however short the time', () => {
  const { pings, watch } = watched();
  watch.sent(10, 0);
  watch.answered(pings[0] as number, 0);
  watch.sent(300_000, 1000);
  expect(watch.isBehind(1000)).toBe(true);
  watch.answered(pings[1] as number, 1300);
  expect(watch.isBehind(1000)).toBe(false);
});

test('the answer to the newest ping answers those before it', () => {
  const { pings, watch } = watched();
  watch.sent(10, 0);
  watch.answered(pings[0] as number, 0);
  for (let i = 1; i <= 5; i++) watch.sent(10, 100 * i);
  watch.answered(pings.at(-1) as number, 600);
  expect(watch.isBehind(2000)).toBe(false);
  watch.answered(pings[1] as number, 1300);
  expect(watch.isBehind(2000)).toBe(false);
});

test('however much came before the first answer, the next ping asks about it', () => {
  const { pings, watch } = watched();
  for (let i = 0; i < 10; i++) watch.sent(100_000, i);
  expect(pings).toEqual([1]);
  watch.answered(1, 100);
  expect(watch.isBehind(100)).toBe(true);
  expect(pings).toEqual([1, 2]);
  watch.answered(2, 150);
  expect(watch.isBehind(150)).toBe(false);
});

test('a client that does not answer pings gets everything, as if nobody had asked', () => {
  const { pings, watch } = watched();
  for (let i = 0; i < 1000; i++) watch.sent(100_000, 100 * i);
  expect(watch.isBehind(200_000)).toBe(false);
  expect(pings).toHaveLength(1);
});
