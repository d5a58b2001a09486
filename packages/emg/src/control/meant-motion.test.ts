import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { GestureName } from '../gestures.ts';
import { Bench, choose, isMoving, periodNs, waitFor } from '../testing/control-bench.ts';
import type { ControlOutput } from './control-types.ts';
import { GestureController } from './gesture-controller.ts';
import { bundledMappingPath, parseGestureMapping } from './gesture-mapping.ts';
import { standStill } from './motion-driver.ts';

test('near a face a motion begins with its gesture made twice, and stops where it comes near', () => {
  const bench = new Bench();
  const see = (faceDistanceM: number) =>
    bench.controller.observeGate({ source: 'none', agentPaused: false, faceDistanceM });
  for (const faceDistanceM of [0.5, Number.NaN]) {
    see(faceDistanceM);
    expect(bench.controller.status.beginsTwice).toBe(true);
    expect(bench.hold('wextend', 5).some(isMoving)).toBe(false);
    bench.hold('rest', 2);
    expect(bench.hold('wextend', 0.3).some(isMoving)).toBe(false);
    bench.hold('rest', 0.4);
    expect(bench.hold('wextend', 1).some(isMoving)).toBe(true);
    bench.hold('rest', 0.4);
    expect(bench.hold('wextend', 1).some(isMoving), 'what has moved something begins nothing').toBe(false);
    bench.hold('rest', 2);
  }
  see(0.7);
  expect(bench.controller.status.beginsTwice).toBe(false);
  expect(bench.hold('wextend', 0.8).some(isMoving)).toBe(true);
  see(0.59);
  expect(bench.decide('wextend')).toEqual([standStill]);
  bench.hold('rest', 0.4);
  expect(bench.hold('wextend', 2).some(isMoving)).toBe(false);
});

test.each([
  ['away from a face', 0.2, 0.6, true],
  ['where no face is known', Infinity, Infinity, true],
  ['towards a face', 0.6, 0.2, false],
  ['nobody knows where', 0.6, Number.NaN, false],
])('in a lock one gesture backs out %s, as far as that leads no nearer', (_, nowM, thenM, isOne) => {
  const bench = new Bench();
  const see = (faceDistanceM: number) =>
    bench.controller.observeGate({ source: 'none', agentPaused: false, faceDistanceM });
  see(thenM);
  const measured = { linearMps: 0.2, angularRadps: 0, positions: [0, 0, 0, 0, 0] };
  bench.hold('wextend', 1);
  for (let i = 0; i < 60; i++)
    bench.controller.observeMotion(measured, BigInt(i) * periodNs, bench.nowNs - periodNs);
  see(nowM);
  bench.hold('rest', 2);
  expect(bench.hold('supinate', 1).some(isMoving), 'armed, it begins twice').toBe(false);
  expect(bench.controller.status.beginsTwice).toBe(true);
  bench.hold('rest', 2);
  bench.decide('rest', { fault: 'co-activation' });
  bench.hold('rest', 1);
  waitFor(bench, 'back out');
  expect(bench.hold('open', 1).some(isMoving)).toBe(isOne);
});

test('a question that comes between the two of a gesture is not answered by the second', () => {
  const file = bundledMappingPath('stretch', 'two');
  const controller = new GestureController(parseGestureMapping(readFileSync(file, 'utf8'), file), 0.05);
  let nowNs = 0n;
  const outputs: ControlOutput[] = [];
  const hold = (gesture: GestureName, seconds: number) => {
    for (let i = 0; i < Math.round(seconds / 0.05); i++) {
      nowNs += periodNs;
      const decision = { gesture, rejected: false, confidence: 1, effort: 0.5 };
      outputs.push(...controller.decide(decision, 0n, nowNs));
    }
  };
  const untilLit = (label: string) => {
    for (let i = 0; i < 400; i++) {
      const { choices, litIndex, litProgress } = controller.status;
      if (choices[litIndex] === label && litProgress > 0.2 && litProgress < 0.6) return;
      hold('rest', 0.05);
    }
    throw new Error(`"${label}" was never lit`);
  };
  untilLit('drive');
  hold('wextend', 0.5);
  untilLit('forward');
  hold('wextend', 0.3);
  hold('rest', 0.3);
  controller.observeQuestion({ id: '1', choices: ['yes, throw it away', 'no'] });
  hold('rest', 0.4);
  hold('wextend', 1);
  expect(outputs.filter(({ kind }) => kind === 'answer')).toEqual([]);
  expect(outputs.some(isMoving)).toBe(true);
  hold('rest', 1);
  expect(controller.status.choices).toContain('no');
});

test('a forearm that is moved about in its sleep is offered nothing but rest; one that chooses is', () => {
  const bench = new Bench();
  bench.hold('rest', 40);
  for (const [gesture, seconds] of [
    ['wflex', 0.4],
    ['open', 4],
  ] as const) {
    waitFor(bench, 'stay asleep');
    bench.hold(gesture, seconds);
    bench.hold('rest', 1);
    expect(bench.controller.status.choices).toEqual(['rest first']);
    bench.hold('open', 1);
    bench.hold('rest', 6);
  }
  // However long the gesture is held that has chosen.
  waitFor(bench, 're-arm');
  bench.hold('open', 4);
  bench.hold('rest', 0.5);
  choose(bench, 'yes, re-arm');
  expect(bench.controller.status.stopState).toBe('armed');
});

test('backing out of a lock that nobody uses goes on as long as it is held', () => {
  const bench = new Bench();
  const measured = { linearMps: 0.2, angularRadps: 0, positions: [0, 0, 0, 0, 0] };
  for (let i = 0; i < 60; i++) bench.controller.observeMotion(measured, BigInt(i) * periodNs, bench.nowNs);
  bench.hold('rest', 40);
  bench.decide('rest', { fault: 'co-activation' });
  bench.hold('rest', 1);
  waitFor(bench, 'back out');
  bench.hold('open', 0.3);
  bench.hold('rest', 0.4);
  const moving = Array.from({ length: 80 }, () => bench.decide('open').some(isMoving));
  expect(moving.lastIndexOf(true)).toBeGreaterThan(70);
});
