import { join } from 'node:path';
import { Transform } from '@efferent/core';
import { loadPriorMap, loadRobotModel } from '@efferent/robot';
import { expect, test } from 'vitest';
import { frontView } from './front-view.ts';
import { insideView } from './inside-view.ts';
import { sightOf } from './sight-line.ts';
import type { PlanningBody } from './skill-body.ts';

const workspace = join(import.meta.dirname, '../../..');
const model = loadRobotModel([workspace], 'stretch');
const map = loadPriorMap([workspace], 'kitchen');
const beforeCounter = Transform.fromPlanar(-0.18, 1.02, Math.PI);

const bodyAt = (y: number, openings: ReadonlyMap<string, number>): PlanningBody => ({
  model,
  map,
  openings,
  mapFromBase: () => Transform.fromPlanar(-0.18, y, Math.PI),
  actuatorPositions: () => model.namedPose('stow'),
  depthPoints: () => ({ stampS: 0, pointsM: new Float64Array(0) }),
});
const open = new Map([['right-drawer', 0.33]]);

test('an open drawer is looked into from near, where its front does not hide what lies in it', () => {
  const body = bodyAt(0.5, open);
  const { centerM, mapFromBase } = insideView(body, 'right-drawer', beforeCounter)!;
  // The front stands at y = 1.18, and the middle of the floor 25 cm behind it.
  expect(centerM[1]).toBeCloseTo(1.43, 2);
  const [x, y] = mapFromBase!.translation;
  expect(y).toBeGreaterThan(0.75);
  expect(y).toBeLessThan(1);
  expect(sightOf(body, [centerM[0], centerM[1] - 0.09, 0.62], 0.01)(x, y)).toBe(true);
  expect(sightOf(body, [centerM[0], centerM[1] - 0.09, 0.62], 0.01)(-0.18, 0.5)).toBe(false);
});

test('a robot that sees into it stays', () => {
  expect(insideView(bodyAt(0.93, open), 'right-drawer', beforeCounter)?.mapFromBase).toBeUndefined();
});

test('a shut drawer, a door and a table are not looked into', () => {
  expect(insideView(bodyAt(0.5, new Map()), 'right-drawer', beforeCounter)).toBeUndefined();
  const fridge = new Map([['fridge-door', 1.2]]);
  expect(insideView(bodyAt(0.5, fridge), 'fridge-door', beforeCounter)).toBeUndefined();
  expect(insideView(bodyAt(0.5, open), 'table-top', beforeCounter)).toBeUndefined();
});

test('a shut door is seen from before it, not from beside it', () => {
  const sees = frontView(bodyAt(0.5, new Map()), 'fridge-door')!;
  expect(sees(Transform.fromPlanar(1.3, 1.49, 0)).isEnough).toBe(false);
  expect(sees(Transform.fromPlanar(1.65, 0.8, 0)).isEnough).toBe(true);
  expect(frontView(bodyAt(0.5, new Map()), 'table-top')).toBeUndefined();
});

test('from right above its front, where its inside is seen, an open drawer does not show how far it is open', () => {
  const sees = frontView(bodyAt(0.5, new Map([['left-drawer', 0.32]])), 'left-drawer')!;
  expect(sees(Transform.fromPlanar(-0.49, 1.08, Math.PI)).isEnough).toBe(false);
  expect(sees(Transform.fromPlanar(-0.7, 0.85, Math.PI)).isEnough).toBe(true);
});
