import { Rng, Transform } from '@efferent/core';
import { describe, expect, test } from 'vitest';
import { type BodyState, PickRun } from './pick-run.ts';
import { parsePolicyManifest } from './policy-manifest.ts';
import { type Sighting, TargetTracker } from './target-tracker.ts';

const manifest = parsePolicyManifest(
  `
id: test-pick
description: A policy for tests.
model: policy.onnx
robot: stretch
skill: pick
rate_hz: 20
chunk_length: 4
execute_length: 2
modelled_latency_ms: 5
training_commit: none
frames: { base: base_link, tool: tool, odometry: odom }
observations:
  - { name: target, source: target-offset, unit: m }
  - { name: age, source: target-age, unit: s }
  - { name: joints, source: joint-positions, unit: m or rad, joints: [lift, gripper] }
  - { name: effort, source: joint-efforts, unit: N or N m, joints: [gripper] }
  - { name: previous, source: previous-action, unit: m/s }
output: actions
actions:
  - { name: forward, sends: base-forward, unit: m/s, limit: 0.1 }
  - { name: lift, sends: joint-velocity, joint: lift, unit: m/s, limit: 0.2 }
grasp: { joint: gripper, min_effort_n: 2, min_aperture_m: 0.005, lift_m: 0.08 }
`,
  'test.yaml',
);

const jointIndex = new Map([
  ['lift', 0],
  ['gripper', 1],
]);

function body(
  timeS: number,
  change: Partial<{ aperture: number; effort: number; toolZ: number; baseYaw: number }> = {},
): BodyState {
  return {
    timeS,
    jointIndex,
    positions: [0.5, change.aperture ?? 0.1],
    efforts: [0, change.effort ?? 0],
    odometryFromBase: Transform.fromPlanar(1, 2, change.baseYaw ?? 0),
    baseFromTool: new Transform([0, -0.5, change.toolZ ?? 0.7], [0, 0, 0, 1]),
  };
}

const sighting = (positionM: readonly [number, number, number], className = 'apple'): Sighting => ({
  className,
  positionM,
  sizeM: [0.08, 0.08, 0.08],
  rangeM: 1,
});

const run = () =>
  new PickRun(
    manifest,
    { className: 'apple', positionM: [1, 1.2, 0.75], sizeM: [0.08, 0.08, 0.08], minHeightM: 0.72 },
    0,
  );

describe('what a policy observes', () => {
  test('is the target seen from the tool, along the axes of the base', () => {
    const straight = run();
    straight.observe(body(0));
    expect([...straight.observation.target!].map((value) => Math.round(value * 1000) / 1000)).toEqual([
      0, -0.3, 0.05,
    ]);
    const turned = run();
    turned.observe(body(0, { baseYaw: Math.PI / 2 }));
    expect([...turned.observation.target!].map((value) => Math.round(value * 1000) / 1000)).toEqual([
      -0.8, 0.5, 0.05,
    ]);
  });

  test('is never lower than the thing can be on what it stands on', () => {
    const pick = run();
    pick.see([sighting([1, 1.2, 0.7])], 0.1);
    pick.observe(body(0.1));
    expect(pick.observation.target![2]).toBeCloseTo(0.72 - 0.7);
  });

  test('carries the age of the target, joint states and the previous action', () => {
    const pick = run();
    pick.accept(Float32Array.from([0.05, 0.1, 0, 0, 0, 0, 0, 0]));
    pick.nextAction();
    pick.observe(body(0.5, { effort: 1.5 }));
    expect(pick.observation.age![0]).toBeCloseTo(0.5);
    expect([...pick.observation.joints!]).toEqual([0.5, 0.1].map(Math.fround));
    expect(pick.observation.effort![0]).toBe(1.5);
    expect([...pick.observation.previous!]).toEqual([0.05, 0.1].map(Math.fround));
  });

  test('names the joint whose state is missing', () => {
    expect(run().observe({ ...body(0), jointIndex: new Map([['lift', 0]]) })).toEqual({
      state: 'incomplete',
      joint: 'gripper',
    });
  });
});

describe('actions', () => {
  test('are limited, stepped through, and zero when the policy is behind', () => {
    const pick = run();
    expect(pick.needsChunk).toBe(true);
    pick.accept(Float32Array.from([9, -9, 0.01, 0.02, 0.03, 0.04, Number.NaN, 0.06]));
    expect([...pick.nextAction()]).toEqual([0.1, -0.2].map(Math.fround));
    expect(pick.needsChunk).toBe(false);
    pick.nextAction();
    expect(pick.needsChunk).toBe(true);
    expect([...pick.nextAction()]).toEqual([0.03, 0.04].map(Math.fround));
    expect([...pick.nextAction()]).toEqual([0, 0.06].map(Math.fround));
    expect([...pick.nextAction()]).toEqual([0, 0]);
  });
});

describe('the verdict', () => {
  test('is success once a squeezed thing has been lifted', () => {
    const pick = run();
    const states: string[] = [];
    for (let tick = 0; tick < 40; tick++) {
      const lifted = Math.max(0, tick - 15) * 0.0051;
      states.push(pick.observe(body(tick * 0.05, { aperture: 0.07, effort: -6, toolZ: 0.7 + lifted })).state);
    }
    expect(states[10]).toBe('running');
    expect(states.indexOf('success')).toBe(31);
  });

  test('is dropped when the squeeze ends above the table', () => {
    const pick = run();
    for (let tick = 0; tick < 20; tick++)
      pick.observe(body(tick * 0.05, { aperture: 0.07, effort: -6, toolZ: 0.7 + tick * 0.003 }));
    let verdict = pick.observe(body(1, { aperture: 0.002, effort: 0, toolZ: 0.76 }));
    expect(verdict.state).toBe('running');
    verdict = pick.observe(body(1.3, { aperture: 0.002, effort: 0, toolZ: 0.76 }));
    expect(verdict).toMatchObject({ state: 'failure', code: 'dropped' });
  });

  test('is grasp-failed after three empty closings', () => {
    const pick = run();
    const verdicts = [0, 1, 2].map((attempt) => {
      pick.observe(body(attempt, { aperture: 0.1 }));
      return pick.observe(body(attempt + 0.5, { aperture: 0.001, effort: -6 }));
    });
    expect(verdicts.map((verdict) => verdict.state)).toEqual(['running', 'running', 'failure']);
    expect(verdicts[2]).toMatchObject({ code: 'grasp-failed' });
  });

  test('is target-lost after two seconds without a sighting, later when the gripper hides it', () => {
    const far = run();
    expect(far.observe(body(1.9)).state).toBe('running');
    expect(far.observe(body(2.1))).toMatchObject({ state: 'failure', code: 'target-lost' });
    const near = new PickRun(
      manifest,
      { className: 'apple', positionM: [1, 1.45, 0.7], sizeM: [0, 0, 0], minHeightM: 0 },
      0,
    );
    expect(near.observe(body(5)).state).toBe('running');
    expect(near.observe(body(8.1))).toMatchObject({ state: 'failure', code: 'target-lost' });
  });
});

describe('a target tracker', () => {
  test('averages noise down to a few millimetres', () => {
    const rng = new Rng(5);
    const tracker = new TargetTracker('apple', [0.1, 0, 0], [0, 0, 0], 0);
    for (let i = 1; i <= 25; i++) {
      tracker.update([sighting([rng.normal(0, 0.018), rng.normal(0, 0.018), rng.normal(0, 0.018)])], i * 0.2);
    }
    expect(Math.hypot(...tracker.positionM)).toBeLessThan(0.012);
    expect(tracker.sightings).toBe(25);
  });

  test('takes the nearest of its class and ignores other classes and far ones', () => {
    const tracker = new TargetTracker('apple', [0, 0, 0], [0, 0, 0], 0);
    expect(tracker.update([sighting([0.01, 0, 0], 'mug'), sighting([0.5, 0, 0])], 0.2)).toBe(false);
    expect(tracker.update([sighting([0.2, 0, 0]), sighting([0.05, 0, 0])], 0.4)).toBe(true);
    expect(tracker.positionM[0]).toBeCloseTo(0.05);
    expect(tracker.ageS(1.4)).toBeCloseTo(1);
    expect(tracker.update([sighting([0.3, 0, 0])], 1.5)).toBe(false);
  });
});
