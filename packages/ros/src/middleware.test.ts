import { expect, test } from 'vitest';
import { chooseMiddleware } from './middleware.ts';

test('auto says what it took and why', async () => {
  const { middleware, reason } = await chooseMiddleware('auto', {});
  expect(['cyclonedds', 'inproc']).toContain(middleware);
  expect(reason).toMatch(/^Cyclone DDS is (ready|not: .+)$/);
});

test('with ROS 2 sourced it says why rclnodejs was not taken', async () => {
  const { middleware, reason } = await chooseMiddleware('auto', {
    ROS_DISTRO: 'jazzy',
    AMENT_PREFIX_PATH: '/opt/ros/jazzy',
  });
  expect(middleware).not.toBe('rclnodejs');
  expect(reason).toMatch(/^ROS 2 jazzy is sourced, but .*rclnodejs/);
});

test('an unknown middleware is refused with the known ones', async () => {
  await expect(chooseMiddleware('fastdds', {})).rejects.toThrowError(
    'no middleware is called "fastdds"; known are auto, rclnodejs, cyclonedds, inproc',
  );
});
