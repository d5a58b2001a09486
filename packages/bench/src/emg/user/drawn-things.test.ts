import { Transform, type Vector3 } from '@efferent/core';
import { expect, it } from 'vitest';
import { DrawnThings } from './drawn-things.ts';

type Markers = Parameters<DrawnThings['apply']>[0];

function box(
  ns: string,
  id: number,
  position: Vector3,
  size: Vector3,
  yawRad = 0,
  action = 0,
): Markers[number] {
  const [x, y, z] = position;
  const [qx, qy, qz, qw] = Transform.fromPlanar(0, 0, yawRad).rotation;
  return {
    ns,
    id,
    action,
    pose: { position: { x, y, z }, orientation: { x: qx, y: qy, z: qz, w: qw } },
    scale: { x: size[0], y: size[1], z: size[2] },
  } as Markers[number];
}

it('bounds a thing by all its solids as they are drawn last, turned ones too', () => {
  const drawn = new DrawnThings();
  drawn.apply([box('bottle', 0, [9, 9, 9], [1, 1, 1]), box('mug', 0, [0, 0, 0], [1, 1, 1])]);
  drawn.apply([
    box('bottle', 0, [1, 2, 0.1], [0.2, 0.1, 0.2], Math.PI / 2),
    box('bottle', 1, [1, 2, 0.25], [0.02, 0.02, 0.1]),
  ]);
  const bottle = drawn.thing('bottle');
  bottle?.lowM.forEach((value, axis) => void expect(value).toBeCloseTo([0.95, 1.9, 0][axis] ?? 0, 9));
  bottle?.highM.forEach((value, axis) => void expect(value).toBeCloseTo([1.05, 2.1, 0.3][axis] ?? 0, 9));
  expect(drawn.solid('bottle', -1)?.centerM[2]).toBeCloseTo(0.25, 9);
  expect(drawn.thing('orange')).toBeUndefined();
});

it('forgets solids that are taken away, and a thing without any', () => {
  const drawn = new DrawnThings();
  drawn.apply([
    box('spill', 0, [0, 0, 0], [0.02, 0.02, 0.02]),
    box('spill', 1, [1, 0, 0], [0.02, 0.02, 0.02]),
  ]);
  drawn.apply([box('spill', 0, [0, 0, 0], [0.02, 0.02, 0.02], 0, 2)]);
  expect(drawn.thing('spill')?.centerM[0]).toBeCloseTo(1, 9);
  drawn.apply([box('spill', 1, [1, 0, 0], [0.02, 0.02, 0.02], 0, 2)]);
  expect(drawn.names).toEqual([]);
});
