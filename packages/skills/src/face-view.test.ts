import { join } from 'node:path';
import { Rng, Transform, type Vector3 } from '@efferent/core';
import { loadPriorMap, type PriorMap } from '@efferent/robot';
import { expect, test } from 'vitest';
import { faceNear, personAt } from './face-view.ts';
import type { MapSighting } from './skill-body.ts';

const map = loadPriorMap([join(import.meta.dirname, '../../..')], 'care-room');
const nobody: PriorMap = { ...map, people: [] };
const here: Vector3 = [0, 0.5, 0];

/** Middles of the parts of somebody who sits, in a frame of their own: x ahead, y left. */
const seated: readonly (readonly [string, Vector3])[] = [
  ['head', [0, 0, 1.27]],
  ['trunk', [-0.05, 0, 0.79]],
  ['lower-arm', [0.15, 0.25, 0.74]],
  ['lower-arm', [0.15, -0.25, 0.74]],
  ['thigh', [0.26, 0.1, 0.57]],
  ['thigh', [0.26, -0.1, 0.57]],
  ['lower-leg', [0.5, 0.1, 0.25]],
  ['lower-leg', [0.5, -0.1, 0.25]],
];

/** What a detector reports of them in some pictures, with its noise. */
function seen(
  mapFromPerson: Transform,
  isSeen: (part: string, y: number) => boolean = () => true,
): MapSighting[] {
  const rng = new Rng(3);
  return Array.from({ length: 8 }).flatMap(() =>
    seated
      .filter(([part, [, y]]) => isSeen(part, y))
      .map(([bodyPart, at]) => {
        const [x, y, z] = mapFromPerson.apply(at);
        const noisy: Vector3 = [x + rng.normal(0, 0.02), y + rng.normal(0, 0.02), z + rng.normal(0, 0.02)];
        return {
          className: 'person',
          score: 0.9,
          mapFromThing: new Transform(noisy, [0, 0, 0, 1]),
          sizeM: [0.15, 0.15, 0.15] as const,
          bodyPart,
        };
      }),
  );
}

const turnOff = (a: number, b: number) => Math.abs(Math.atan2(Math.sin(a - b), Math.cos(a - b)));

test.each([0, 0.8, 2.5, -1.9])('whoever sits turned by %f rad looks where their knees point', (yaw) => {
  const person = Transform.fromPlanar(1.2, -0.4, yaw);
  const face = faceNear(seen(person), nobody, [1.25, -0.35, 1.2], here, 1)!;
  expect(turnOff(face.headingRad, yaw)).toBeLessThan(0.12);
  const mouth = person.apply([0.095, 0, 1.185]);
  for (const axis of [0, 1, 2] as const) expect(Math.abs(face.mouthM[axis] - mouth[axis])).toBeLessThan(0.03);
});

test('one knee or one arm alone does not lead astray: then the map says it, else they look at the robot', () => {
  const [x, y, yaw] = map.people[0]!.poseXyYaw;
  const oneSided = seen(Transform.fromPlanar(x, y, yaw), (_part, side) => side >= 0);
  expect(turnOff(faceNear(oneSided, map, [x, y, 1.25], here, 1)!.headingRad, yaw)).toBeLessThan(1e-9);
  const atRobot = faceNear(oneSided, nobody, [x, y, 1.25], here, 1)!.headingRad;
  expect(turnOff(atRobot, Math.atan2(here[1] - y, here[0] - x))).toBeLessThan(0.05);
});

test('a body without a head in view has no face; nor has one that sits elsewhere', () => {
  const person = Transform.fromPlanar(1.2, -0.4, 1);
  const at: Vector3 = [1.2, -0.4, 1.25];
  expect(
    faceNear(
      seen(person, (part) => part !== 'head'),
      map,
      at,
      here,
      1,
    ),
  ).toBeUndefined();
  expect(faceNear(seen(person), map, [-1.2, 1, 1.25], here, 1)).toBeUndefined();
});

test('the person at a place is the nearest one whom the map knows', () => {
  expect(personAt(map, [0.6, 0.5])?.id).toBe('resident');
  expect(personAt(map, [-2, 1.8])).toBeUndefined();
  expect(personAt(nobody, [0.6, 0.5])).toBeUndefined();
});
