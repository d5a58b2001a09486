import { join } from 'node:path';
import { Transform } from '@efferent/core';
import { loadPriorMap, loadRobotModel } from '@efferent/robot';
import { expect, test } from 'vitest';
import { ImaginedBody } from '../imagined-body.ts';
import type { SkillArguments } from '../skill-arguments.ts';
import type { MapSighting } from '../skill-body.ts';
import { DriveFailure } from '../skill-failure.ts';
import { open } from './articulate.ts';
import { graspByMotion } from './grasp.ts';
import { pickWith } from './pick.ts';

const workspace = [join(import.meta.dirname, '../../../..')];
const model = loadRobotModel(workspace, 'stretch');
const map = loadPriorMap(workspace, 'kitchen');

/** Navigation finds the first places taken. */
class CrowdedBody extends ImaginedBody {
  readonly drives: Transform[] = [];
  readonly #taken: number;

  constructor(mapFromBase: Transform, things: readonly MapSighting[], taken: number) {
    const start = {
      model,
      map,
      openings: new Map(),
      carried: undefined,
      mapFromBase: () => mapFromBase,
      actuatorPositions: () => model.namedPose('stow'),
      effort: () => 0,
      depthPoints: () => ({ stampS: 0, pointsM: new Float64Array(0) }),
    };
    super(start, things);
    this.#taken = taken;
  }

  override async driveTo(goal: Transform): Promise<void> {
    this.drives.push(goal);
    if (this.drives.length <= this.#taken) throw new DriveFailure('unreachable', 'something stands there');
    await super.driveTo(goal);
  }
}

const apartM = (a: Transform | undefined, b: Transform | undefined): number =>
  Math.hypot(a!.translation[0] - b!.translation[0], a!.translation[1] - b!.translation[1]);

test('pick goes to another place when navigation finds the first one taken, and grasps from there', async () => {
  const mapFromThing = new Transform([0.4, -0.45, 0.755], [0, 0, 0, 1]);
  const sizeM = [0.07, 0.07, 0.07] as const;
  const apple = { className: 'apple', score: 0.9, mapFromThing, sizeM };
  const body = new CrowdedBody(Transform.fromPlanar(0.45, 0.7, 0), [apple], 1);
  const values: SkillArguments = new Map([
    ['object', { name: 'object', value: 'apple-1', objectClass: 'apple', mapFromThing, sizeM }],
  ]);
  expect(await pickWith(graspByMotion)(body, values)).toContain('held at 7.0 cm');
  expect(body.drives).toHaveLength(2);
  expect(apartM(body.drives[0], body.drives[1])).toBeGreaterThan(0.05);
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
  const beforeCounter = Transform.fromPlanar(-0.7, 1.05, Math.PI);
  const once = new CrowdedBody(beforeCounter, [], 1);
  expect(await open(once, values)).toMatch(/^left-drawer is at 3\d cm by the hand$/);
  expect(apartM(once.drives[0], once.drives[1])).toBeGreaterThan(0.05);

  const never = new CrowdedBody(beforeCounter, [], Number.POSITIVE_INFINITY);
  await expect(open(never, values)).rejects.toMatchObject({
    code: 'unreachable',
    message: expect.stringContaining('from any of 3 places'),
  });
  expect(never.drives).toHaveLength(3);
});
