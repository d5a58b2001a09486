import { fileURLToPath } from 'node:url';
import { Transform, type Vector3 } from '@efferent/core';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { boundsGap, boxGap } from './box-gap.ts';
import { boxesOverlap, boxStride, writeBox } from './box-overlap.ts';
import { CommandGate, type GateSource } from './command-gate.ts';
import { GateGuard } from './gate-guard.ts';
import { loadRobotModel } from './load-robot-model.ts';
import { separationM, speedLimitMps, staleness } from './people-limits.ts';
import { PersonGuard } from './person-guard.ts';
import { type PersonSighting, PersonTracks } from './person-tracks.ts';
import { PlacedSolids } from './placed-solids.ts';
import { poseStride, writePose } from './robot-model.ts';

const model = loadRobotModel([fileURLToPath(new URL('../../..', import.meta.url))], 'stretch');
const limits = model.manifest.people;
const periodS = 0.01;
const startS = 1000;

const boxAt = (region: string, center: Vector3, sizeM: Vector3): PersonSighting => ({
  region,
  mapFromBox: new Transform(center, [0, 0, 0, 1]),
  sizeM,
});

/** Somebody who sits where the arm of a robot at the origin reaches to: the face a metre beside the base. */
const face = boxAt('head', [0, -1.06, 1.05], [0.3, 0.16, 0.25]);
const trunk = boxAt('trunk', [0, -1.2, 0.6], [0.36, 0.22, 0.56]);

/** A gate on a robot that follows perfectly, with a person whom it keeps seeing until told otherwise. */
class Bench {
  readonly tracks = new PersonTracks();
  readonly guard = new GateGuard(model, undefined);
  readonly people = new PersonGuard(model, this.tracks);
  readonly gate = new CommandGate(model, this.guard, this.people);
  readonly measured = model.namedPose('home');
  readonly #solids = new PlacedSolids(model, 0);
  readonly #before = new PlacedSolids(model, 0);
  readonly reasons = new Set<string>();
  sightings: readonly PersonSighting[] = [face, trunk];
  nowS = startS;
  x = 0;
  yaw = 0;
  leastM = Number.POSITIVE_INFINITY;
  fastestMps = 0;

  constructor() {
    this.measured[model.actuatorIndex('joint_lift')] = 0.95;
    this.measured[model.actuatorIndex('wrist_extension')] = 0.2;
    this.gate.updateMeasurement(this.measured, this.nowS, this.nowS);
    this.guard.setBasePose(0, 0, 0);
    this.people.setBasePose(0, 0, 0);
    this.tracks.observe(this.sightings, this.nowS);
    this.tracks.observe(this.sightings, this.nowS);
    this.#place();
  }

  run(seconds: number, each: (tick: number) => void) {
    for (let i = 0; i < Math.round(seconds / periodS); i++) {
      this.nowS += periodS;
      if (i % 20 === 0) this.tracks.observe(this.sightings, this.nowS);
      this.gate.updateMeasurement(this.measured, this.nowS, this.nowS);
      each(i);
      const output = this.gate.tick(this.nowS, this.nowS);
      if (output.sendJoints) this.measured.set(output.positions);
      this.x += output.linearMps * periodS * Math.cos(this.yaw);
      this.yaw += output.angularRadS * periodS;
      this.guard.setBasePose(this.x, 0, this.yaw);
      this.people.setBasePose(this.x, 0, this.yaw);
      if (this.gate.guardReason !== undefined) this.reasons.add(this.gate.guardReason);
      this.#measure();
    }
  }

  jog(source: GateSource, velocities: Readonly<Record<string, number>>) {
    this.gate.acceptJog(source, this.nowS, Object.keys(velocities), Object.values(velocities), this.nowS);
  }

  /** Least distance of the bare solids to the true face, and the speed of the fastest near it. */
  #measure() {
    this.#before.boxes.set(this.#solids.boxes);
    this.#place();
    const at = new Float64Array(boxStride);
    const pose = new Float64Array(poseStride);
    writePose(face.mapFromBox, pose, 0);
    writeBox(pose, 0, face.sizeM[0] / 2, face.sizeM[1] / 2, face.sizeM[2] / 2, at, 0);
    for (let i = 0; i < this.#solids.count; i++) {
      const gap = boxGap(this.#solids.boxes, i * boxStride, at, 0);
      this.leastM = Math.min(this.leastM, gap);
      if (gap > 0.3) continue;
      const moved = [0, 1, 2].map(
        (k) => this.#solids.boxes[i * boxStride + k]! - this.#before.boxes[i * boxStride + k]!,
      );
      this.fastestMps = Math.max(this.fastestMps, Math.hypot(...moved) / periodS);
    }
  }

  #place() {
    const q = model.jointPositionsFromActuators(this.measured, model.zeroJointPositions());
    this.#solids.place(q, this.x, 0, this.yaw);
  }
}

describe('near a face', () => {
  it('the hand stops short of it, slowly, says why, and may go back', () => {
    const bench = new Bench();
    bench.run(5, () => bench.jog('human', { wrist_extension: 0.3 }));
    expect([...bench.reasons].join()).toMatch(/comes no nearer to a face; the person closes the gap/);
    expect(bench.leastM).toBeGreaterThanOrEqual(limits.face_separation_m);
    expect(bench.leastM).toBeLessThan(0.35);
    expect(bench.fastestMps).toBeLessThanOrEqual(limits.near_speed_mps + 0.02);
    const reached = bench.measured[model.actuatorIndex('wrist_extension')]!;
    bench.reasons.clear();
    bench.run(2, () => bench.jog('human', { wrist_extension: -0.1 }));
    expect(bench.reasons.size).toBe(0);
    expect(bench.measured[model.actuatorIndex('wrist_extension')]).toBeLessThan(reached - 0.1);
  });

  it('the gate holds whatever a spasm commands during the approach', () => {
    const command = fc.record({
      joints: fc.array(fc.double({ min: -3, max: 3, noNaN: true }), {
        minLength: model.actuators.length,
        maxLength: model.actuators.length,
      }),
      linear: fc.double({ min: -1, max: 1, noNaN: true }),
      angular: fc.double({ min: -2, max: 2, noNaN: true }),
      ticks: fc.integer({ min: 2, max: 40 }),
    });
    const names = model.actuators.map(({ name }) => name);
    fc.assert(
      fc.property(fc.array(command, { minLength: 1, maxLength: 6 }), (spasm) => {
        const bench = new Bench();
        bench.run(1, () => bench.jog('human', { wrist_extension: 0.3 }));
        for (const { joints, linear, angular, ticks } of spasm)
          bench.run(ticks * periodS, () => {
            bench.jog('human', Object.fromEntries(names.map((name, i) => [name, joints[i] as number])));
            bench.gate.acceptTwist('human', bench.nowS, linear, angular, bench.nowS);
          });
        expect(bench.leastM).toBeGreaterThanOrEqual(limits.face_separation_m - 0.005);
      }),
      { seed: 11, numRuns: 10 },
    );
  });

  it('a place that is not seen any more grows: the hand stops farther away, and moves slower', () => {
    const seen = new Bench();
    seen.run(5, () => seen.jog('human', { wrist_extension: 0.3 }));
    const unseen = new Bench();
    unseen.sightings = [];
    unseen.run(6, () => undefined);
    unseen.run(5, () => unseen.jog('human', { wrist_extension: 0.3 }));
    expect(unseen.leastM).toBeGreaterThan(seen.leastM + 0.9 * limits.stale_separation_m);
    expect(unseen.fastestMps).toBeLessThanOrEqual(limits.stale_speed_mps + 0.01);
  });
});

test('a false gesture while the agent works only pauses it', () => {
  const bench = new Bench();
  const extension = model.actuatorIndex('wrist_extension');
  bench.run(1, () => bench.jog('agent', { wrist_extension: 0.1 }));
  const before = bench.measured[extension]!;
  bench.run(1, (tick) => {
    bench.jog('agent', { wrist_extension: 0.1 });
    if (tick === 0) bench.jog('human', { wrist_extension: 0.3, joint_lift: -0.15, gripper_aperture: 0.2 });
  });
  expect(bench.gate.agentPaused).toBe(true);
  expect(bench.gate.source).toBe('none');
  expect(bench.measured[extension]! - before).toBeLessThan(0.02);
  expect(bench.measured[model.actuatorIndex('joint_lift')]).toBeCloseTo(0.95, 3);
  expect(bench.measured[model.actuatorIndex('gripper_aperture')]).toBeCloseTo(
    model.namedPose('home')[model.actuatorIndex('gripper_aperture')]!,
    3,
  );
});

describe('the limits', () => {
  it('grow tighter with nearness and with age, and never end', () => {
    const distance = fc.double({ min: -0.2, max: 3, noNaN: true });
    const age = fc.double({ min: -0.5, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(distance, distance, age, age, (d1, d2, a1, a2) => {
        const [near, far] = [Math.min(d1, d2), Math.max(d1, d2)];
        const [young, old] = [Math.min(a1, a2), Math.max(a1, a2)].map((s) => staleness(limits, s));
        expect(speedLimitMps(limits, near, young!)).toBeLessThanOrEqual(speedLimitMps(limits, far, young!));
        expect(speedLimitMps(limits, near, old!)).toBeLessThanOrEqual(speedLimitMps(limits, near, young!));
        expect(separationM(limits, true, old!)).toBeGreaterThanOrEqual(separationM(limits, true, young!));
        expect(speedLimitMps(limits, near, old!)).toBeGreaterThan(0);
      }),
      { seed: 3 },
    );
    expect(staleness(limits, Number.POSITIVE_INFINITY)).toBe(1);
    expect(staleness(limits, Number.NaN)).toBe(1);
  });

  it('of box distance agree with overlap and never say too much', () => {
    const rng = fc.tuple(...Array.from({ length: 7 }, () => fc.double({ min: -1, max: 1, noNaN: true })));
    fc.assert(
      fc.property(rng, rng, (a, b) => {
        const boxes = new Float64Array(2 * boxStride);
        const pose = new Float64Array(poseStride);
        for (const [i, [x, y, z, yaw, hx, hy, hz]] of [a, b].entries()) {
          writePose(
            Transform.fromPlanar(x!, y!, yaw! * 3).multiply(new Transform([0, 0, z!], [0, 0, 0, 1])),
            pose,
            0,
          );
          writeBox(
            pose,
            0,
            0.05 + Math.abs(hx!),
            0.05 + Math.abs(hy!),
            0.05 + Math.abs(hz!),
            boxes,
            i * boxStride,
          );
        }
        const gap = boxGap(boxes, 0, boxes, boxStride);
        if (gap > 1e-6) expect(boxesOverlap(boxes, 0, boxes, boxStride)).toBe(false);
        if (gap < -1e-6) expect(boxesOverlap(boxes, 0, boxes, boxStride)).toBe(true);
        const between = Math.hypot(...[0, 1, 2].map((k) => boxes[k]! - boxes[boxStride + k]!));
        expect(gap).toBeLessThanOrEqual(between);
        if (gap > 0) expect(gap).toBeGreaterThanOrEqual(boundsGap(boxes, 0, boxes, boxStride) - 1e-9);
      }),
      { seed: 5 },
    );
  });
});

describe('the tracks', () => {
  const zonesAt = (tracks: PersonTracks, x: number) =>
    Array.from({ length: tracks.count }, (_, i) => i).filter(
      (i) => Math.abs(tracks.boxes[i * boxStride]! - x) < 0.3,
    );

  it('follow a part that moves and keep one that is gone', () => {
    const tracks = new PersonTracks();
    for (let i = 0; i < 20; i++)
      tracks.observe([boxAt('head', [0.1 * i, 0, 1.2], [0.2, 0.2, 0.2])], startS + i);
    expect(tracks.count).toBe(1);
    expect(zonesAt(tracks, 1.9)).toEqual([0]);
    for (let i = 0; i < 50; i++) tracks.observe([], startS + 100 + 10 * i);
    expect(tracks.count).toBe(1);
    expect(tracks.isFace[0]).toBe(1);
  });

  it('forget what was seen in one picture only', () => {
    const tracks = new PersonTracks();
    tracks.observe([boxAt('head', [1, 0, 1.2], [0.2, 0.2, 0.2])], startS);
    expect(tracks.count).toBe(1);
    tracks.observe([], startS + 10);
    expect(tracks.count).toBe(0);
  });

  it('suppose a face above a trunk, and at the top of a whole person', () => {
    const tracks = new PersonTracks();
    tracks.observe([boxAt('trunk', [0, 0, 0.8], [0.3, 0.3, 0.6])], startS);
    expect([...tracks.isFace.subarray(0, tracks.count)]).toEqual([0, 1]);
    tracks.observe([boxAt('head', [0, 0, 1.25], [0.2, 0.2, 0.2])], startS);
    expect([...tracks.isFace.subarray(0, tracks.count)]).toEqual([0, 1]);
    const whole = new PersonTracks();
    whole.observe([boxAt('', [2, 0, 0.85], [0.5, 0.5, 1.7])], startS);
    expect([...whole.isFace.subarray(0, whole.count)]).toEqual([1, 0]);
  });

  it('begin where the map says that somebody mostly is, until their face was seen', () => {
    const tracks = new PersonTracks([
      { id: 'resident', names: ['resident'], poseXyYaw: [1, 0, 0], sizeM: [0.8, 0.8, 1.4] },
    ]);
    expect(zonesAt(tracks, 1)).toHaveLength(2);
    expect(tracks.seenAtS[0]).toBe(Number.NEGATIVE_INFINITY);
    for (let i = 0; i < 2; i++) tracks.observe([boxAt('head', [1.2, 0, 1.2], [0.2, 0.2, 0.2])], startS + i);
    expect(tracks.count).toBe(1);
  });

  it('stay bounded whatever a detector says, and ignore what is no number', () => {
    const tracks = new PersonTracks();
    for (let i = 0; i < 100; i++) {
      const part = boxAt('head', [3 * i, 0, 1], [0.2, 0.2, 0.2]);
      tracks.observe([part, part, boxAt('head', [Number.NaN, 0, 1], [0.2, 0.2, 0.2])], startS);
    }
    expect(tracks.count).toBeLessThanOrEqual(128);
    expect([...tracks.boxes].every(Number.isFinite)).toBe(true);
  });
});
