import { fileURLToPath } from 'node:url';
import { Transform } from '@efferent/core';
import { describe, expect, test } from 'vitest';
import { CollisionChecker, solidBoxes } from './collision-checker.ts';
import { CommandGate } from './command-gate.ts';
import { GateGuard } from './gate-guard.ts';
import { loadRobotModel } from './load-robot-model.ts';
import { Neighbour } from './neighbour.ts';
import { PlanningScene } from './planning-scene.ts';
import { poseAt } from './robot-model.ts';

const folders = [fileURLToPath(new URL('../../..', import.meta.url))];
const stretch = loadRobotModel(folders, 'stretch');
const panda = loadRobotModel(folders, 'panda');
const periodS = 0.01;
const startS = 1000;

/** Another robot that stands this far ahead, m, its arm stowed. */
function standing(model: typeof stretch, aheadM: number): Neighbour {
  const neighbour = new Neighbour(model);
  const q = model.zeroJointPositions();
  neighbour.place(model.jointPositionsFromActuators(model.namedPose('stow'), q), aheadM, 0, Math.PI);
  return neighbour;
}

/** How far the base can drive straight ahead until its solids touch the bare solids of another robot there, m. */
function freeWayM(model: typeof stretch, aheadM: number): number {
  const scene = new PlanningScene();
  const poses = model.createKinematicsBuffer();
  const q = model.zeroJointPositions();
  model.forwardKinematics(model.jointPositionsFromActuators(model.namedPose('stow'), q), poses);
  const mapFromBase = Transform.fromPlanar(aheadM, 0, Math.PI);
  for (const [index, { link, linkFromBox, half }] of solidBoxes(model).entries()) {
    const mapFromBox = mapFromBase.multiply(poseAt(poses, link)).multiply(poseAt(linkFromBox, 0));
    scene.addBox({ id: `solid-${index}`, mapFromBox, sizeM: [2 * half[0], 2 * half[1], 2 * half[2]] });
  }
  const checker = new CollisionChecker(stretch, scene, 0);
  const own = stretch.zeroJointPositions();
  stretch.jointPositionsFromActuators(stretch.namedPose('stow'), own);
  let travelM = 0;
  for (; travelM < aheadM; travelM += 0.001) {
    checker.setPlanarBasePose(travelM, 0, 0);
    if (checker.isColliding(own)) break;
  }
  return travelM;
}

/** Drives straight ahead for 8 s; returns how far the base came, m, and what the guard said. */
function driveTowards(neighbours: readonly Neighbour[]) {
  const guard = new GateGuard(stretch, undefined, neighbours);
  const gate = new CommandGate(stretch, guard);
  const measured = stretch.namedPose('stow');
  const reasons = new Set<string>();
  let travelledM = 0;
  gate.updateMeasurement(measured, startS, startS);
  for (let i = 0; i < 8 / periodS; i++) {
    const nowS = startS + i * periodS;
    gate.updateMeasurement(measured, nowS, nowS);
    guard.setBasePose(travelledM, 0, 0);
    gate.acceptTwist('agent', nowS, 0.2, 0, nowS);
    const output = gate.tick(nowS, nowS);
    if (output.sendTwist) travelledM += output.linearMps * periodS;
    if (gate.guardReason !== undefined) reasons.add(gate.guardReason);
  }
  return { travelledM, reasons: [...reasons] };
}

describe('the stand-off from another robot', () => {
  test('the gate stops a base before another robot, farther away than where they would touch', () => {
    const { travelledM, reasons } = driveTowards([standing(panda, 1.2)]);
    expect(reasons).toEqual(['stretch would touch panda']);
    const gapM = freeWayM(panda, 1.2) - travelledM;
    // The stand-off, and at most a little more than one braking distance.
    expect(gapM).toBeGreaterThan(0.035);
    expect(gapM).toBeLessThan(0.15);
  });

  test('the gate lets it pass while the other robot is elsewhere, or is not known to be anywhere', () => {
    expect(driveTowards([standing(panda, 6)])).toEqual({ travelledM: expect.closeTo(1.5, 0), reasons: [] });
    expect(driveTowards([new Neighbour(panda)]).reasons).toEqual([]);
  });
});
