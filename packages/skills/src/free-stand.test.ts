import { join } from 'node:path';
import { Transform } from '@efferent/core';
import { loadPriorMap, loadRobotModel } from '@efferent/robot';
import { expect, test } from 'vitest';
import { freeStand } from './free-stand.ts';
import { othersThan, sightOf } from './sight-line.ts';
import type { PlanningBody } from './skill-body.ts';

const workspace = join(import.meta.dirname, '../../..');
const model = loadRobotModel([workspace], 'stretch');
const map = loadPriorMap([workspace], 'kitchen');

const bodyWith = (openings: ReadonlyMap<string, number>): PlanningBody => ({
  model,
  map,
  openings,
  mapFromBase: () => Transform.identity,
  actuatorPositions: () => model.namedPose('stow'),
  depthPoints: () => ({ stampS: 0, pointsM: new Float64Array(0) }),
});

const beforeFridge = Transform.fromPlanar(1.75, 1.02, Math.PI);
const inFridgeM = [1.75, 1.75, 0.7] as const;

test('a place is kept where nothing is open', () => {
  expect(freeStand(bodyWith(new Map()), beforeFridge, inFridgeM)).toBe(beforeFridge);
  expect(freeStand(bodyWith(new Map([['left-drawer', 0.3]])), beforeFridge, inFridgeM)).toBe(beforeFridge);
});

test('of places that are taken another one is found beside them', () => {
  const body = bodyWith(new Map());
  const taken = [beforeFridge];
  for (let place = 0; place < 2; place++) {
    const stand = freeStand(body, beforeFridge, inFridgeM, { taken });
    for (const { translation } of taken)
      expect(
        Math.hypot(stand.translation[0] - translation[0], stand.translation[1] - translation[1]),
      ).toBeGreaterThan(0.19);
    expect(Math.hypot(stand.translation[0] - inFridgeM[0], stand.translation[1] - inFridgeM[1])).toBeLessThan(
      1.4,
    );
    taken.push(stand);
  }
});

test('before an open fridge the robot stands beside the door, on the side that sees in', () => {
  const { translation, yaw } = freeStand(bodyWith(new Map([['fridge-door', 1.22]])), beforeFridge, inFridgeM);
  // The door's end is at x = 1.84; the base reaches 0.26 m behind its origin.
  expect(translation[0]).toBeLessThan(1.84 - 0.26);
  expect(Math.hypot(translation[0] - 1.75, translation[1] - 1.02)).toBeLessThan(0.6);
  expect(Math.cos(yaw)).toBeCloseTo(-1);
});

test('what lies in a fridge is seen from before it, not through its side wall or its door', () => {
  const sees = sightOf(bodyWith(new Map([['fridge-door', 1.22]])), [1.97, 1.79, 0.64]);
  expect(sees(1.5, 1.02)).toBe(true);
  expect(sees(2.18, 1.14)).toBe(false);
});

test('a thing that stands right before another is looked past', () => {
  const body = bodyWith(new Map());
  const here = Transform.fromPlanar(-1.23, 0.82, Math.PI);
  const mugM = [-1.24, 1.84, 0.9] as const;
  const milk = {
    className: 'milk',
    score: 0.9,
    mapFromThing: new Transform([-1.24, 1.65, 0.98], [0, 0, 0, 1]),
    sizeM: [0.08, 0.08, 0.2] as const,
  };
  const mug = {
    className: 'blue-mug',
    score: 0.9,
    mapFromThing: new Transform(mugM, [0, 0, 0, 1]),
    sizeM: [0.08, 0.08, 0.1] as const,
  };
  const things = othersThan([milk, mug], mugM);
  expect(things).toEqual([milk]);
  const sees = sightOf(body, mugM, undefined, things);
  expect(sees(here.translation[0], here.translation[1])).toBe(false);
  const stand = freeStand(body, here, mugM, { taken: [here], things });
  expect(sees(stand.translation[0], stand.translation[1])).toBe(true);
  expect(Math.hypot(stand.translation[0] + 1.23, stand.translation[1] - 0.82)).toBeLessThan(0.6);
});
