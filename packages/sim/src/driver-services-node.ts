import type { RobotModel } from '@efferent/robot';
import { qosProfiles, type RosNode, type ServerGoalHandle } from '@efferent/ros';
import { runTrajectory } from './driver-goal.ts';
import type { PositionDriver } from './position-driver.ts';
import { type DriverReply, type StretchDriver, trajectoryError } from './stretch-driver.ts';

/** Gives the simulated driver of a Stretch the names of the real one; see `docs/ros-graph.md`. */
export function serveModeDriver(
  node: RosNode,
  model: RobotModel,
  driver: StretchDriver,
  timeS: () => number,
): void {
  const name = (suffix: string) => `${model.namespace}/${suffix}`;
  const qos = qosProfiles.default;
  node.createSubscription('geometry_msgs/msg/Twist', name('cmd_vel'), { qos }, ({ linear, angular }) =>
    driver.commandTwist(linear.x, angular.z, timeS()),
  );
  let ignored = '';
  node.createSubscription('std_msgs/msg/Float64MultiArray', name('joint_pose_cmd'), { qos }, ({ data }) => {
    const reason = driver.commandPose(data) ?? '';
    if (reason !== '' && reason !== ignored) node.logger.warn('joint-pose-ignored', { reason });
    ignored = reason;
  });
  const trigger = (service: string, handle: () => DriverReply | Promise<DriverReply>) =>
    node.createService('std_srvs/srv/Trigger', name(service), handle);
  const never = () => new Promise<DriverReply>(() => undefined);
  for (const mode of ['position', 'navigation', 'trajectory'] as const) {
    trigger(`switch_to_${mode}_mode`, () => driver.switchMode(mode) ?? never());
  }
  trigger('activate_streaming_position', () => driver.setStreaming(true));
  trigger('deactivate_streaming_position', () => driver.setStreaming(false));
  trigger('stop_the_robot', () => driver.stopTheRobot());
  const move = (mode: 'homing' | 'stowing') => () =>
    new Promise<DriverReply>((done) => driver.moveToPose(mode, timeS(), done));
  trigger('home_the_robot', move('homing'));
  trigger('stow_the_robot', move('stowing'));
  node.createService('std_srvs/srv/SetBool', name('runstop'), ({ data }) => driver.setRunstop(data));
  node.createActionServer(
    'control_msgs/action/FollowJointTrajectory',
    name(model.mobile.driver.trajectory_action),
    {
      execute: (goal) => followTrajectory(driver, goal, timeS()),
    },
  );
}

/** The forward command controller of a simulated arm; see `docs/ros-graph.md`. */
export function servePositionDriver(node: RosNode, model: RobotModel, driver: PositionDriver): void {
  const { driver: manifest } = model.manifest;
  if (!('position_commands' in manifest)) return;
  const topic = `${model.namespace}/${manifest.position_commands}`;
  let ignored = '';
  node.createSubscription(
    'std_msgs/msg/Float64MultiArray',
    topic,
    { qos: qosProfiles.default },
    ({ data }) => {
      const reason = driver.command(data) ?? '';
      if (reason !== '' && reason !== ignored) node.logger.warn('position-command-ignored', { reason });
      ignored = reason;
    },
  );
}

async function followTrajectory(
  driver: StretchDriver,
  handle: ServerGoalHandle<'control_msgs/action/FollowJointTrajectory'>,
  timeS: number,
) {
  const { trajectory } = handle.request;
  const { errorCode, message } = await runTrajectory(driver, trajectory, timeS, handle.cancelSignal);
  if (errorCode === trajectoryError.successful) handle.succeed();
  else if (handle.isCancelRequested) handle.canceled();
  else handle.abort();
  return { error_code: errorCode, error_string: message };
}
