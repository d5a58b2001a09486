import { join } from 'node:path';
import { Transform, type Vector3 } from '@efferent/core';
import { loadPriorMap, loadRobotModel } from '@efferent/robot';
import { describe, expect, test } from 'vitest';
import type { ImaginedStart } from './imagined-body.ts';
import { close, open } from './library/articulate.ts';
import { graspByMotion, graspByPolicy } from './library/grasp.ts';
import { pickWith } from './library/pick.ts';
import { placeIn } from './library/place-in.ts';
import { placeOn } from './library/place-on.ts';
import { rehearse } from './rehearse.ts';
import type { SkillArguments } from './skill-arguments.ts';
import type { CarriedThing, MapSighting } from './skill-body.ts';

const workspace = [join(import.meta.dirname, '../../..')];
const model = loadRobotModel(workspace, 'stretch');
const map = loadPriorMap(workspace, 'kitchen');

const startWith = (more: Partial<ImaginedStart> = {}): ImaginedStart => ({
  model,
  map,
  openings: new Map(),
  carried: undefined,
  mapFromBase: () => Transform.fromPlanar(0.45, 0.7, 0),
  actuatorPositions: () => model.namedPose('stow'),
  effort: () => 0,
  depthPoints: () => ({ stampS: 0, pointsM: new Float64Array(0) }),
  ...more,
});

const thing = (className: string, at: Vector3, sizeM: Vector3): MapSighting => ({
  className,
  score: 1,
  mapFromThing: new Transform(at, [0, 0, 0, 1]),
  sizeM,
});

const argumentsOf = (given: Readonly<Record<string, string | MapSighting>>): SkillArguments =>
  new Map(
    Object.entries(given).map(([name, value]) => [
      name,
      typeof value === 'string'
        ? { name, value, objectClass: '', mapFromThing: undefined, sizeM: undefined }
        : { name, value: `${value.className}-1`, objectClass: value.className, ...value },
    ]),
  );

const apple = thing('apple', [0.4, -0.45, 0.755], [0.07, 0.07, 0.07]);
const bowl = thing('bowl', [0.75, -0.5, 0.757], [0.2, 0.2, 0.075]);

/** A robot that holds an apple from the side, folded in. */
function holding(): ImaginedStart {
  const carried: CarriedThing = {
    className: 'apple',
    kind: 'top',
    toolFromBox: Transform.identity,
    sizeM: [0.07, 0.07, 0.07],
    belowToolM: 0.04,
  };
  const { actuator } = model.manifest.gripper;
  return startWith({
    carried,
    actuatorPositions: () => {
      const positions = model.namedPose('carry');
      positions[model.actuatorIndex(actuator)] = 0.07;
      return positions;
    },
    effort: (name) => (name === actuator ? -20 : 0),
  });
}

describe('what works is found to work, and nothing is moved', () => {
  test.each([
    ['a grasp by a policy', pickWith(graspByPolicy('stretch-pick')), startWith(), { object: apple }],
    ['a grasp by planned motion', pickWith(graspByMotion), startWith(), { object: apple }],
    ['a drawer', open, startWith(), { fixture: 'left-drawer' }],
    ['a door', open, startWith(), { fixture: 'fridge-door' }],
    [
      'an open drawer',
      close,
      startWith({ openings: new Map([['left-drawer', 0.32]]) }),
      { fixture: 'left-drawer' },
    ],
    [
      'an open door',
      close,
      startWith({ openings: new Map([['fridge-door', 1.23]]) }),
      { fixture: 'fridge-door' },
    ],
    ['a surface', placeOn, holding(), { object: apple, surface: 'counter-top' }],
    ['a bowl', placeIn, holding(), { object: apple, container: bowl }],
    ['a bin', placeIn, holding(), { object: apple, container: 'bin' }],
  ] as const)('%s', async (_name, skill, start, given) => {
    const before = [...start.actuatorPositions()];
    const things = start.carried === undefined ? [apple, bowl] : [bowl];
    const rehearsal = await rehearse(skill, start, things, argumentsOf(given));
    expect(rehearsal).toMatchObject({ verdict: 'feasible', code: '' });
    expect([...start.actuatorPositions()]).toEqual(before);
    expect(start.openings.size).toBeLessThan(2);
  });
});

describe('what cannot be done is ruled out, with the reason', () => {
  test('a thing far in on a deep shelf, out of reach of the arm', async () => {
    const far = thing('apple', [0.4, -1.05, 2.1], [0.07, 0.07, 0.07]);
    const rehearsal = await rehearse(
      pickWith(graspByMotion),
      startWith(),
      [far],
      argumentsOf({ object: far }),
    );
    expect(rehearsal).toMatchObject({ verdict: 'infeasible', code: 'unreachable' });
    expect(rehearsal.message).toContain('no base pose reaches the apple');
  });

  test('a thing wider than the gripper', async () => {
    const box = thing('box', [0.4, -0.45, 0.82], [0.3, 0.3, 0.2]);
    const rehearsal = await rehearse(
      pickWith(graspByMotion),
      startWith(),
      [box],
      argumentsOf({ object: box }),
    );
    expect(rehearsal).toMatchObject({ verdict: 'infeasible', code: 'too-wide' });
  });

  test('a surface without a free spot', async () => {
    const full: MapSighting[] = [];
    for (let x = -1.6; x <= 1.2; x += 0.12)
      for (let y = 1.35; y <= 2.2; y += 0.12) full.push(thing('can', [x, y, 0.93], [0.07, 0.07, 0.1]));
    const rehearsal = await rehearse(
      placeOn,
      holding(),
      full,
      argumentsOf({ object: apple, surface: 'counter-top' }),
    );
    expect(rehearsal).toMatchObject({ verdict: 'infeasible', code: 'no-free-spot' });
  });

  test('a step that does not begin as it should is left to those who judge that', async () => {
    const rehearsal = await rehearse(
      placeOn,
      startWith(),
      [],
      argumentsOf({ object: apple, surface: 'counter-top' }),
    );
    expect(rehearsal).toMatchObject({ verdict: 'unknown', code: 'hand-empty' });
  });
});
