import { expect, test } from 'vitest';
import { chooseMiddleware } from './middleware.ts';

/** A shell with a ROS 2 that nobody has prepared rclnodejs for. */
const sourced = { ROS_DISTRO: 'testing', AMENT_PREFIX_PATH: '/opt/ros/testing' };

test('auto says what it took and why', async () => {
  const { middleware, reason } = await chooseMiddleware('auto', {});
  expect(['cyclonedds', 'inproc']).toContain(middleware);
  expect(reason).toMatch(/^Cyclone DDS is (ready|not: .+)$/);
});

test('with ROS 2 sourced and rclnodejs unprepared, auto names the missing step and takes the next', async () => {
  const { middleware, reason } = await chooseMiddleware('auto', sourced);
  expect(['cyclonedds', 'inproc']).toContain(middleware);
  expect(reason).toMatch(
    /^ROS 2 testing is sourced, but rclnodejs is not prepared for ROS 2 testing: run "npx efferent prepare-ros"; Cyclone DDS is /,
  );
});

test('rclnodejs asked for by name is refused with the step to take', async () => {
  const error = { family: 'configuration', code: 'middleware-unavailable' };
  await expect(chooseMiddleware('rclnodejs', {})).rejects.toMatchObject({
    ...error,
    message: expect.stringContaining('no ROS 2 is sourced: source /opt/ros/<distribution>/setup.bash'),
  });
  await expect(chooseMiddleware('rclnodejs', sourced)).rejects.toMatchObject({
    ...error,
    message: expect.stringContaining('run "npx efferent prepare-ros"'),
  });
});

test('an unknown middleware is refused with the known ones', async () => {
  await expect(chooseMiddleware('fastdds', {})).rejects.toThrowError(
    'no middleware is called "fastdds"; known are auto, rclnodejs, cyclonedds, inproc',
  );
});
