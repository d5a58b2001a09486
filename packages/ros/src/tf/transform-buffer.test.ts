import { Transform } from '@efferent/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stampFromNs } from '../stamp.ts';
import { TransformBuffer } from './transform-buffer.ts';

const s = 1_000_000_000n;

function put(
  buffer: TransformBuffer,
  parent: string,
  child: string,
  timeNs: bigint,
  transform: Transform,
  isStatic = false,
): void {
  const [x, y, z] = transform.translation;
  const [qx, qy, qz, qw] = transform.rotation;
  buffer.setTransform(
    {
      header: { frame_id: parent, stamp: stampFromNs(timeNs) },
      child_frame_id: child,
      transform: { translation: { x, y, z }, rotation: { x: qx, y: qy, z: qz, w: qw } },
    },
    isStatic,
  );
}

const at = (x: number, yaw = 0) => Transform.fromPlanar(x, 0, yaw);

test('a moving and a static link compose, in both directions', () => {
  const buffer = new TransformBuffer();
  put(buffer, 'odom', 'base', 10n * s, at(1, Math.PI / 2));
  put(buffer, 'base', 'camera', 0n, new Transform([0.5, 0, 1], [0, 0, 0, 1]), true);
  const odomFromCamera = buffer.lookupTransform('odom', 'camera', 10n * s);
  expect(odomFromCamera.translation[0]).toBeCloseTo(1);
  expect(odomFromCamera.translation[1]).toBeCloseTo(0.5);
  expect(odomFromCamera.translation[2]).toBeCloseTo(1);
  const there = buffer.lookupTransform('camera', 'odom').multiply(odomFromCamera);
  expect(Math.max(...there.translation.map(Math.abs))).toBeLessThan(1e-12);
});

test('siblings are related through their common parent', () => {
  const buffer = new TransformBuffer();
  put(buffer, 'base', 'left', 0n, at(1), true);
  put(buffer, 'base', 'right', 0n, at(-2), true);
  expect(buffer.lookupTransform('left', 'right').translation[0]).toBeCloseTo(-3);
});

test('between two stamps translation is interpolated linearly and rotation along the arc', () => {
  const buffer = new TransformBuffer();
  put(buffer, 'odom', 'base', 10n * s, at(0, 0));
  put(buffer, 'odom', 'base', 12n * s, at(4, 1));
  const between = buffer.lookupTransform('odom', 'base', 10n * s + s / 2n);
  expect(between.translation[0]).toBeCloseTo(1);
  expect(between.yaw).toBeCloseTo(0.25);
});

test('"latest" is the newest time that every moving link knows', () => {
  const buffer = new TransformBuffer();
  put(buffer, 'map', 'odom', 10n * s, at(0));
  put(buffer, 'map', 'odom', 11n * s, at(1));
  put(buffer, 'odom', 'base', 10n * s, at(0));
  put(buffer, 'odom', 'base', 20n * s, at(100));
  expect(buffer.lookupTransform('map', 'base').translation[0]).toBeCloseTo(1 + 10);
});

test('unknown frames, separate trees and times outside of what is known are named', () => {
  const buffer = new TransformBuffer();
  put(buffer, 'odom', 'base', 10n * s, at(0));
  put(buffer, 'odom', 'base', 11n * s, at(1));
  put(buffer, 'world', 'table', 0n, at(0), true);
  expect(() => buffer.lookupTransform('odom', 'bsae')).toThrowError(
    'frame "bsae" is not known; known are base, odom, table, world',
  );
  expect(() => buffer.lookupTransform('odom', 'table')).toThrowError(/different trees/);
  expect(() => buffer.lookupTransform('odom', 'base', 12n * s)).toThrowError(
    '"odom" <- "base" was asked for at 12.000 s, but is known from 10.000 to 11.000 s',
  );
  expect(buffer.tryLookup('odom', 'base', 9n * s)).toBeUndefined();
});

test('messages that come late or twice find their place', () => {
  const buffer = new TransformBuffer();
  for (const second of [10n, 12n, 11n, 12n]) put(buffer, 'odom', 'base', second * s, at(Number(second)));
  expect(buffer.lookupTransform('odom', 'base', 11n * s).translation[0]).toBeCloseTo(11);
  expect(buffer.lookupTransform('odom', 'base', 11n * s + s / 2n).translation[0]).toBeCloseTo(11.5);
});

test('what is older than the cache is forgotten, however much passes through', () => {
  const buffer = new TransformBuffer(2e9);
  for (let i = 0; i <= 5000; i++) put(buffer, 'odom', 'base', (BigInt(i) * s) / 100n, at(i));
  expect(buffer.tryLookup('odom', 'base', 47n * s)).toBeUndefined();
  expect(buffer.lookupTransform('odom', 'base', 49n * s).translation[0]).toBeCloseTo(4900);
});

test('a transform that is not finite, or of a frame to itself, changes nothing', () => {
  const buffer = new TransformBuffer();
  put(buffer, 'odom', 'base', 1n * s, at(1));
  put(buffer, 'odom', 'base', 2n * s, at(Number.NaN));
  put(buffer, 'base', 'base', 2n * s, at(2));
  expect(buffer.lookupTransform('odom', 'base').translation[0]).toBe(1);
});

test('clear forgets what moved and keeps what is static', () => {
  const buffer = new TransformBuffer();
  put(buffer, 'odom', 'base', 10n * s, at(1));
  put(buffer, 'base', 'camera', 0n, at(2), true);
  buffer.clear();
  expect(buffer.tryLookup('odom', 'base')).toBeUndefined();
  expect(buffer.lookupTransform('base', 'camera').translation[0]).toBeCloseTo(2);
});

test('looking up along a chain is the product of its links', () => {
  const link = fc.tuple(
    fc.double({ min: -5, max: 5, noNaN: true }),
    fc.double({ min: -3, max: 3, noNaN: true }),
  );
  fc.assert(
    fc.property(fc.array(link, { minLength: 1, maxLength: 6 }), (links) => {
      const buffer = new TransformBuffer();
      let expected = Transform.identity;
      links.forEach(([x, yaw], i) => {
        put(buffer, `f${i}`, `f${i + 1}`, s, at(x, yaw), i % 2 === 0);
        expected = expected.multiply(at(x, yaw));
      });
      const found = buffer.lookupTransform('f0', `f${links.length}`);
      for (const axis of [0, 1, 2] as const)
        expect(found.translation[axis]).toBeCloseTo(expected.translation[axis], 9);
    }),
    { seed: 3 },
  );
});
