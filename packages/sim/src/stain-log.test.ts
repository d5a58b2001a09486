import { fileURLToPath } from 'node:url';
import { Transform } from '@efferent/core';
import { loadRobotModel } from '@efferent/robot';
import { expect, it } from 'vitest';
import { judgeTask } from './judge.ts';
import { PhysicsWorld } from './physics-world.ts';
import { loadScene } from './scene-file.ts';
import { SceneMarkers } from './scene-markers.ts';
import { createSimWorld } from './sim-world.ts';
import { StainLog } from './stain-log.ts';

const workspace = [fileURLToPath(new URL('../../..', import.meta.url))];
const scene = loadScene(workspace, 'care-room');
const header = { stamp: { sec: 0, nanosec: 0 }, frame_id: 'map' };
/** The spill lies along the front edge of the table, its middle at (0.22, 1.38), 0.74 m high. */
const left = { x: 0.05, y: 1.38, z: 0.74 };

function setUp() {
  const physics = new PhysicsWorld(scene);
  const stains = new StainLog(scene, physics);
  /** Moves the sponge along the spill, its foot at a height. */
  const stroke = (heightM: number, lengthM: number, speedMps = 0.1) => {
    const { body } = physics.object('sponge');
    for (let way = 0; way <= lengthM; way += 0.01) {
      physics.object('sponge').setPose(new Transform([left.x + way, left.y, heightM], [0, 0, 0, 1]));
      body.velocity.set(speedMps, 0, 0);
      stains.measure();
    }
  };
  return { physics, stains, stroke };
}

it('a spill is wiped where the sponge is moved in contact, and nowhere else', () => {
  const { stains, stroke } = setUp();
  stroke(left.z + 0.01, 0.34);
  expect(stains.shares()).toEqual({ spill: 0 });
  stroke(left.z, 0.34, 0);
  expect(stains.shares()).toEqual({ spill: 0 });
  stroke(left.z, 0.17);
  const half = stains.shares().spill ?? 0;
  expect(half).toBeGreaterThan(0.4);
  expect(half).toBeLessThan(0.75);
  stroke(left.z, 0.34);
  expect(stains.shares()).toEqual({ spill: 1 });
});

it('a sponge that is turned over wipes as well, with what was its top', () => {
  const { physics, stains } = setUp();
  const slide = (heightM: number) => {
    for (let way = 0; way <= 0.34; way += 0.01) {
      physics.object('sponge').setPose(new Transform([left.x + way, left.y, heightM], [1, 0, 0, 0]));
      physics.object('sponge').body.velocity.set(0.1, 0, 0);
      stains.measure();
    }
  };
  slide(left.z + 0.08);
  expect(stains.shares()).toEqual({ spill: 0 });
  slide(left.z + 0.07);
  expect(stains.shares()).toEqual({ spill: 1 });
});

it('the judge asks for the share that the card asks for', () => {
  const goal = [{ kind: 'wiped', stainId: 'spill', share: 0.9 } as const];
  const states = (wipedShare: number) => [
    {
      id: 'spill',
      type: 'stain' as const,
      kind: 'stain',
      pose: Transform.identity,
      linearMps: [0, 0, 0] as const,
      angularRadS: [0, 0, 0] as const,
      isHeld: false,
      wipedShare,
    },
  ];
  expect(judgeTask(scene, { goal }, states(0.89)).success).toBe(false);
  expect(judgeTask(scene, { goal }, states(0.9)).success).toBe(true);
  expect(judgeTask(scene, { goal }, []).success).toBe(false);
});

it('the viewer is shown the squares that are left', () => {
  const { physics, stains, stroke } = setUp();
  const markers = new SceneMarkers(physics, stains);
  const ofSpill = () => markers.changed(header).filter(({ ns }) => ns === 'spill');
  expect(ofSpill()).toHaveLength(15 * 4);
  expect(ofSpill()).toHaveLength(0);
  stroke(left.z, 0.1);
  const wiped = ofSpill();
  expect(wiped.length).toBeGreaterThan(10);
  expect(wiped.every(({ action }) => action === 2)).toBe(true);
});

it('the camera sees the squares that are left, flat on their surface, and no more of them when all is wiped', () => {
  const robot = loadRobotModel(workspace, 'stretch');
  const world = createSimWorld({ scene, robot, seed: 1000 });
  // Beside the front of the table, the arm folded in; the head turns to it.
  world.plant.reset(0.1, 0.75, Math.PI);
  const look = Float64Array.from(world.plant.state.actuatorPositions);
  look[robot.actuatorIndex('joint_head_pan')] = -Math.PI / 2;
  look[robot.actuatorIndex('joint_head_tilt')] = -0.8;
  world.step({ actuatorTargets: look }, 2);
  const instance = world.headCamera.renderer.instanceOfObject.get('spill');
  const visible = () => world.renderHeadCamera().instances.filter((each) => each === instance).length;
  const [stain] = world.stains.stains;
  const whole = visible();
  expect(whole).toBeGreaterThan(400);
  for (const cell of stain!.cells) cell.isWiped = cell.x < 0.22;
  expect(visible() / whole).toBeGreaterThan(0.35);
  expect(visible() / whole).toBeLessThan(0.65);
  for (const cell of stain!.cells) cell.isWiped = true;
  expect(visible()).toBe(0);
});
