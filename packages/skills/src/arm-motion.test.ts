import { join } from 'node:path';
import { Transform } from '@efferent/core';
import { loadPriorMap, loadRobotModel } from '@efferent/robot';
import { expect, test } from 'vitest';
import { solveHere } from './arm-motion.ts';
import { sideGraspRotation, slantGraspRotation } from './geometry.ts';
import { ImaginedBody } from './imagined-body.ts';
import { WorkScene } from './work-scene.ts';

const workspace = [join(import.meta.dirname, '../../..')];
const model = loadRobotModel(workspace, 'stretch');

test('a level or slanting hand never comes turned over by half a roll, however the wrist is now', () => {
  const roll = model.actuatorIndex('joint_wrist_roll');
  for (const [rotation, yawRad, rollRad] of [
    [sideGraspRotation(-Math.PI / 2), 0, 0],
    [sideGraspRotation(-Math.PI / 2), 0, 3],
    [sideGraspRotation(-1.2), 0.4, -3],
    [slantGraspRotation(-Math.PI / 2), 0, 3],
  ] as const) {
    const positions = model.namedPose('home');
    positions[model.actuatorIndex('joint_wrist_yaw')] = yawRad;
    positions[roll] = rollRad;
    const body = new ImaginedBody(
      {
        model,
        map: loadPriorMap(workspace, 'care-room'),
        openings: new Map(),
        carried: undefined,
        mapFromBase: () => Transform.fromPlanar(0, 0, 0),
        actuatorPositions: () => positions,
        effort: () => 0,
        depthPoints: () => ({ stampS: 0, pointsM: new Float64Array(0) }),
      },
      [],
    );
    const found = solveHere(body, new WorkScene(body), new Transform([0, -0.7, 0.8], rotation), 0.5);
    expect(found.length).toBeGreaterThan(0);
    for (const solution of found) expect(Math.abs(solution[roll]!)).toBeLessThan(Math.PI / 2);
  }
});
