import { cycloneDdsProblem } from '@efferent/cyclonedds';
import { chooseMiddleware } from '@efferent/ros';
import { test } from 'vitest';
import { openInOneProcess, openWithPeerProcess } from './dds-harness.ts';
import { describeLeaving } from './leaving.suite.ts';
import { describeRosPort } from './ros-port.suite.ts';

const problem = await chooseMiddleware('rclnodejs', process.env).then(
  () => undefined,
  (error: Error) => error.message,
);

/** Services and actions of different DDS vendors do not understand each other. */
const strangerProblem =
  process.env.RMW_IMPLEMENTATION === 'rmw_cyclonedds_cpp'
    ? cycloneDdsProblem()
    : 'ROS 2 does not run on rmw_cyclonedds_cpp (RMW_IMPLEMENTATION)';

if (problem !== undefined) {
  test('rclnodejs passes the suite', (context) => context.skip(problem));
} else {
  describeRosPort('rclnodejs in one process', () => openInOneProcess('rclnodejs'));
  describeRosPort('rclnodejs across two processes', () => openWithPeerProcess('rclnodejs'));
  describeLeaving('rclnodejs');
  if (strangerProblem === undefined)
    describeRosPort('rclnodejs beside a process with cyclonedds', () =>
      openWithPeerProcess('rclnodejs', 'cyclonedds'),
    );
  else test('rclnodejs beside a process with cyclonedds', (context) => context.skip(strangerProblem));
}
