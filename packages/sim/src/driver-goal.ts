import type { ActionTypes } from '@efferent/interfaces';
import type { DriverGoal, DriverOutcome, StretchDriver } from './stretch-driver.ts';

type Trajectory = ActionTypes['control_msgs/action/FollowJointTrajectory']['Goal']['trajectory'];

const seconds = ({ sec, nanosec }: { readonly sec: number; readonly nanosec: number }) =>
  sec + nanosec * 1e-9;

/**
 * Runs one goal of `follow_joint_trajectory` on the driver to its end.
 *
 * @param timeS - simulated time now, s
 * @param cancelSignal - cancels the goal when it aborts
 */
export function runTrajectory(
  driver: StretchDriver,
  { joint_names, points, header }: Trajectory,
  timeS: number,
  cancelSignal: AbortSignal,
): Promise<DriverOutcome> {
  const goal: DriverGoal = {
    jointNames: joint_names,
    points: points.map((p) => ({ positions: p.positions, timeFromStartS: seconds(p.time_from_start) })),
    isStamped: seconds(header.stamp) !== 0,
  };
  const refusal = driver.refuseGoal(goal, timeS);
  if (refusal !== undefined) return Promise.resolve(refusal);
  return new Promise((finish) => {
    cancelSignal.addEventListener('abort', () => driver.cancelGoal(), { once: true });
    driver.startGoal(goal, timeS, finish);
  });
}
