import { spawnSync } from 'node:child_process';
import { cycloneDdsProblem } from '@efferent/cyclonedds';
import { beforeEach } from 'vitest';
import { chromiumPath } from './browser.ts';

/** Why something cannot be tested here; undefined when it can. */
const problems = {
  dds: cycloneDdsProblem,
  ownMounts: () => {
    const { status, stderr } = spawnSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'none', '/tmp']);
    return status === 0
      ? undefined
      : `no file system of its own can be mounted here: ${stderr ?? 'no unshare'}`;
  },
  ros2: () =>
    process.env.AMENT_PREFIX_PATH === undefined || process.env.ROS_DISTRO === undefined
      ? 'no ROS 2 is sourced: AMENT_PREFIX_PATH and ROS_DISTRO are not set'
      : undefined,
  chromium: () =>
    chromiumPath === undefined ? 'no Chromium: apt-get install chromium, or set CHROMIUM_PATH' : undefined,
} as const;

/**
 * Skips the tests of the enclosing suite, with the reason, on a machine that lacks something.
 *
 * @returns whether everything is there; set-up code must not use what is not
 */
export function requires(...what: readonly (keyof typeof problems)[]): boolean {
  const problem = what.map((each) => problems[each]()).find((each) => each !== undefined);
  beforeEach(({ skip }) => {
    if (problem !== undefined) skip(problem);
  });
  return problem === undefined;
}
