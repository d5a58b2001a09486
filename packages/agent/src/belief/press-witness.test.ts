import { quaternionFromRpy, Transform, type Vector3 } from '@efferent/core';
import { expect, test } from 'vitest';
import { careMap } from '../testing/care-view.ts';
import { robotName } from '../testing/kitchen-view.ts';
import { Belief } from './belief.ts';

/** The button is on the wall at x = -2.2, y = 0.3, 1 m high, and pushed towards -x. */
const towardsWall = quaternionFromRpy(0, 0, Math.PI);

/** Reaches out from 10 cm before the button; what the hand meets holds the arm at `stopsAtM` and pushes back from `meetsM` on. */
function push(
  belief: Belief,
  { meetsM = 0.3, stopsAtM = 0.4, atM = [-2.06, 0.3, 1] as Vector3, turned = towardsWall } = {},
) {
  belief.button('light-switch')!.begin();
  belief.observeRobot(robotName, Transform.identity, new Transform(atM, turned));
  for (let extensionM = 0.25; extensionM < 0.35; extensionM += 0.0005) {
    const effortN = extensionM < meetsM ? 0 : extensionM < stopsAtM ? 6 : 20;
    belief.observeArm(robotName, { extensionM: Math.min(extensionM, stopsAtM), effortN });
  }
  for (let extensionM = 0.3; extensionM > 0.2; extensionM -= 0.001)
    belief.observeArm(robotName, { extensionM, effortN: 0 });
  return belief.button('light-switch')!;
}

const newBelief = () => new Belief(careMap(), [{ name: robotName }]);

test('a button that gives way against the push as far as it has to is pressed', () => {
  const button = push(newBelief(), { stopsAtM: 0.312 });
  expect(button.isPressed).toBe(true);
  expect(button.evidence).toBe('what the hand pushed with 20 N gave way by 12 mm');
});

test('a wall, air, and a push somewhere else or to the side press nothing', () => {
  expect(push(newBelief(), { stopsAtM: 0.3015 }).isPressed).toBe(false);
  expect(push(newBelief(), { stopsAtM: 0.3015 }).evidence).toContain('gave way by 1 mm only');
  const air = push(newBelief(), { meetsM: 1 });
  expect(air.isPressed).toBe(false);
  expect(air.evidence).toBe('the arm felt nothing push back at the light-switch');
  expect(push(newBelief(), { stopsAtM: 0.312, atM: [-2.06, 0.5, 1] }).isPressed).toBe(false);
  expect(push(newBelief(), { stopsAtM: 0.312, atM: [-1.8, 0.3, 1] }).isPressed).toBe(false);
  expect(push(newBelief(), { stopsAtM: 0.312, turned: quaternionFromRpy(0, 0, 0) }).isPressed).toBe(false);
});

test('two touches do not add up, and a new press begins with nothing', () => {
  const belief = newBelief();
  const button = belief.button('light-switch')!;
  belief.observeRobot(robotName, Transform.identity, new Transform([-2.06, 0.3, 1], towardsWall));
  for (const extensionM of [0.3, 0.304, 0.28, 0.305, 0.309])
    belief.observeArm(robotName, { extensionM, effortN: extensionM < 0.29 ? 0 : 5 });
  expect(button.isPressed).toBe(false);
  expect(push(belief, { stopsAtM: 0.312 }).isPressed).toBe(true);
  button.begin();
  expect(button.isPressed).toBe(false);
});

test('a button does not open, and no picture is asked about it', () => {
  const belief = newBelief();
  expect(belief.articulation('light-switch')).toBeUndefined();
  expect(belief.map.fixture('light-switch')?.kind).toBe('button');
});
