import { fileURLToPath } from 'node:url';
import { Rng, Transform, type Vector3 } from '@efferent/core';
import { describe, expect, test } from 'vitest';
import { boxesOverlap, boxStride, writeBox } from './box-overlap.ts';
import { CollisionChecker } from './collision-checker.ts';
import { loadRobotModel } from './load-robot-model.ts';
import { PlanningScene } from './planning-scene.ts';
import { poseStride, writePose } from './robot-model.ts';

const model = loadRobotModel([fileURLToPath(new URL('../../..', import.meta.url))], 'stretch');
const joints = (changes: Readonly<Record<string, number>>, pose = 'home') => {
  const commanded = model.namedPose(pose);
  for (const [name, position] of Object.entries(changes)) commanded[model.actuatorIndex(name)] = position;
  return model.jointPositionsFromActuators(commanded, model.zeroJointPositions());
};
const box = (pose: Transform, size: Vector3): Float64Array => {
  const matrix = new Float64Array(poseStride);
  writePose(pose, matrix, 0);
  const out = new Float64Array(boxStride);
  writeBox(matrix, 0, size[0] / 2, size[1] / 2, size[2] / 2, out, 0);
  return out;
};

describe('box overlap', () => {
  test('agrees with a search for a common point among random boxes', () => {
    const rng = new Rng(7);
    let touching = 0;
    for (let run = 0; run < 400; run++) {
      const pose = () =>
        Transform.fromXyzRpy(
          [rng.range(-0.6, 0.6), rng.range(-0.6, 0.6), rng.range(-0.6, 0.6)],
          [rng.range(-3, 3), rng.range(-1.5, 1.5), rng.range(-3, 3)],
        );
      const size = (): Vector3 => [rng.range(0.1, 0.9), rng.range(0.1, 0.9), rng.range(0.1, 0.9)];
      const [poseA, poseB, sizeA, sizeB] = [pose(), pose(), size(), size()];
      const gap = boxDistance(poseA, sizeA, poseB, sizeB);
      const overlap = boxesOverlap(box(poseA, sizeA), 0, box(poseB, sizeB), 0);
      if (overlap) touching++;
      if (gap > 1e-3) expect(overlap).toBe(false);
      else expect(overlap).toBe(true);
    }
    expect(touching).toBeGreaterThan(50);
    expect(touching).toBeLessThan(350);
  });
});

/** Distance between two boxes by alternating projection, an independent oracle. */
function boxDistance(poseA: Transform, sizeA: Vector3, poseB: Transform, sizeB: Vector3): number {
  let point = poseA.translation;
  let other = poseB.translation;
  const nearest = (pose: Transform, size: Vector3, p: Vector3): Vector3 => {
    const local = pose.inverse().apply(p);
    return pose.apply([clip(local[0], size[0]), clip(local[1], size[1]), clip(local[2], size[2])]);
  };
  for (let i = 0; i < 3000; i++) {
    other = nearest(poseB, sizeB, point);
    point = nearest(poseA, sizeA, other);
  }
  return Math.hypot(point[0] - other[0], point[1] - other[1], point[2] - other[2]);
}
const clip = (value: number, size: number) => Math.max(-size / 2, Math.min(size / 2, value));

describe('the collision checker', () => {
  test.each(Object.keys(model.manifest.poses))('finds the named pose %s free of self-collision', (pose) => {
    expect(
      new CollisionChecker(model, new PlanningScene()).findCollision(
        joints({ joint_lift: 0.5, ...model.manifest.poses[pose] }, pose),
      ),
    ).toBeUndefined();
  });

  test('finds the hand in the base when it is folded and lowered', () => {
    const hit = new CollisionChecker(model, new PlanningScene()).findCollision(
      joints({ joint_lift: 0, joint_wrist_yaw: 3.14, wrist_extension: 0 }),
    );
    expect(hit?.first).toBe('base_link');
  });

  test('finds the floor when the hand points down too low', () => {
    const hit = new CollisionChecker(model, new PlanningScene()).findCollision(
      joints({ joint_lift: 0.05, joint_wrist_pitch: -1.5, wrist_extension: 0.3 }),
    );
    expect(hit?.second).toBe('floor');
  });

  test('finds an obstacle in the way of the arm wherever the base stands, and lets allowed links touch it', () => {
    const scene = new PlanningScene();
    const checker = new CollisionChecker(model, scene);
    const q = joints({ wrist_extension: 0.3 });
    const mapFromBase = Transform.fromPlanar(2, -1, 0.7);
    const mapFromTool = mapFromBase.multiply(model.baseFromLink(q, 'link_grasp_center'));
    checker.setBasePose(mapFromBase);
    expect(checker.isColliding(q)).toBe(false);
    scene.addBox({ id: 'post', mapFromBox: mapFromTool, sizeM: [0.02, 0.3, 0.02] });
    expect(checker.findCollision(q)?.second).toBe('post');
    expect(checker.countContacts(q)).toBeGreaterThan(1);
    scene.allowContact(
      'post',
      model.links.map((link) => link.name).filter((name) => name.includes('finger')),
    );
    expect(checker.isColliding(q)).toBe(false);
    scene.forbidContact('post');
    expect(checker.isColliding(q)).toBe(true);
    checker.setPlanarBasePose(0, 3, 0);
    expect(checker.isColliding(q)).toBe(false);
  });

  test('takes along what the gripper holds', () => {
    const scene = new PlanningScene();
    const checker = new CollisionChecker(model, scene);
    const q = joints({ wrist_extension: 0.2 });
    const tool = model.baseFromLink(q, 'link_grasp_center');
    scene.addBox({
      id: 'shelf',
      mapFromBox: new Transform(
        [tool.translation[0], tool.translation[1], tool.translation[2] - 0.12],
        [0, 0, 0, 1],
      ),
      sizeM: [0.3, 0.3, 0.02],
    });
    expect(checker.isColliding(q)).toBe(false);
    scene.attach({
      id: 'bottle',
      linkName: 'link_grasp_center',
      linkFromBox: Transform.identity,
      sizeM: [0.06, 0.06, 0.25],
    });
    expect(checker.findCollision(q)).toEqual({ first: 'bottle', second: 'shelf' });
    scene.detach('bottle');
    expect(checker.isColliding(q)).toBe(false);
  });
});
