import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Tells whether the shell has sourced a ROS 2. */
export const isRosSourced = ({ AMENT_PREFIX_PATH, ROS_DISTRO }: Environment): boolean =>
  Boolean(AMENT_PREFIX_PATH) && Boolean(ROS_DISTRO);

/** Tells whether a package is in the sourced workspaces. */
export const isPackageSourced = (name: string, { AMENT_PREFIX_PATH = '' }: Environment): boolean =>
  AMENT_PREFIX_PATH.split(delimiter).some((prefix) => existsSync(join(prefix, 'share', name, 'package.xml')));

/** How to get packages of the sourced distribution. */
export const installCommand = (names: readonly string[], { ROS_DISTRO }: Environment): string =>
  `apt-get install ${names.map((name) => `ros-${ROS_DISTRO}-${name.replaceAll('_', '-')}`).join(' ')}`;
