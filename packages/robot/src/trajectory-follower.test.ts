import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { loadRobotModel } from './load-robot-model.ts';
import { isRefusal, TrajectoryFollower } from './trajectory-follower.ts';
import { TrajectoryGoal, trajectoryErrorCode } from './trajectory-goal.ts';

const model = loadRobotModel([fileURLToPath(new URL('../../..', import.meta.url))], 'stretch');
const { actuator } = model.manifest.gripper;
const index = model.actuatorIndex(actuator);
const periodS = 0.02;

/** Follows a gripper goal; `apertureAt` tells where the pads are. Returns when it ended and how. */
function follow(fromM: number, toM: number, apertureAt: (timeS: number) => number) {
  const positions = new Float64Array(model.actuators.length);
  const velocities = new Float64Array(model.actuators.length);
  positions[index] = fromM;
  const points = [{ positions: [toM], velocities: [], time_from_start: { sec: 0, nanosec: 500_000_000 } }];
  const goal = TrajectoryGoal.check(
    {
      trajectory: { header: { stamp: { sec: 0, nanosec: 0 } }, joint_names: [actuator], points },
      path_tolerance: [],
      goal_tolerance: [],
      goal_time_tolerance: { sec: 0, nanosec: 0 },
    },
    model,
    [actuator],
    0,
    positions,
    velocities,
  );
  if (isRefusal(goal)) throw new Error(goal.errorString);
  const follower = new TrajectoryFollower(goal, true);
  for (let nowS = 0; nowS < 5; nowS += periodS) {
    positions[index] = apertureAt(nowS);
    velocities[index] = (apertureAt(nowS) - apertureAt(nowS - periodS)) / periodS;
    const outcome = follower.update(nowS, positions, velocities);
    if (outcome !== undefined) return { nowS, ...outcome };
  }
  throw new Error('the goal did not end');
}

describe('a gripper goal', () => {
  test('is not taken for stalled while the driver has yet to begin', () => {
    const late = follow(0.08, 0.13, (timeS) => 0.08 + 0.05 * Math.min(1, Math.max(0, (timeS - 0.5) / 0.5)));
    expect(late.errorCode).toBe(trajectoryErrorCode.successful);
    expect(late.nowS).toBeGreaterThan(0.9);
  });

  test('ends soon where something holds the pads on their way', () => {
    const held = follow(0.1, 0.02, (timeS) => Math.max(0.06, 0.1 - 0.16 * timeS));
    expect(held.errorString).toContain('stalled on contact at 0.060 m');
    expect(held.nowS).toBeLessThan(0.7);
  });

  test('ends also where the pads cannot begin to move', () => {
    const held = follow(0.06, 0, () => 0.06);
    expect(held.errorString).toContain('stalled on contact');
    expect(held.nowS).toBeLessThan(1.5);
  });
});
