import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { GestureDecision } from '../decoder/decide.ts';
import { type GestureName, gestureNames } from '../gestures.ts';
import {
  type ControlOutput,
  decisionTimeoutNs,
  GestureController,
  staleDecisionNs,
} from './gesture-controller.ts';
import { bundledMappingPath, parseGestureMapping } from './gesture-mapping.ts';

const mapping = parseGestureMapping(readFileSync(bundledMappingPath('stretch'), 'utf8'), 'stretch.yaml');
const periodNs = 50_000_000n;

/** A controller that gets a decision every 50 ms. */
class Bench {
  readonly controller = new GestureController(mapping, 0.05);
  nowNs = 0n;
  decide(gesture: GestureName, { effort = 1, rejected = false, ageNs = 0n } = {}): readonly ControlOutput[] {
    this.nowNs += periodNs;
    const decision: GestureDecision = { gesture, rejected, confidence: 1, effort };
    return this.controller.decide(decision, ageNs, this.nowNs);
  }
  hold(gesture: GestureName, seconds: number): readonly ControlOutput[] {
    return Array.from({ length: Math.round(seconds / 0.05) }, () => this.decide(gesture)).flat();
  }
}

const speedOf = (output: ControlOutput | undefined) =>
  output === undefined || !('linearMps' in output) ? undefined : output.linearMps;
const isMoving = (output: ControlOutput) =>
  (output.kind === 'base' && (output.linearMps !== 0 || output.angularRadps !== 0)) ||
  (output.kind === 'joint' && output.velocity !== 0);

test('speed ramps up while a gesture is held, to effort times top speed', () => {
  const bench = new Bench();
  const speeds = Array.from({ length: 14 }, () => speedOf(bench.decide('wextend', { effort: 0.5 })[0]));
  expect(speeds[0]).toBeCloseTo(0.25 * 0.5 * (1 / 12), 9);
  expect(speeds[5]).toBeCloseTo(0.25 * 0.5 * 0.5, 9);
  expect(speeds[11]).toBeCloseTo(0.125, 9);
  expect(speeds[13]).toBeCloseTo(0.125, 9);
});

test('rest sends one zero at once and then nothing', () => {
  const bench = new Bench();
  bench.hold('wextend', 1);
  expect(bench.decide('rest')).toEqual([{ kind: 'base', linearMps: 0, angularRadps: 0 }]);
  expect(bench.decide('rest')).toEqual([]);
});

test('a rejected decision and one on old samples stop like rest', () => {
  for (const options of [{ rejected: true }, { ageNs: staleDecisionNs + 1n }]) {
    const bench = new Bench();
    bench.hold('wextend', 1);
    expect(bench.decide('wextend', options)).toEqual([{ kind: 'base', linearMps: 0, angularRadps: 0 }]);
    expect(bench.decide('wextend', options)).toEqual([]);
  }
});

test('a single wrong window hardly moves the robot', () => {
  const bench = new Bench();
  bench.hold('wextend', 1);
  const outputs = bench.decide('abduct');
  expect(outputs[0]).toEqual({ kind: 'base', linearMps: 0, angularRadps: 0 });
  expect(outputs[1]).toMatchObject({ kind: 'base', linearMps: 0 });
  expect((outputs[1] as { angularRadps: number }).angularRadps).toBeLessThan(0.05);
  expect(speedOf(bench.decide('wextend').at(-1))).toBeGreaterThan(0.2);
});

test('missing decisions stop the robot once, after 120 ms', () => {
  const bench = new Bench();
  bench.hold('wextend', 1);
  expect(bench.controller.tick(bench.nowNs + decisionTimeoutNs - 1n)).toEqual([]);
  expect(bench.controller.tick(bench.nowNs + decisionTimeoutNs)).toHaveLength(1);
  expect(bench.controller.tick(bench.nowNs + 2n * decisionTimeoutNs)).toEqual([]);
  expect(bench.controller.status).toMatchObject({ gesture: 'rest', isActive: false, speed: 0 });
});

test('a held tripod goes to the next mode, once a hold, and moves nothing', () => {
  const bench = new Bench();
  expect(bench.hold('tripod', 0.45)).toEqual([]);
  expect(bench.controller.status.mode).toBe('drive');
  expect(bench.hold('tripod', 3)).toEqual([]);
  expect(bench.controller.status.mode).toBe('lift-arm');
  bench.hold('rest', 0.2);
  bench.hold('tripod', 0.6);
  expect(bench.controller.status.mode).toBe('wrist');
});

test('one unsure window does not end a hold', () => {
  const bench = new Bench();
  bench.hold('tripod', 0.3);
  bench.decide('tripod', { rejected: true });
  bench.hold('tripod', 0.2);
  expect(bench.controller.status.mode).toBe('lift-arm');
});

test('the fine level slows every motion down', () => {
  const bench = new Bench();
  bench.hold('pronate', 0.6);
  expect(bench.controller.status.level).toBe('fine');
  bench.hold('rest', 0.2);
  expect(speedOf(bench.hold('wextend', 1).at(-1))).toBeCloseTo(0.25 * 0.3, 9);
});

test('modes reach joints: lift up, then gripper open', () => {
  const bench = new Bench();
  bench.hold('tripod', 0.6);
  expect(bench.hold('wextend', 1).at(-1)).toEqual({ kind: 'joint', joint: 'joint_lift', velocity: 0.1 });
  bench.hold('rest', 0.2);
  bench.hold('tripod', 0.6);
  bench.hold('rest', 0.2);
  bench.hold('tripod', 0.6);
  expect(bench.hold('open', 1).at(-1)).toEqual({ kind: 'joint', joint: 'gripper_aperture', velocity: 0.06 });
});

test('while the agent moves the robot, gestures send zero speed only, so that the gate pauses the agent', () => {
  const bench = new Bench();
  bench.controller.observeGate({ source: 'agent', agentPaused: false });
  const outputs = bench.hold('wextend', 2);
  expect(outputs.length).toBeGreaterThan(0);
  expect(outputs.some(isMoving)).toBe(false);
  expect(outputs.every(({ kind }) => kind === 'base')).toBe(true);
});

test('open held for a second, confirmed by pronate, asks for the robot; then gestures move it', () => {
  const bench = new Bench();
  bench.controller.observeGate({ source: 'none', agentPaused: true });
  expect(bench.hold('open', 1.1).some(({ kind }) => kind === 'take-over')).toBe(false);
  bench.hold('rest', 0.3);
  expect(bench.hold('pronate', 0.6).filter(({ kind }) => kind === 'take-over')).toHaveLength(1);
  expect(bench.hold('wextend', 1).some(isMoving)).toBe(false);
  bench.controller.confirmTakeOver(true);
  bench.hold('rest', 0.2);
  expect(bench.hold('wextend', 1).some(isMoving)).toBe(true);
});

test.each([
  ['a short hold', ['open', 0.8, 'rest', 0.2, 'pronate', 1]],
  ['no confirmation', ['open', 3]],
  ['a late confirmation', ['open', 1.1, 'rest', 3.2, 'pronate', 1]],
  ['another gesture in between', ['open', 1.1, 'wflex', 0.5, 'pronate', 1]],
  ['a hold with a gap', ['open', 0.6, 'rest', 0.2, 'open', 0.6, 'rest', 0.1, 'pronate', 1]],
] as const)('%s does not take the robot over', (_, steps) => {
  const bench = new Bench();
  bench.controller.observeGate({ source: 'none', agentPaused: true });
  for (let i = 0; i < steps.length; i += 2) {
    const outputs = bench.hold(steps[i] as GestureName, steps[i + 1] as number);
    expect(outputs.filter(({ kind }) => kind === 'take-over')).toEqual([]);
  }
});

test('supinate lets a paused agent go on, and gives the robot back in drive mode', () => {
  const paused = new Bench();
  paused.controller.observeGate({ source: 'none', agentPaused: true });
  expect(paused.hold('supinate', 1.1)).toContainEqual({ kind: 'hand-back' });
  const driving = new Bench();
  driving.controller.confirmTakeOver(true);
  expect(driving.hold('supinate', 0.6)).toContainEqual({ kind: 'hand-back' });
});

test('no sequence of decisions moves the robot without a gesture that is decided now', () => {
  const decision = fc.record({
    gesture: fc.constantFrom(...gestureNames),
    rejected: fc.boolean(),
    effort: fc.double({ min: 0, max: 1, noNaN: true }),
    ageNs: fc.constantFrom(0n, staleDecisionNs + 1n),
    source: fc.constantFrom('none' as const, 'agent' as const, 'human' as const),
    agentPaused: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(decision, { maxLength: 80 }), (decisions) => {
      const bench = new Bench();
      for (const { gesture, source, agentPaused, ...options } of decisions) {
        bench.controller.observeGate({ source, agentPaused });
        const outputs = bench.decide(gesture, options);
        const isDecided = gesture !== 'rest' && !options.rejected && options.ageNs === 0n;
        if (!isDecided || source === 'agent' || agentPaused) expect(outputs.some(isMoving)).toBe(false);
        for (const output of outputs) {
          if (output.kind === 'base') expect(Math.abs(output.linearMps)).toBeLessThanOrEqual(0.25);
          if (output.kind === 'joint') expect(Math.abs(output.velocity)).toBeLessThanOrEqual(0.8);
        }
      }
    }),
  );
});
