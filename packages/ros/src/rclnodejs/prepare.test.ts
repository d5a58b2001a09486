import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { neededPackages } from './preparation.ts';
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

test('without message packages that the nodes use it says how to install them', async () => {
  const prefix = mkdtempSync(join(tmpdir(), 'efferent-prefix-'));
  for (const name of ['efferent_interfaces', 'nav2_msgs', 'simulation_interfaces']) {
    mkdirSync(join(prefix, 'share', name), { recursive: true });
    writeFileSync(join(prefix, 'share', name, 'package.xml'), '');
  }
  vi.stubEnv('AMENT_PREFIX_PATH', prefix);
  vi.stubEnv('ROS_DISTRO', 'testing');
  await expect(prepareRclnodejs(observer)).rejects.toMatchObject({
    code: 'packages-not-installed',
    message: expect.stringContaining('apt-get install ros-testing-control-msgs ros-testing-vision-msgs\n'),
  });
  rmSync(prefix, { recursive: true });
  expect(begun).toEqual([]);
});

test('the ament package of the launch files depends on the same message packages', () => {
  const manifest = readFileSync(new URL('../../../../launch/package.xml', import.meta.url), 'utf8');
  const depended = [...manifest.matchAll(/<exec_depend>(\w+_(?:msgs|interfaces))</g)].map(([, name]) => name);
  expect(depended).toEqual(neededPackages);
});
