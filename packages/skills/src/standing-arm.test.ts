import { Rng, Transform } from '@efferent/core';
import { expect, test } from 'vitest';
import { withoutTurningOver } from './standing-arm.ts';

const turned = (pose: Transform, rad: number) =>
  pose.multiply(new Transform([0, 0, 0], [Math.sin(rad / 2), 0, 0, Math.cos(rad / 2)]));
const angleBetween = (a: Transform, b: Transform) =>
  2 * Math.acos(Math.min(1, Math.abs(a.rotation.reduce((sum, value, i) => sum + value * b.rotation[i]!, 0))));

test('a hand that came with its fingers swapped goes on so, along every pose of a line', () => {
  const rng = new Rng(3);
  for (let run = 0; run < 50; run++) {
    const start = Transform.fromXyzRpy(
      [rng.range(-1, 1), rng.range(-1, 1), rng.range(0, 1)],
      [rng.range(-3, 3), rng.range(-1, 1), rng.range(-3, 3)],
    );
    const wanted = [0.3, 0.6, 0.9, 1.2, 1.5, 1.8].map((rad) => turned(start, rad));
    expect(withoutTurningOver(start, wanted)).toEqual(wanted);
    const held = turned(start, Math.PI);
    const goals = withoutTurningOver(held, wanted);
    let before = held;
    for (const [i, goal] of goals.entries()) {
      expect(angleBetween(goal, before)).toBeLessThan(0.31);
      expect(angleBetween(goal, wanted[i]!)).toBeCloseTo(Math.PI);
      expect(goal.translation).toEqual(wanted[i]!.translation);
      before = goal;
    }
  }
});
