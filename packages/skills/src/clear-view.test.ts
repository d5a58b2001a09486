import { join } from 'node:path';
import { Transform } from '@efferent/core';
import { loadPriorMap, loadRobotModel } from '@efferent/robot';
import { expect, test } from 'vitest';
import { isViewBlocked } from './clear-view.ts';
import type { PlanningBody } from './skill-body.ts';

const workspace = join(import.meta.dirname, '../../..');
const model = loadRobotModel([workspace], 'stretch');

/** The robot at the origin; its arm side faces -y. */
const bodyWith = (positions: Float64Array): PlanningBody => ({
  model,
  map: loadPriorMap([workspace], 'kitchen'),
  openings: new Map(),
  mapFromBase: () => Transform.identity,
  actuatorPositions: () => positions,
  depthPoints: () => ({ stampS: 0, pointsM: new Float64Array(0) }),
});

test('a folded arm hides a table beside the robot only while it is up high', () => {
  const positions = model.namedPose('stow');
  const besideM = [0, -0.8, 0.75] as const;
  const isBlockedAt = (liftM: number) => {
    positions[model.actuatorIndex('joint_lift')] = liftM;
    return isViewBlocked(bodyWith(positions), positions, besideM);
  };
  expect(isBlockedAt(1.05)).toBe(true);
  expect(isBlockedAt(0.25)).toBe(false);
});

test('a folded arm does not hide what is ahead', () => {
  const positions = model.namedPose('stow');
  expect(isViewBlocked(bodyWith(positions), positions, [1.5, 0, 0.75])).toBe(false);
});
