import { fileURLToPath } from 'node:url';
import { wrapAngle } from '@efferent/core';
import { beforeEach, describe, expect, test } from 'vitest';
import { type DriveStretch, planDrive } from './drive-planner.ts';
import { DriveSpace } from './drive-space.ts';
import { loadPriorMap } from './load-prior-map.ts';
import { loadRobotModel } from './load-robot-model.ts';
import type { PlanarPose } from './planar-pose.ts';

const repository = fileURLToPath(new URL('../../..', import.meta.url));
const model = loadRobotModel([repository], 'stretch');
const map = loadPriorMap([repository], 'kitchen');
const places = [
  ...map.places.map(({ id, poseXyYaw: [x, y, yaw] }) => ({ id, pose: { x, y, yaw } })),
  { id: 'close to the table', pose: { x: 0.46, y: -0.08, yaw: 0.01 } },
  { id: 'the far side of the table', pose: { x: 0.72, y: -1.41, yaw: Math.PI } },
];
const place = (id: string) => places.find((entry) => entry.id === id)!.pose;

/** Walks a plan in fine steps. */
function* walk(start: PlanarPose, stretches: readonly DriveStretch[]): Generator<PlanarPose> {
  let at = { ...start };
  for (const stretch of stretches) {
    const turn = wrapAngle(stretch.yaw - at.yaw);
    for (let i = 1; i <= 40; i++) yield { x: at.x, y: at.y, yaw: at.yaw + (turn * i) / 40 };
    at = { ...at, yaw: stretch.yaw };
    if (stretch.kind === 'turn') continue;
    for (let i = 1; i <= 200; i++)
      yield { ...at, x: at.x + (stretch.x - at.x) * (i / 200), y: at.y + (stretch.y - at.y) * (i / 200) };
    expect(
      Math.abs(
        wrapAngle(
          Math.atan2(stretch.y - at.y, stretch.x - at.x) -
            stretch.yaw -
            (stretch.distanceM < 0 ? Math.PI : 0),
        ),
      ),
    ).toBeLessThan(0.01);
    at = { ...at, x: stretch.x, y: stretch.y };
  }
}

let space: DriveSpace;
beforeEach(() => {
  space = new DriveSpace(model, map);
});

describe('a drive plan in the kitchen', () => {
  test.each(
    places.flatMap((from) =>
      places.filter(({ id }) => id !== from.id).map((to) => [from.id, to.id] as const),
    ),
  )('from %s to %s is free all the way and ends there', (from, to) => {
    space.marginM = 0.01;
    const plan = planDrive(space, place(from), place(to));
    space.marginM = 0;
    let last = place(from);
    expect([...walk(place(from), plan)].filter((pose) => !space.isFree(pose.x, pose.y, pose.yaw))).toEqual(
      [],
    );
    for (const pose of walk(place(from), plan)) last = pose;
    expect(Math.hypot(last.x - place(to).x, last.y - place(to).y)).toBeLessThan(0.01);
    expect(Math.abs(wrapAngle(last.yaw - place(to).yaw))).toBeLessThan(0.002);
  });

  test('goes around something that the laser has seen', () => {
    const [from, to] = [place('home'), place('person')];
    space.marginM = 0.03;
    const straight = planDrive(space, from, to);
    const box: number[] = [];
    for (let x = -0.3; x <= 0; x += 0.05) for (let y = -0.1; y <= 0.3; y += 0.05) box.push(x, y);
    space.setLaserObstacles(box);
    const around = planDrive(space, from, to);
    expect(around.length).toBeGreaterThan(straight.length);
    space.marginM = 0;
    for (const pose of walk(from, around)) expect(space.isFree(pose.x, pose.y, pose.yaw)).toBe(true);
  });

  test('leaves a counter it stands close to without touching it', () => {
    const from = { x: -0.7, y: 1.5 - 0.225, yaw: Math.PI };
    expect(space.isFree(from.x, from.y, from.yaw)).toBe(true);
    expect(space.isTurnFree(from.x, from.y, from.yaw, Math.PI / 2)).toBe(false);
    const plan = planDrive(space, from, place('home'));
    for (const pose of walk(from, plan)) expect(space.isFree(pose.x, pose.y, pose.yaw)).toBe(true);
  });

  test('to where an open door stands is refused until it is closed', () => {
    const [from, to] = [place('home'), { x: 1.75, y: 1.02, yaw: Math.PI }];
    const before = planDrive(space, from, to);
    space.setOpenings(new Map([['fridge-door', 1.22]]));
    expect(() => planDrive(space, from, to)).toThrow(expect.objectContaining({ code: 'goal-occupied' }));
    space.setOpenings(new Map([['fridge-door', 0]]));
    expect(planDrive(space, from, to)).toEqual(before);
  });

  test('moves a few centimetres straight, backwards too', () => {
    const from = place('table');
    const plan = planDrive(space, from, { ...from, x: from.x - 0.12 });
    expect(plan).toHaveLength(1);
    expect(plan[0]).toMatchObject({ kind: 'drive', distanceM: expect.closeTo(-0.12) });
  });

  test.each([
    ['goal-occupied', { x: 0.6, y: -0.75, yaw: 0 }],
    ['goal-occupied', { x: 9, y: 9, yaw: 0 }],
  ])('to an impossible place is refused as %s', (code, goal) => {
    expect(() => planDrive(space, place('home'), goal)).toThrow(expect.objectContaining({ code }));
  });

  test('through a closed gap is refused', () => {
    const wall: number[] = [];
    for (let y = -2.1; y <= 2.1; y += 0.04) wall.push(-0.4, y);
    space.setLaserObstacles(wall);
    expect(() => planDrive(space, place('home'), place('person'))).toThrow(
      expect.objectContaining({ code: 'no-path' }),
    );
  });
});

describe('the outline of the robot', () => {
  test('may stand with its base under a table top, but not with its mast or its arm', () => {
    // The table's north edge is at y = -0.35; the arm's side is -y.
    const under = { x: 0.6, y: -0.24, yaw: 0 };
    const high = model.namedPose('stow');
    high[model.actuatorIndex('joint_lift')] = 0.85;
    space.setConfiguration(model.jointPositionsFromActuators(high, model.zeroJointPositions()));
    expect(space.isFree(under.x, under.y, under.yaw)).toBe(true);
    const level = model.namedPose('stow');
    level[model.actuatorIndex('joint_lift')] = 0.52;
    space.setConfiguration(model.jointPositionsFromActuators(level, model.zeroJointPositions()));
    expect(space.isFree(under.x, under.y, under.yaw)).toBe(false);
    expect(space.isFree(under.x, under.y, under.yaw + Math.PI)).toBe(false);
  });

  test('grows with an arm that is stretched out', () => {
    const { reachM } = space;
    const out = model.namedPose('home');
    out[model.actuatorIndex('wrist_extension')] = 0.5;
    space.setConfiguration(model.jointPositionsFromActuators(out, model.zeroJointPositions()));
    expect(space.reachM).toBeGreaterThan(reachM + 0.5);
  });
});
