import { chooseMiddleware } from '@efferent/ros';
import { test } from 'vitest';
import { openInOneProcess, openWithPeerProcess, useOwnDomain } from './dds-harness.ts';
import { describeRosPort } from './ros-port.suite.ts';

const problem = await chooseMiddleware('rclnodejs', process.env).then(
  () => undefined,
  (error: Error) => error.message,
);

useOwnDomain();

if (problem !== undefined) {
  test('rclnodejs passes the suite', (context) => context.skip(problem));
} else {
  describeRosPort('rclnodejs in one process', () => openInOneProcess('rclnodejs'));
  describeRosPort('rclnodejs across two processes', () => openWithPeerProcess('rclnodejs'));
}
