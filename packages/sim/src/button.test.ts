import { fileURLToPath } from 'node:url';
import { loadRobotModel } from '@efferent/robot';
import { describe, expect, it } from 'vitest';
import { loadScene } from './scene-file.ts';
import { createSimWorld, type SimWorld } from './sim-world.ts';

const workspace = [fileURLToPath(new URL('../../..', import.meta.url))];
const scene = loadScene(workspace, 'care-room');
const robot = loadRobotModel(workspace, 'stretch');

/** Stands before the light switch, the shut hand level with it and some centimetres off. */
function beforeTheSwitch(): { world: SimWorld; reach: (extensionM: number, durationS?: number) => void } {
  const world = createSimWorld({ scene, robot, seed: 1 });
  const targets = Float64Array.from(world.plant.state.actuatorPositions);
  const set = (name: string, value: number) => {
    targets[robot.actuatorIndex(name)] = value;
  };
  for (const [name, value] of Object.entries({
    joint_lift: 0.875,
    joint_wrist_yaw: 0,
    gripper_aperture: 0.01,
  }))
    set(name, value);
  world.step({ actuatorTargets: targets }, 8);
  Object.assign(world.plant.state, { x: -1.6, y: 0.3 - 0.021, yaw: -Math.PI / 2 });
  world.step({ base: { linear: 1e-6, angular: 0 } }, 0.1);
  world.step({ base: { linear: 0, angular: 0 } }, 0.1);
  world.collisions.clear();
  const reach = (extensionM: number, durationS = 3) => {
    set('wrist_extension', extensionM);
    world.step({ actuatorTargets: targets }, durationS);
  };
  return { world, reach };
}

const pressedM = (world: SimWorld) => world.physics.findArticulation('light-switch')?.position ?? Number.NaN;
/** The tool frame is 2.16 - 1.6 - 0.408 m from the switch; the pads reach 17 mm beyond it. */
const touchM = 2.164 - 1.6 - 0.408 - 0.017;

describe('a button', () => {
  it('gives way to a finger that presses on it, clicks in and stays; touching it is no collision', () => {
    const { world, reach } = beforeTheSwitch();
    reach(touchM - 0.02);
    expect(pressedM(world)).toBe(0);
    reach(touchM + 0.05);
    expect(pressedM(world)).toBeGreaterThan(0.009);
    reach(0);
    expect(pressedM(world)).toBeGreaterThan(0.009);
    expect(world.collisions.collisions).toEqual([]);
  });

  it('comes back when it was not pressed far enough, and holds up a hand that presses less than its spring', () => {
    const { world, reach } = beforeTheSwitch();
    reach(touchM + 0.006);
    const half = pressedM(world);
    expect(half).toBeGreaterThan(0.0005);
    expect(half).toBeLessThan(0.009);
    reach(0);
    expect(pressedM(world)).toBe(0);
  });
});
