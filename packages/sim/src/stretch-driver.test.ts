import { fileURLToPath } from 'node:url';
import { loadRobotModel } from '@efferent/robot';
import { describe, expect, it } from 'vitest';
import { loadScene } from './scene-file.ts';
import { createSimWorld } from './sim-world.ts';
import { type DriverFault, type DriverGoal, type DriverOutcome, StretchDriver } from './stretch-driver.ts';

const workspace = [fileURLToPath(new URL('../../..', import.meta.url))];
const scene = loadScene(workspace, 'kitchen');
const robot = loadRobotModel(workspace, 'stretch');

function start(...faults: DriverFault[]) {
  const world = createSimWorld({ scene, robot, seed: 1 });
  const driver = new StretchDriver(robot, world.plant, new Set(faults));
  const run = (durationS: number) => {
    for (let i = 0; i < durationS * 240; i++) {
      driver.tick(world.timeS);
      world.tick();
    }
  };
  return { world, driver, run };
}

const liftTo = (positionM: number): DriverGoal => ({
  jointNames: ['joint_lift'],
  points: [{ positions: [positionM], timeFromStartS: 0 }],
  isStamped: false,
});

describe('the emulated driver', () => {
  it('drives by cmd_vel in navigation mode only, and stops 0.5 s after the last one', () => {
    const { world, driver, run } = start();
    driver.commandTwist(0.2, 0, world.timeS);
    run(0.3);
    expect(world.plant.state.linear).toBe(0);
    expect(driver.switchMode('navigation')).toMatchObject({ success: true });
    driver.commandTwist(0.2, 0, world.timeS);
    run(0.45);
    expect(world.plant.state.linear).toBeGreaterThan(0.1);
    run(0.8);
    expect(world.plant.state.linear).toBe(0);
  });

  it('takes streamed poses only after activation, and says why it ignores one', () => {
    const { world, driver, run } = start();
    const pose = new Float64Array(driver.poseLength);
    pose[robot.manifest.driver.joint_pose_order.indexOf('joint_lift')] = 0.5;
    expect(driver.commandPose(pose)).toMatch(/not activated/);
    driver.setStreaming(true);
    expect(driver.commandPose(pose.subarray(1))).toMatch(/expected 10 values, got 9/);
    expect(driver.commandPose(Float64Array.from(pose, () => Number.NaN))).toMatch(/not a number/);
    expect(driver.commandPose(pose)).toBeUndefined();
    run(4);
    expect(world.plant.state.actuatorPositions[robot.actuatorIndex('joint_lift')]).toBeCloseTo(0.5, 3);
  });

  it('refuses goals less than 0.2 s apart and runs one to completion', () => {
    const { world, driver, run } = start();
    const outcomes: DriverOutcome[] = [];
    expect(driver.refuseGoal(liftTo(0.4), world.timeS)).toBeUndefined();
    driver.startGoal(liftTo(0.4), world.timeS, (outcome) => outcomes.push(outcome));
    run(0.1);
    expect(driver.refuseGoal(liftTo(0.3), world.timeS)?.message).toMatch(/0\.2 s apart/);
    run(3);
    expect(outcomes).toEqual([{ errorCode: 0, message: '' }]);
    expect(driver.refuseGoal({ ...liftTo(0.1), jointNames: ['joint_elbow'] }, world.timeS)?.errorCode).toBe(
      -2,
    );
  });

  it('holds everything while runstopped and returns to the mode before', () => {
    const { world, driver, run } = start();
    driver.switchMode('navigation');
    driver.commandTwist(0.2, 0.1, world.timeS);
    run(0.3);
    driver.setRunstop(true);
    run(1);
    expect(world.plant.state.linear).toBe(0);
    expect(driver.switchMode('position')).toMatchObject({ success: false });
    driver.setRunstop(false);
    expect(driver.mode).toBe('navigation');
  });

  it('stows and homes in modes of their own and answers at the end', () => {
    const { world, driver, run } = start();
    const replies: string[] = [];
    driver.moveToPose('homing', world.timeS, ({ success }) => replies.push(`home ${success}`));
    expect(driver.mode).toBe('homing');
    run(8);
    driver.moveToPose('stowing', world.timeS, ({ success }) => replies.push(`stow ${success}`));
    run(10);
    expect(replies).toEqual(['home true', 'stow true']);
    expect(driver.mode).toBe('position');
  });

  it('moves the base by increments in position mode', () => {
    const { world, driver, run } = start();
    const { x, y } = world.plant.state;
    const goal: DriverGoal = {
      jointNames: ['translate_mobile_base'],
      points: [{ positions: [0.1], timeFromStartS: 0 }],
      isStamped: false,
    };
    driver.startGoal(goal, world.timeS, () => undefined);
    run(4);
    expect(Math.hypot(world.plant.state.x - x, world.plant.state.y - y)).toBeCloseTo(0.1, 1);
  });
});

describe('a fault that is switched on', () => {
  it('mode-services-hang: no mode service answers after a refused trajectory', () => {
    const { world, driver } = start('mode-services-hang');
    driver.switchMode('trajectory');
    const far: DriverGoal = {
      ...liftTo(1),
      points: [1, 2].map((timeFromStartS) => ({ positions: [1], timeFromStartS })),
    };
    expect(driver.refuseGoal(far, world.timeS)?.message).toMatch(/first waypoint/);
    expect(driver.switchMode('navigation')).toBeUndefined();
  });

  it('drop-joint-goals: a joint goal in navigation mode ends at once and moves nothing', () => {
    const { world, driver, run } = start('drop-joint-goals');
    driver.switchMode('navigation');
    const before = world.plant.state.actuatorPositions[robot.actuatorIndex('joint_lift')];
    const outcomes: DriverOutcome[] = [];
    driver.startGoal(liftTo(0.9), world.timeS, (outcome) => outcomes.push(outcome));
    run(1);
    expect(outcomes[0]?.errorCode).toBe(0);
    expect(world.plant.state.actuatorPositions[robot.actuatorIndex('joint_lift')]).toBe(before);
  });
});
