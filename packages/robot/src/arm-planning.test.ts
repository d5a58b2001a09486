import { fileURLToPath } from 'node:url';
import { PlannerError, Rng, Transform } from '@efferent/core';
import { describe, expect, test } from 'vitest';
import { findBasePoses } from './base-poses.ts';
import { planCartesianPath } from './cartesian-path.ts';
import { CollisionChecker } from './collision-checker.ts';
import { solveInverseKinematics } from './inverse-kinematics.ts';
import { isJointPathFree, planJointPath } from './joint-path.ts';
import { sampleJointTrajectory, timeJointPath } from './joint-trajectory.ts';
import { loadRobotModel } from './load-robot-model.ts';
import { PlanningScene } from './planning-scene.ts';
import { ReachKinematics } from './reach-kinematics.ts';

const model = loadRobotModel([fileURLToPath(new URL('../../..', import.meta.url))], 'stretch');
const kinematics = new ReachKinematics(model);
const arm = model.manifest.groups.arm!;
const at = (name: string) => model.actuatorIndex(name);
const home = model.namedPose('home');
const withChanges = (changes: Readonly<Record<string, number>>) => {
  const positions = home.slice();
  for (const [name, position] of Object.entries(changes)) positions[at(name)] = position;
  return positions;
};
const randomArm = (rng: Rng) =>
  withChanges({
    joint_lift: rng.range(0.2, 1),
    wrist_extension: rng.range(0.05, 0.5),
    joint_wrist_yaw: rng.range(-1.2, 2),
    joint_wrist_pitch: rng.range(-1.2, 0.5),
    joint_wrist_roll: rng.range(-1, 1),
  });
const joints = (positions: Float64Array) =>
  model.jointPositionsFromActuators(positions, model.zeroJointPositions());
const errorOf = (a: Transform, b: Transform) => ({
  position: Math.hypot(...a.translation.map((value, i) => value - b.translation[i]!)),
  angle:
    2 *
    Math.acos(Math.min(1, Math.abs(a.rotation.reduce((sum, value, i) => sum + value * b.rotation[i]!, 0)))),
});

describe('inverse kinematics', () => {
  test('in closed form meets random reachable tool poses exactly, shifting the base', () => {
    const rng = new Rng(1);
    for (let run = 0; run < 200; run++) {
      const wanted = kinematics.baseFromTool(randomArm(rng));
      const solutions = kinematics.solve(wanted, home);
      expect(solutions.length).toBeGreaterThan(0);
      for (const { actuatorPositions, baseShiftM } of solutions) {
        const reached = Transform.fromPlanar(baseShiftM, 0, 0).multiply(
          kinematics.baseFromTool(actuatorPositions),
        );
        const { position, angle } = errorOf(reached, wanted);
        expect(position).toBeLessThan(1e-6);
        expect(Math.min(angle, Math.abs(angle - Math.PI))).toBeLessThan(1e-6);
      }
    }
  });

  test('at a point with a standing base keeps elevation and meets the point', () => {
    const rng = new Rng(2);
    for (let run = 0; run < 100; run++) {
      const configuration = randomArm(rng);
      configuration[at('joint_wrist_roll')] = 0;
      const wanted = kinematics.baseFromTool(configuration);
      const solutions = kinematics.solveAtPoint(
        wanted.translation,
        configuration[at('joint_wrist_pitch')]!,
        0,
        configuration,
      );
      expect(errorOf(kinematics.baseFromTool(solutions[0]!), wanted).position).toBeLessThan(1e-6);
    }
  });

  test('by least squares meets random poses from a far start, with and without the base', () => {
    const rng = new Rng(3);
    let converged = 0;
    for (let run = 0; run < 60; run++) {
      const moveBase = run % 2 === 0;
      const wanted = Transform.fromPlanar(moveBase ? rng.range(-0.2, 0.2) : 0, 0, 0).multiply(
        kinematics.baseFromTool(randomArm(rng)),
      );
      const result = solveInverseKinematics(model, {
        baseFromTool: wanted,
        seed: withChanges({ wrist_extension: 0.25, joint_lift: 0.6 }),
        actuators: arm,
        moveBase,
        freeHeading: !moveBase,
      });
      if (!result.converged) continue;
      converged++;
      const reached = Transform.fromPlanar(result.base.forwardM, 0, 0).multiply(
        kinematics.baseFromTool(result.actuatorPositions),
      );
      expect(errorOf(reached, wanted).position).toBeLessThan(1.001e-3);
      if (moveBase) expect(errorOf(reached, wanted).angle).toBeLessThan(0.011);
      result.actuatorPositions.forEach((position, i) => {
        expect(position).toBeGreaterThanOrEqual(model.actuators[i]!.lower);
        expect(position).toBeLessThanOrEqual(model.actuators[i]!.upper);
      });
    }
    expect(converged).toBeGreaterThanOrEqual(54);
  });

  test('says that an unreachable pose is not reached', () => {
    const result = solveInverseKinematics(model, {
      baseFromTool: new Transform([0, -3, 1], [0, 0, 0, 1]),
      seed: home,
      actuators: arm,
    });
    expect(result.converged).toBe(false);
    expect(result.positionErrorM).toBeGreaterThan(1.5);
  });
});

describe('base poses', () => {
  const table = {
    id: 'table',
    mapFromBox: new Transform([2, 0, 0.36], [0, 0, 0, 1]),
    sizeM: [1, 0.8, 0.72] as const,
  };

  test.each([
    ['from the side', Transform.fromXyzRpy([1.7, 0, 0.8], [0, 0, 0])],
    ['from above', Transform.fromXyzRpy([1.7, 0.1, 0.85], [0, Math.PI / 2, 0])],
  ])('reach a grasp %s over a table without touching it', (_name, mapFromTool) => {
    const scene = new PlanningScene();
    scene.addBox(table);
    const checker = new CollisionChecker(model, scene);
    const poses = findBasePoses(kinematics, {
      mapFromTools: [mapFromTool],
      checker,
      current: home,
      near: { x: 0, y: 0, yaw: 0 },
    });
    expect(poses.length).toBeGreaterThan(2);
    for (const pose of poses) {
      const reached = Transform.fromPlanar(pose.x, pose.y, pose.yaw).multiply(
        kinematics.baseFromTool(pose.actuatorPositions),
      );
      const { position, angle } = errorOf(reached, mapFromTool);
      expect(position).toBeLessThan(2e-3);
      expect(Math.min(angle, Math.abs(angle - Math.PI))).toBeLessThan(0.02);
      checker.setPlanarBasePose(pose.x, pose.y, pose.yaw);
      expect(checker.isColliding(joints(pose.actuatorPositions))).toBe(false);
    }
    expect(poses.map(({ cost }) => cost)).toEqual(poses.map(({ cost }) => cost).sort((a, b) => a - b));
  });

  test('are none for a pose inside of furniture', () => {
    const scene = new PlanningScene();
    scene.addBox(table);
    const checker = new CollisionChecker(model, scene);
    expect(
      findBasePoses(kinematics, {
        mapFromTools: [Transform.fromXyzRpy([2, 0, 0.4], [0, 0, 0])],
        checker,
        current: home,
      }),
    ).toEqual([]);
  });
});

describe('joint paths', () => {
  // A board at hand height beside the robot: the arm must pull back, lift or lower around it.
  const scene = new PlanningScene();
  scene.addBox({
    id: 'board',
    mapFromBox: new Transform([-0.05, -0.75, 0.75], [0, 0, 0, 1]),
    sizeM: [0.5, 0.5, 0.03],
  });
  const checker = new CollisionChecker(model, scene);
  const exact = new CollisionChecker(model, scene, 0);
  const above = withChanges({ joint_lift: 0.85, wrist_extension: 0.4 });
  const below = withChanges({ joint_lift: 0.35, wrist_extension: 0.4 });
  const request = { start: above, goals: [below], actuators: arm, seed: 5 };

  test('lead around an obstacle, free of collision at every fine step, and are equal for equal seeds', () => {
    const path = planJointPath(checker, request);
    expect(path.length).toBeGreaterThan(2);
    expect(path[0]).toEqual(above);
    expect(path.at(-1)).toEqual(below);
    for (let i = 1; i < path.length; i++) {
      for (let t = 0; t <= 1; t += 0.01) {
        const between = path[i - 1]!.map((value, a) => value + (path[i]![a]! - value) * t);
        expect(exact.isColliding(joints(between))).toBe(false);
      }
    }
    expect(planJointPath(checker, request)).toEqual(path);
  });

  test('from a start in contact may keep that contact, but make no other in its place', () => {
    const crowded = scene.clone();
    const hand = kinematics.baseFromTool(above);
    crowded.addVoxels('seen', [...hand.translation, ...hand.apply([-0.04, 0, 0])], 0.16);
    const touching = new CollisionChecker(model, crowded, 0);
    expect(touching.contacts(joints(above)).every(({ second }) => second === 'seen')).toBe(true);
    expect(touching.contacts(joints(above)).length).toBeGreaterThan(3);
    expect(isJointPathFree(touching, [above, below], true)).toBe(false);
    const path = planJointPath(touching, { ...request, startMayTouch: true });
    expect(isJointPathFree(touching, path, true)).toBe(true);
    expect(isJointPathFree(touching, path)).toBe(false);
    expect(isJointPathFree(exact, path)).toBe(true);
  });

  test('keep the actuators named as direct between the start and the nearest goal', () => {
    const turned = withChanges({ joint_lift: 0.35, wrist_extension: 0.4, joint_wrist_pitch: -0.4 });
    const direct = ['joint_wrist_pitch', 'joint_wrist_roll'];
    const pitch = model.actuatorIndex('joint_wrist_pitch');
    const roll = model.actuatorIndex('joint_wrist_roll');
    for (let seed = 0; seed < 8; seed++) {
      const path = planJointPath(checker, { ...request, goals: [turned], direct, seed });
      expect(path.length).toBeGreaterThan(2);
      expect(path.every((point) => point[roll] === above[roll])).toBe(true);
      expect(path.every((point) => point[pitch]! <= above[pitch]! && point[pitch]! >= turned[pitch]!)).toBe(
        true,
      );
    }
  });

  test('are straight when nothing is in the way', () => {
    expect(
      planJointPath(checker, { ...request, goals: [withChanges({ joint_lift: 1, wrist_extension: 0.4 })] }),
    ).toHaveLength(2);
  });

  test.each([
    ['start-in-collision', { start: withChanges({ joint_lift: 0.65, wrist_extension: 0.45 }) }],
    ['goal-in-collision', { goals: [withChanges({ joint_lift: 0.65, wrist_extension: 0.45 })] }],
    ['goal-in-collision', { goals: [withChanges({ joint_lift: 1.5 })] }],
    ['start-out-of-limits', { start: withChanges({ joint_lift: -0.2 }) }],
    ['goal-unreachable', { actuators: ['joint_lift'] }],
  ])('that cannot be are refused as %s', (code, change) => {
    const plan = () => planJointPath(checker, { ...request, ...change, maxIterations: 200 });
    expect(plan).toThrow(PlannerError);
    expect(plan).toThrow(code);
  });

  test('timed, keep within the velocity and acceleration of every actuator and pass the way-points', () => {
    const path = planJointPath(checker, request);
    const isFree = (positions: Float64Array) => !checker.isColliding(joints(positions));
    const trajectory = timeJointPath(model, path, { isFree });
    const periodS = 0.02;
    const count = Math.ceil(trajectory.durationS / periodS);
    const sample = (k: number) =>
      sampleJointTrajectory(trajectory, k * periodS, new Float64Array(model.actuators.length));
    for (let k = 0; k <= count; k++) {
      expect(exact.isColliding(joints(sample(k)))).toBe(false);
      model.actuators.forEach(({ maxVelocity, maxAcceleration }, i) => {
        const [before, now, after] = [sample(k - 1)[i]!, sample(k)[i]!, sample(k + 1)[i]!];
        expect(Math.abs(now - before) / periodS).toBeLessThanOrEqual(maxVelocity * 1.01);
        expect(Math.abs(after - 2 * now + before) / periodS ** 2).toBeLessThanOrEqual(maxAcceleration * 1.25);
      });
    }
    expect(sample(count)).toEqual(path.at(-1));
    expect(trajectory.durationS).toBeGreaterThan(3);
    expect(trajectory.durationS).toBeLessThan(15);
  });

  test('timed as one straight move, take the time of a trapezoid', () => {
    const { durationS } = timeJointPath(model, [home, withChanges({ joint_lift: 0.9 })]);
    const { maxVelocity, maxAcceleration } = model.actuators[at('joint_lift')]!;
    expect(durationS).toBeCloseTo(0.3 / maxVelocity + maxVelocity / maxAcceleration, 1);
  });
});

describe('straight lines of the tool', () => {
  test('stay on the line and keep elevation and roll', () => {
    const start = withChanges({ joint_lift: 0.7, wrist_extension: 0.15, joint_wrist_yaw: 0.2 });
    const from = kinematics.baseFromTool(start);
    const to = new Transform(
      [from.translation[0] + 0.04, from.translation[1] - 0.15, from.translation[2] - 0.1],
      from.rotation,
    );
    const path = planCartesianPath(kinematics, { start, baseFromTools: [to], actuators: arm });
    path.forEach((positions, i) => {
      const tool = kinematics.baseFromTool(positions);
      const expected = from.interpolate(to, i / (path.length - 1));
      expect(
        errorOf(
          new Transform(tool.translation, from.rotation),
          new Transform(expected.translation, from.rotation),
        ).position,
      ).toBeLessThan(0.0021);
      expect(tool.apply([1, 0, 0])[2] - tool.translation[2]).toBeCloseTo(0, 1);
    });
    expect(errorOf(kinematics.baseFromTool(path.at(-1)!), to).position).toBeLessThan(0.0021);
  });

  test('out of reach and into obstacles are refused by name', () => {
    const from = kinematics.baseFromTool(home);
    const far = new Transform(
      [from.translation[0], from.translation[1] - 2, from.translation[2]],
      from.rotation,
    );
    expect(() =>
      planCartesianPath(kinematics, { start: home, baseFromTools: [far], actuators: arm }),
    ).toThrow(/straight line: .* of the way/);
    const scene = new PlanningScene();
    scene.addBox({
      id: 'wall',
      mapFromBox: new Transform([0, -0.8, 0.7], [0, 0, 0, 1]),
      sizeM: [1, 0.05, 1],
    });
    const near = new Transform(
      [from.translation[0], from.translation[1] - 0.35, from.translation[2]],
      from.rotation,
    );
    expect(() =>
      planCartesianPath(kinematics, {
        start: home,
        baseFromTools: [near],
        actuators: arm,
        checker: new CollisionChecker(model, scene),
      }),
    ).toThrow(/would touch wall/);
  });
});
