import { fileURLToPath } from 'node:url';
import { Transform } from '@efferent/core';
import { loadRobotModel } from '@efferent/robot';
import { expect, it } from 'vitest';
import { entityStatesFromReport, episodeReport } from './episode-report.ts';
import { loadScene } from './scene-file.ts';
import { createSimWorld } from './sim-world.ts';

const workspace = [fileURLToPath(new URL('../../..', import.meta.url))];
const scene = loadScene(workspace, 'kitchen-station');

it('says of a thing in any gripper that it is held, not only of what the first robot holds', () => {
  const world = createSimWorld({
    scene,
    robot: loadRobotModel(workspace, 'stretch'),
    otherRobots: [loadRobotModel(workspace, 'panda')],
    seed: 1,
  });
  const report = () => episodeReport(world, 'station-to-bin', 1, null);
  expect(report().held).toEqual([]);
  const object = world.physics.object('banana');
  const grip = world.robots[1]!.plant.grip;
  grip.held = { kind: 'object', object, apertureM: 0.03, toolFromObject: Transform.identity };
  expect(report().held).toEqual(['banana']);
  const poses = [{ id: 'banana', pose: object.pose() }];
  expect(entityStatesFromReport(scene, poses, report())).toMatchObject([{ id: 'banana', isHeld: true }]);
});
