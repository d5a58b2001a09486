import { prepareRclnodejs } from '@efferent/ros/prepare';
import { Terminal } from './terminal.ts';

/** `efferent prepare-ros`: makes the middleware rclnodejs ready for the sourced ROS 2. */
export async function runPrepareRos(): Promise<void> {
  const terminal = new Terminal(process.stdout);
  await prepareRclnodejs({
    onStep: (name) => terminal.live(name, 'at work; the addon and the interfaces take a minute or two each'),
    onStepDone: (name, outcome) => terminal.row(name, outcome, { right: 'ok', tone: 'good' }),
  });
  terminal.row(
    'ready',
    `rclnodejs for ROS 2 ${process.env.ROS_DISTRO}; "--middleware auto" takes it from now on`,
  );
}
