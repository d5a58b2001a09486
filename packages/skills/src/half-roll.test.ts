import { join } from 'node:path';
import { loadRobotModel } from '@efferent/robot';
import { expect, test } from 'vitest';
import { poseWhileHolding, turnsOver } from './half-roll.ts';

const model = loadRobotModel([join(import.meta.dirname, '../../..')], 'stretch');
const roll = model.actuatorIndex('joint_wrist_roll');
const pitch = model.actuatorIndex('joint_wrist_pitch');

const reaching = (rollRad: number, pitchRad = 0) => {
  const positions = model.namedPose('home');
  positions[roll] = rollRad;
  positions[pitch] = pitchRad;
  return positions;
};

test.each([
  ['level', 0, 0, 0],
  ['a little askew', 0.4, 0, 0],
  ['rolled by half a turn', 3.1, 0, 3.14],
  ['rolled by half a turn the other way', -3.1, 0, -3.14],
  ['rolled beyond a quarter', 1.9, 0, 3.14],
  ['slanting, rolled by half a turn', -3.14, -0.65, -3.14],
  ['from above', 0.2, -1.57, 0],
])('what was taken %s is carried with the half-roll of the hand', (_how, rollRad, pitchRad, carriedRad) => {
  const now = reaching(rollRad, pitchRad);
  const goal = poseWhileHolding(model, 'carry', now);
  expect(goal[roll]).toBeCloseTo(carriedRad);
  expect(turnsOver(model, now, goal)).toBe(false);
});

test('half a roll turns over what is held level, and a turn of the wrist about the vertical does not', () => {
  expect(turnsOver(model, reaching(0), reaching(3.14))).toBe(true);
  expect(turnsOver(model, reaching(3.14), reaching(-3.14))).toBe(false);
  const turned = reaching(3.14);
  turned[model.actuatorIndex('joint_wrist_yaw')] = 2;
  expect(turnsOver(model, reaching(-3.14), turned)).toBe(false);
});
