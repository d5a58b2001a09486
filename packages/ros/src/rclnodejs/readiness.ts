import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describeError } from '@efferent/core/errors';
import { loadAmentInterfaces } from '@efferent/interfaces/node';
import {
  addonFile,
  interfaceFingerprints,
  neededPackages,
  packageFolder,
  preparationFolder,
  rclnodejsVersion,
  readPreparation,
} from './preparation.ts';
import type { Rclnodejs } from './rclnodejs.ts';
import { type Environment, installCommand, isRosSourced } from './ros-environment.ts';

const step = 'run "npx efferent prepare-ros"';

/**
 * Says what keeps rclnodejs from being used and the step to take, or undefined when nothing does.
 *
 * Everything is looked at before rclnodejs is imported, as it builds itself at once where something is missing. Takes
 * the definitions of the sourced ROS 2 over the bundled ones.
 */
export function rclnodejsProblem(environment: Environment): string | undefined {
  const { AMENT_PREFIX_PATH = '', ROS_DISTRO: distribution = '' } = environment;
  if (!isRosSourced(environment)) return 'no ROS 2 is sourced: source /opt/ros/<distribution>/setup.bash';
  const folder = preparationFolder(distribution);
  const prepared = readPreparation(folder);
  if (prepared === undefined) return `rclnodejs is not prepared for ROS 2 ${distribution}: ${step}`;
  const { version, interfaces } = prepared;
  if (version !== rclnodejsVersion) {
    return `rclnodejs ${version} is prepared, this version of efferent needs ${rclnodejsVersion}: ${step}`;
  }
  const addon = addonFile(folder, distribution);
  for (const file of [addon, join(packageFolder(folder), 'generated/efferent_interfaces')])
    if (!existsSync(file)) return `${file} is missing: ${step}`;
  const lacking = neededPackages.filter((name) => interfaces[name] === undefined);
  if (lacking.length > 0)
    return `rclnodejs was prepared without ${lacking.join(', ')} (${installCommand(lacking, environment)}): ${step}`;
  loadAmentInterfaces(AMENT_PREFIX_PATH);
  const now = interfaceFingerprints();
  const changed = Object.keys(interfaces).filter((name) => interfaces[name] !== now[name]);
  if (changed.length > 0)
    return `definitions changed since rclnodejs was prepared (${changed.join(', ')}): ${step}`;
  try {
    createRequire(import.meta.url)(addon);
  } catch (error) {
    return `the addon of rclnodejs does not load (${describeError(error)}): ${step}`;
  }
  return undefined;
}

/**
 * Imports rclnodejs, which {@link rclnodejsProblem} found nothing wrong with.
 *
 * @param folder - that it was prepared in
 */
export async function loadRclnodejs(folder: string): Promise<Rclnodejs> {
  // With it rclnodejs builds itself at every import.
  delete process.env.RCLNODEJS_FORCE_BUILD;
  const entry = pathToFileURL(join(packageFolder(folder), 'dist/index.js')).href;
  const { default: rcl } = (await import(entry)) as { readonly default: Rclnodejs };
  rcl.removeSignalHandlers();
  return rcl;
}
