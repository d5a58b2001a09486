/** Prints how long the robot package's hot paths take: `node packages/robot/scripts/measure.ts`. */
import { fileURLToPath } from 'node:url';
import { Rng, Transform } from '@efferent/core';
import { planDrive } from '../src/drive-planner.ts';
import { DriveSpace } from '../src/drive-space.ts';
import {
  CollisionChecker,
  CommandGate,
  findBasePoses,
  GateGuard,
  loadPriorMap,
  loadRobotModel,
  PlanningScene,
  planJointPath,
  ReachKinematics,
  timeJointPath,
} from '../src/index.ts';
import { solveInverseKinematics } from '../src/inverse-kinematics.ts';

const repository = fileURLToPath(new URL('../../..', import.meta.url));
const model = loadRobotModel([repository], 'stretch');
const map = loadPriorMap([repository], 'kitchen');
const kinematics = new ReachKinematics(model);
const scene = PlanningScene.fromPriorMap(map);
const checker = new CollisionChecker(model, scene);
const rng = new Rng(1001);
const home = model.namedPose('home');
const q = model.zeroJointPositions();
const arm = model.manifest.groups.arm ?? [];

/** Runs `work` `count` times after a warm-up and prints p50 and p99 in microseconds. */
function measure(name: string, count: number, work: (i: number) => void): void {
  for (let i = 0; i < Math.min(count, 200); i++) work(i);
  const times = Float64Array.from({ length: count }, (_unused, i) => {
    const start = performance.now();
    work(i);
    return (performance.now() - start) * 1000;
  }).sort();
  const at = (share: number) =>
    (times[Math.min(count - 1, Math.floor(share * count))] as number).toFixed(1).padStart(9);
  process.stdout.write(`${name.padEnd(44)} p50 ${at(0.5)} us   p99 ${at(0.99)} us   n ${count}\n`);
}

function randomArm(): Float64Array {
  const positions = home.slice();
  for (const name of arm) {
    const index = model.actuatorIndex(name);
    const actuator = model.actuators[index];
    if (actuator !== undefined) positions[index] = rng.range(actuator.lower, actuator.upper);
  }
  return positions;
}
const configurations = Array.from({ length: 500 }, randomArm);
const at = (i: number) => configurations[i % configurations.length] as Float64Array;
const poses = model.createKinematicsBuffer();

process.stdout.write(`${scene.boxes.length} boxes in the scene, ${model.links.length} links\n`);
measure('forward kinematics, all links', 20_000, (i) => {
  model.forwardKinematics(model.jointPositionsFromActuators(at(i), q), poses);
});
checker.setPlanarBasePose(0.45, 0.1, 0);
measure('collision check, self and kitchen', 20_000, (i) => {
  checker.isColliding(model.jointPositionsFromActuators(at(i), q));
});
measure('inverse kinematics, closed form', 2000, (i) => {
  kinematics.solve(kinematics.baseFromTool(at(i)), home);
});
measure('inverse kinematics, least squares', 500, (i) => {
  solveInverseKinematics(model, {
    baseFromTool: kinematics.baseFromTool(at(i)),
    seed: home,
    actuators: arm,
    moveBase: true,
  });
});
measure('base poses for a grasp on the table', 100, (i) => {
  const mapFromTool = Transform.fromXyzRpy([0.4 + 0.003 * i, -0.55, 0.8], [0, 0, -Math.PI / 2]);
  findBasePoses(kinematics, {
    mapFromTools: [mapFromTool],
    checker,
    current: home,
    near: { x: 0, y: 0.1, yaw: 0 },
  });
});
checker.setPlanarBasePose(0.45, 0.1, 0);
const free = configurations.filter(
  (positions) => !checker.isColliding(model.jointPositionsFromActuators(positions, q)),
);
const freeAt = (i: number) => free[i % free.length] as Float64Array;
measure('arm motion plan, at the table', 200, (i) => {
  planJointPath(checker, { start: freeAt(i), goals: [freeAt(i + 1)], actuators: arm, seed: i });
});
measure('arm motion timing', 200, (i) => {
  timeJointPath(model, [freeAt(i), freeAt(i + 1), freeAt(i + 2)]);
});

const guard = new GateGuard(model, map);
guard.setBasePose(0.45, 0.1, 0);
const gate = new CommandGate(model, guard);
const measured = home.slice();
gate.updateMeasurement(measured, 0, 0);
measure('gate tick while arm and base move', 5000, (i) => {
  const nowS = 1000 + i * 0.01;
  gate.updateMeasurement(gate.output.positions, nowS, nowS);
  gate.acceptTwist('agent', nowS, 0.1 * Math.sin(nowS), 0.1, nowS);
  gate.acceptJog(
    'agent',
    nowS,
    ['joint_lift', 'joint_wrist_yaw'],
    [0.1 * Math.sin(nowS), 0.3 * Math.sin(nowS)],
    nowS,
  );
  gate.tick(nowS, nowS);
});
measure('gate tick, idle', 5000, (i) => {
  const nowS = 2000 + i * 0.01;
  gate.updateMeasurement(gate.output.positions, nowS, nowS);
  gate.tick(nowS, nowS);
});

const space = new DriveSpace(model, map);
space.marginM = 0.02;
const places = map.places.map(({ poseXyYaw: [x, y, yaw] }) => ({ x, y, yaw }));
const pairs = places.flatMap((from) => places.filter((to) => to !== from).map((to) => [from, to] as const));
measure('drive plan between two places', pairs.length, (i) => {
  const [from, to] = pairs[i % pairs.length] as (typeof pairs)[number];
  planDrive(space, from, to);
});
