import { type QuaternionXyzw, Transform } from '@efferent/core';
import { expect, test } from 'vitest';
import { solveHere } from './arm-motion.ts';
import { sideGraspRotation, slantGraspRotation } from './geometry.ts';
import { ImaginedBody } from './imagined-body.ts';
import type { CarriedThing } from './skill-body.ts';
import { model, stretchStart } from './testing/imagined-stretch.ts';
import { WorkScene } from './work-scene.ts';

const roll = model.actuatorIndex('joint_wrist_roll');
const hands: [QuaternionXyzw, number, number][] = [
  [sideGraspRotation(-Math.PI / 2), 0, 0],
  [sideGraspRotation(-Math.PI / 2), 0, 3],
  [sideGraspRotation(-1.2), 0.4, -3],
  [slantGraspRotation(-Math.PI / 2), 0, 3],
];

/** Turns of the wrist with which the hand gets to a pose. */
function rollsTo([rotation, yawRad, rollRad]: (typeof hands)[number], carried?: CarriedThing) {
  const mapFromBase = Transform.fromPlanar(0, 0, 0);
  const joints = { joint_wrist_yaw: yawRad, joint_wrist_roll: rollRad };
  const start = stretchStart({ mapFromBase, pose: 'home', joints, carried });
  const body = new ImaginedBody({ ...start, effort: () => 0 }, []);
  const work = new WorkScene(body, carried === undefined ? {} : { carried });
  return solveHere(body, work, new Transform([0, -0.7, 0.8], rotation), 0.5).map((found) => found[roll]!);
}

test.each(hands)(
  'an empty hand that is level or slants comes upright, however the wrist is now (%#)',
  (...hand) => {
    const rolls = rollsTo(hand);
    expect(rolls.length).toBeGreaterThan(0);
    for (const each of rolls) expect(Math.abs(each)).toBeLessThan(Math.PI / 2);
  },
);

test.each(hands)('one that holds something keeps the half-roll that it has (%#)', (...hand) => {
  const rolls = rollsTo(hand, {
    className: 'mug',
    kind: 'side',
    toolFromBox: Transform.identity,
    sizeM: [0.08, 0.08, 0.095],
    belowToolM: 0.05,
  });
  expect(rolls.length).toBeGreaterThan(0);
  for (const each of rolls) expect(Math.cos(each - hand[2])).toBeGreaterThan(0.5);
});
