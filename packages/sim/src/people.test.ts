import { fileURLToPath } from 'node:url';
import { Transform, type Vector3 } from '@efferent/core';
import { loadRobotModel } from '@efferent/robot';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boundsDistance, boxDistance } from './box-distance.ts';
import { BoxSet, writeTransform } from './obb.ts';
import { loadScene } from './scene-file.ts';
import { createSimWorld, type SimWorld } from './sim-world.ts';

const workspace = [fileURLToPath(new URL('../../..', import.meta.url))];
const robot = loadRobotModel(workspace, 'stretch');
const scene = loadScene(workspace, 'bedroom');

function boxes(...placed: readonly (readonly [Transform, Vector3])[]): BoxSet {
  const set = new BoxSet(placed.length);
  const pose = new Float64Array(12);
  placed.forEach(([mapFromBox, size], i) => {
    set.setHalfSize(i, size[0] / 2, size[1] / 2, size[2] / 2);
    writeTransform(mapFromBox, pose, 0);
    set.place(i, pose, 0);
  });
  return set;
}

describe('the distance of two boxes', () => {
  const length = fc.double({ min: 0.05, max: 1, noNaN: true });
  const at = fc.double({ min: -2, max: 2, noNaN: true });
  const placed = fc.record({
    size: fc.tuple(length, length, length),
    x: at,
    y: at,
    z: at,
    yaw: at,
    roll: at,
  });
  const transformOf = ({
    x,
    y,
    z,
    yaw,
    roll,
  }: {
    x: number;
    y: number;
    z: number;
    yaw: number;
    roll: number;
  }) =>
    Transform.fromPlanar(x, y, yaw).multiply(
      new Transform([0, 0, z], [Math.sin(roll / 2), 0, 0, Math.cos(roll / 2)]),
    );

  it('is never more than between any two of their points, never less than between their bounds, and symmetric', () => {
    fc.assert(
      fc.property(
        placed,
        placed,
        fc.array(fc.tuple(at, at, at, at, at, at), { maxLength: 30 }),
        (a, b, pairs) => {
          const set = boxes([transformOf(a), a.size], [transformOf(b), b.size]);
          const distance = boxDistance(set, 0, set, 1);
          expect(distance).toBeCloseTo(boxDistance(set, 1, set, 0), 3);
          expect(distance).toBeGreaterThanOrEqual(boundsDistance(set, 0, set, 1) - 1e-9);
          for (const p of pairs) {
            const pointOf = (box: typeof a, k: number) =>
              transformOf(box).apply(
                [0, 1, 2].map((i) => ((p[k + i] as number) / 4) * box.size[i]!) as never,
              );
            const from = pointOf(a, 0);
            const to = pointOf(b, 3);
            const between = Math.hypot(from[0] - to[0], from[1] - to[1], from[2] - to[2]);
            expect(distance).toBeLessThanOrEqual(between + 1e-4);
          }
        },
      ),
      { seed: 7, numRuns: 200 },
    );
  });
});

describe('a person in the scene', () => {
  const part = (world: SimWorld, id: string) => world.people.report().find((each) => each.part === id);

  it('is seen by the camera, part by part', () => {
    const world = createSimWorld({ scene, robot, seed: 1000 });
    const { instances } = world.renderHeadCamera();
    const head = world.headCamera.renderer.instanceOfObject.get('resident/head') as number;
    expect(instances.filter((each) => each === head).length).toBeGreaterThan(200);
  });

  it('stops an arm that reaches into them; distance, speed and force are measured', () => {
    const world = createSimWorld({ scene, robot, seed: 1000 });
    // At their left, the arm towards them.
    world.plant.reset(1.2, -1.25, Math.PI);
    const targets = Float64Array.from(world.plant.state.actuatorPositions);
    targets[robot.actuatorIndex('joint_lift')] = 0.85;
    targets[robot.actuatorIndex('joint_wrist_yaw')] = 0;
    world.step({ actuatorTargets: targets }, 6);
    expect(world.people.report().every(({ forceN }) => forceN === 0)).toBe(true);
    targets[robot.actuatorIndex('wrist_extension')] = 0.5;
    world.step({ actuatorTargets: targets }, 4);
    expect(world.collisions.collisions.map((each) => each.with)).toContain('resident/left-upper-arm');
    const arm = part(world, 'resident/left-upper-arm');
    expect(arm?.leastDistanceM).toBe(0);
    expect(arm?.approachMps).toBeGreaterThan(0.1);
    expect(arm?.approachMps).toBeLessThan(0.6);
    // What the joint presses with, 56 N, or the first touch.
    expect(arm?.forceN).toBeGreaterThan(40);
    expect(arm?.forceN).toBeLessThan(150);
    expect(part(world, 'resident/head')?.forceN).toBe(0);
    world.reset();
    expect(part(world, 'resident/left-upper-arm')?.forceN).toBe(0);
  });

  it('is not approached by a thing that a standing hand takes hold of', () => {
    const world = createSimWorld({ scene, robot, seed: 1000 });
    world.plant.reset(-0.2, -0.35, Math.PI / 2);
    const targets = Float64Array.from(world.plant.state.actuatorPositions);
    const set = (name: string, value: number) => {
      targets[robot.actuatorIndex(name)] = value;
      world.step({ actuatorTargets: targets }, 4);
    };
    set('joint_lift', 0.69);
    set('gripper_aperture', 0.14);
    set('joint_wrist_yaw', 0);
    set('wrist_extension', 0.3);
    const [x, y] = world.plant.grip.toolPose(world.plant.placement).translation;
    world.moveObject(
      'orange',
      Transform.fromPlanar(x, y, 0).multiply(new Transform([0, 0, 0.781], [0, 0, 0, 1])),
    );
    world.people.clear();
    set('gripper_aperture', 0);
    expect(world.plant.grip.held?.kind).toBe('object');
    const carried = world.plant.placement.boxes.data.subarray(world.plant.solids.count * 21);
    expect(Math.hypot((carried[0] as number) - x, (carried[1] as number) - y)).toBeLessThan(0.03);
    for (const { approachMps } of world.people.report()) expect(approachMps).toBeLessThan(0.3);
  });

  it('is left alone by a robot that stays away', () => {
    const world = createSimWorld({ scene, robot, seed: 1000 });
    world.step({}, 0.5);
    const head = part(world, 'resident/head');
    expect(head?.forceN).toBe(0);
    expect(head?.leastDistanceM).toBeGreaterThan(1.5);
    expect(head?.leastDistanceM).toBeLessThan(3);
  });
});
