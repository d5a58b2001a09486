import { join } from 'node:path';
import { Transform } from '@efferent/core';
import { loadPriorMap, loadRobotModel } from '@efferent/robot';
import { expect, test } from 'vitest';
import type { SkillArguments } from '../skill-arguments.ts';
import { stillBody } from '../testing/still-body.ts';
import { open } from './articulate.ts';
import type { GraspRequest } from './grasp.ts';
import { pickWith } from './pick.ts';

const workspace = [join(import.meta.dirname, '../../../..')];
const model = loadRobotModel(workspace, 'stretch');
const map = loadPriorMap(workspace, 'kitchen');

const apartM = (a: Transform, b: Transform): number =>
  Math.hypot(a.translation[0] - b.translation[0], a.translation[1] - b.translation[1]);

test('pick goes to another place when navigation finds the first one taken, and grasps from there', async () => {
  const mapFromThing = Transform.fromPlanar(0.4, -0.45, 0).multiply(
    new Transform([0, 0, 0.755], [0, 0, 0, 1]),
  );
  const sizeM = [0.07, 0.07, 0.07] as const;
  const { body, drives } = stillBody({
    model,
    map,
    mapFromBase: Transform.fromPlanar(0.45, 0.7, 0),
    sightings: [{ className: 'apple', score: 0.9, mapFromThing, sizeM }],
    takenDrives: 1,
  });
  const asked: GraspRequest[] = [];
  const pick = pickWith(async (_body, request) => {
    asked.push(request);
    return { success: false, failureCode: 'stopped', message: 'far enough' };
  });
  const values: SkillArguments = new Map([
    ['object', { name: 'object', value: 'apple-1', objectClass: 'apple', mapFromThing, sizeM }],
  ]);
  await expect(pick(body, values)).rejects.toThrow('far enough');
  expect(asked).toHaveLength(1);
  expect(drives).toHaveLength(2);
  expect(apartM(drives[0]!, drives[1]!)).toBeGreaterThan(0.05);
  expect(apartM(body.mapFromBase(), drives[1]!)).toBe(0);
});

test('open takes hold from another place when the first one is taken, and says so when all are', async () => {
  const fixture = {
    name: 'fixture',
    value: 'left-drawer',
    objectClass: '',
    mapFromThing: undefined,
    sizeM: undefined,
  };
  const values: SkillArguments = new Map([['fixture', fixture]]);
  const options = { model, map, mapFromBase: Transform.fromPlanar(-0.7, 1.05, Math.PI) };
  const once = stillBody({ ...options, takenDrives: 1 });
  // The fingers of this body close on nothing: it has got to the handle.
  await expect(open(once.body, values)).rejects.toMatchObject({ code: 'grasp-failed' });
  expect(once.drives).toHaveLength(2);
  expect(apartM(once.drives[0]!, once.drives[1]!)).toBeGreaterThan(0.05);

  const never = stillBody({ ...options, takenDrives: Number.POSITIVE_INFINITY });
  await expect(open(never.body, values)).rejects.toMatchObject({
    code: 'unreachable',
    message: expect.stringContaining('from any of 3 places'),
  });
  expect(never.drives).toHaveLength(3);
});
