import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  quaternionFromRpy,
  rotateVector,
  rpyFromQuaternion,
  slerp,
  Transform,
  type Vector3,
  wrapAngle,
} from './se3.ts';

const coordinate = fc.double({ min: -10, max: 10, noNaN: true });
const angle = fc.double({ min: -3.1, max: 3.1, noNaN: true });
const vector = fc.tuple(coordinate, coordinate, coordinate);
const transform = fc
  .tuple(vector, fc.tuple(angle, angle, angle))
  .map(([xyz, rpy]) => Transform.fromXyzRpy(xyz as Vector3, rpy as Vector3));

function expectVectorsClose(actual: Vector3, expected: Vector3): void {
  for (let i = 0; i < 3; i++) expect(actual[i]).toBeCloseTo(expected[i] as number, 8);
}

describe('Transform', () => {
  it('maps a point there and back', () => {
    fc.assert(
      fc.property(transform, vector, (aFromB, point) => {
        expectVectorsClose(aFromB.inverse().apply(aFromB.apply(point)), point);
      }),
    );
  });

  it('composes so that neighbouring frames cancel', () => {
    fc.assert(
      fc.property(transform, transform, vector, (aFromB, bFromC, pointInC) => {
        expectVectorsClose(aFromB.multiply(bFromC).apply(pointInC), aFromB.apply(bFromC.apply(pointInC)));
      }),
    );
  });

  it('interpolates to its ends', () => {
    fc.assert(
      fc.property(transform, transform, vector, (a, b, point) => {
        expectVectorsClose(a.interpolate(b, 0).apply(point), a.apply(point));
        expectVectorsClose(a.interpolate(b, 1).apply(point), b.apply(point));
      }),
    );
  });
});

describe('rotations', () => {
  it('turns x into y for a yaw of 90 degrees', () => {
    expectVectorsClose(rotateVector(quaternionFromRpy(0, 0, Math.PI / 2), [1, 0, 0]), [0, 1, 0]);
  });

  it('applies roll first, then pitch, then yaw about fixed axes', () => {
    expectVectorsClose(rotateVector(quaternionFromRpy(Math.PI / 2, 0, Math.PI / 2), [0, 1, 0]), [0, 0, 1]);
  });

  it('recovers roll, pitch and yaw away from the poles', () => {
    const inner = fc.double({ min: -1.5, max: 1.5, noNaN: true });
    fc.assert(
      fc.property(angle, inner, angle, (roll, pitch, yaw) => {
        const [r, p, y] = rpyFromQuaternion(quaternionFromRpy(roll, pitch, yaw));
        expect(wrapAngle(r - roll)).toBeCloseTo(0, 6);
        expect(p).toBeCloseTo(pitch, 6);
        expect(wrapAngle(y - yaw)).toBeCloseTo(0, 6);
      }),
    );
  });

  it('takes the shorter arc between a rotation and its negative', () => {
    const q = quaternionFromRpy(0.3, 0.2, 0.1);
    const middle = slerp(q, [-q[0], -q[1], -q[2], -q[3]], 0.5);
    for (let i = 0; i < 4; i++)
      expect(Math.abs(middle[i] as number)).toBeCloseTo(Math.abs(q[i] as number), 9);
  });
});

describe('wrapAngle', () => {
  it('returns an equal heading within (-pi, pi]', () => {
    fc.assert(
      fc.property(fc.double({ min: -1e4, max: 1e4, noNaN: true }), (a) => {
        const wrapped = wrapAngle(a);
        expect(wrapped).toBeGreaterThan(-Math.PI);
        expect(wrapped).toBeLessThanOrEqual(Math.PI);
        expect(Math.cos(wrapped)).toBeCloseTo(Math.cos(a), 7);
      }),
    );
  });
});
