import { afterEach, expect, test, vi } from 'vitest';
import { prepareRclnodejs } from './prepare.ts';

const begun: string[] = [];
const observer = { onStep: (name: string) => void begun.push(name), onStepDone: () => undefined };

afterEach(() => vi.unstubAllEnvs());

test('without ROS 2 sourced nothing is prepared, and the shell command is named', async () => {
  vi.stubEnv('AMENT_PREFIX_PATH', undefined);
  vi.stubEnv('ROS_DISTRO', undefined);
  await expect(prepareRclnodejs(observer)).rejects.toMatchObject({
    family: 'configuration',
    message: 'no ROS 2 is sourced: source /opt/ros/<distribution>/setup.bash, then run this again',
  });
  expect(begun).toEqual([]);
});

test('without efferent_interfaces in the sourced workspaces it says how to build them', async () => {
  vi.stubEnv('AMENT_PREFIX_PATH', '/opt/ros/testing');
  vi.stubEnv('ROS_DISTRO', 'testing');
  await expect(prepareRclnodejs(observer)).rejects.toMatchObject({
    code: 'interfaces-not-built',
    message: expect.stringMatching(
      /colcon build --base-paths .*efferent_interfaces --packages-select efferent_interfaces\n {2}source install\/setup\.bash/,
    ),
  });
  expect(begun).toEqual([]);
});
