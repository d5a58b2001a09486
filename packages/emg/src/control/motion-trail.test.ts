import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MotionTrail } from './motion-trail.ts';

const speeds = { linearMps: 0.25, angularRadps: 0.5, joints: [0.1, 0.8] };
const stepS = 0.02;

/** A robot that does exactly as it is told, and its trail. */
class Robot {
  readonly trail = new MotionTrail(2, 0.5, speeds);
  readonly positions = [0.5, 0];
  x = 0;
  yaw = 0;
  fastest = 0;
  #nowNs = 0n;

  go(linearMps: number, angularRadps: number, velocities: readonly number[], seconds: number): void {
    for (let i = 0; i < Math.round(seconds / stepS); i++) {
      this.#advance(linearMps, angularRadps, velocities);
      this.trail.record({ linearMps, angularRadps, positions: [...this.positions] }, this.#nowNs);
    }
  }

  /** @returns how long it took, s */
  backOut(): number {
    for (let i = 0; i < 2000; i++) {
      const back = this.trail.retrace(stepS, this.positions);
      if (back === undefined) return i * stepS;
      this.fastest = Math.max(this.fastest, Math.abs(back.linearMps));
      this.#advance(back.linearMps, back.angularRadps, back.velocities);
    }
    return Number.POSITIVE_INFINITY;
  }

  #advance(linearMps: number, angularRadps: number, velocities: readonly number[]): void {
    this.#nowNs += 20_000_000n;
    this.x += linearMps * stepS;
    this.yaw += angularRadps * stepS;
    velocities.forEach((velocity, i) => {
      this.positions[i] = (this.positions[i] ?? 0) + velocity * stepS;
    });
  }
}

test('takes the last motion back at half the speed, in the reverse order', () => {
  const robot = new Robot();
  robot.go(0.2, 0, [0, 0], 1);
  robot.go(0, 0, [0.1, 0.4], 0.8);
  expect(robot.backOut()).toBeCloseTo(3.6, 1);
  expect(robot.x).toBeCloseTo(0, 2);
  expect(robot.positions[0]).toBeCloseTo(0.5, 2);
  expect(robot.positions[1]).toBeCloseTo(0, 1);
  expect(robot.fastest).toBeLessThanOrEqual(0.1 + 1e-9);
});

test('takes back two seconds of motion, however long the robot has stood since', () => {
  const robot = new Robot();
  robot.go(0.2, 0, [0, 0], 5);
  robot.go(0, 0, [0, 0], 30);
  robot.backOut();
  expect(robot.x).toBeCloseTo(1 - 0.4, 1);
});

test('what somebody else moved faster than the mapping may is taken back within the mapping’s speeds', () => {
  const robot = new Robot();
  robot.go(0.5, 0, [0, 0], 1);
  expect(robot.backOut()).toBeCloseTo(3.9, 1);
  expect(robot.x).toBeCloseTo(0, 1);
  expect(robot.fastest).toBeLessThanOrEqual(0.125 + 1e-9);
});

test('has nothing to take back before anything moved, nor twice', () => {
  const robot = new Robot();
  expect(robot.backOut()).toBe(0);
  robot.go(0.2, 0, [0, 0], 1);
  robot.backOut();
  expect(robot.backOut()).toBe(0);
});

test('a gap between measurements is not taken for motion', () => {
  const trail = new MotionTrail(2, 0.5, speeds);
  trail.record({ linearMps: 0, angularRadps: 0, positions: [0, 0] }, 0n);
  trail.record({ linearMps: 0, angularRadps: 0, positions: [0.5, 0] }, 1_000_000_000n);
  expect(trail.retrace(stepS, [0.5, 0])).toBeUndefined();
});

test('never asks for more than half of a top speed', () => {
  const motion = fc.record({
    linearMps: fc.double({ min: -1, max: 1, noNaN: true }),
    angularRadps: fc.double({ min: -2, max: 2, noNaN: true }),
    positions: fc.tuple(
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: -3, max: 3, noNaN: true }),
    ),
  });
  fc.assert(
    fc.property(fc.array(motion, { maxLength: 40 }), (motions) => {
      const trail = new MotionTrail(2, 0.5, speeds);
      for (const [i, given] of motions.entries()) trail.record(given, BigInt(i) * 20_000_000n);
      for (let i = 0; i < 300; i++) {
        const back = trail.retrace(0.05, [0.5, 0]);
        if (back === undefined) return;
        expect(Math.abs(back.linearMps)).toBeLessThanOrEqual(0.125 + 1e-9);
        expect(Math.abs(back.angularRadps)).toBeLessThanOrEqual(0.25 + 1e-9);
        for (const [joint, velocity] of back.velocities.entries())
          expect(Math.abs(velocity)).toBeLessThanOrEqual(0.5 * (speeds.joints[joint] ?? 0) + 1e-9);
      }
    }),
  );
});
