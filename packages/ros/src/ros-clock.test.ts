import { expect, test } from 'vitest';
import { SimulatedClock } from './ros-clock.ts';

const s = 1_000_000_000n;
const epoch = 1_795_000_000n * s;

test('alarms fire in the order of their times when a message moves time past them', () => {
  const clock = new SimulatedClock();
  clock.update(epoch);
  const fired: string[] = [];
  clock.setAlarm(epoch + 2n * s, () => fired.push('b'));
  clock.setAlarm(epoch + 1n * s, () => fired.push('a'));
  const cancel = clock.setAlarm(epoch + 1n * s, () => fired.push('cancelled'));
  cancel();
  clock.update(epoch + 1n * s - 1n);
  expect(fired).toEqual([]);
  clock.update(epoch + 3n * s);
  expect(fired).toEqual(['a', 'b']);
});

test('the step to the first message does not fire what was set before it', () => {
  const clock = new SimulatedClock();
  let fired = 0;
  clock.setAlarm(1n * s, () => {
    fired++;
  });
  clock.update(epoch);
  expect(fired).toBe(0);
  clock.update(epoch + 1n * s);
  expect(fired).toBe(1);
});

test('after a jump back an alarm waits as long as it still had to', () => {
  const clock = new SimulatedClock();
  clock.update(100n * s);
  let fired = 0;
  clock.setAlarm(103n * s, () => {
    fired++;
  });
  clock.update(101n * s);
  clock.update(5n * s);
  clock.update(6n * s);
  expect(fired).toBe(0);
  clock.update(7n * s);
  expect(fired).toBe(1);
});
