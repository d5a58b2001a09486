import { randomInt, randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { ConfigurationError } from '@efferent/core';
import {
  createPackageIndex,
  type LaunchContext,
  type LaunchPlan,
  type PackageIndex,
  planLaunch,
  rosLogFolder,
} from '@efferent/launcher';
import { repositoryFolder } from './workspace.ts';

export interface LaunchContextOptions {
  /** `$(launch_log_dir)`; where `npm start` keeps its logs when left out. */
  readonly logFolder?: string;
  /** Gets warnings; they are dropped when left out. */
  readonly warn?: (text: string) => void;
}

interface PlanOptions extends LaunchContextOptions {
  /** Values for arguments that the file may declare or not. */
  readonly preset?: Readonly<Record<string, string>>;
}

/** Reads a launch file with the packages of this checkout and of sourced workspaces. */
export function planFile(
  launchFile: string,
  values: Readonly<Record<string, string>>,
  { preset = {}, ...options }: PlanOptions = {},
): LaunchPlan {
  const given = new Map(Object.entries(values));
  return planLaunch(launchFile, given, launchContext(options), new Map(Object.entries(preset)));
}

/** Returns what a launch file may ask of this machine. */
export function launchContext(options: LaunchContextOptions = {}): LaunchContext {
  return {
    environment: process.env,
    packages: packageIndex(),
    readFile: (path) => readFileSync(path, 'utf8'),
    logFolder: options.logFolder ?? join(repositoryFolder, '.efferent/log'),
    rosLogFolder: rosLogFolder(process.env),
    parameterFolder: join(tmpdir(), `efferent-launch-${randomUUID()}`),
    uniqueNumber: () => randomInt(2 ** 32),
    warn: options.warn ?? (() => undefined),
  };
}

/** Names a folder for the logs of one launch as `ros2 launch` does: time, host and process below the logs of ROS. */
export function newLogFolder(startedAt: Date): string {
  const stamp = startedAt.toISOString().replace('Z', '').replace(/[T:.]/g, '-');
  return join(rosLogFolder(process.env), `${stamp}-${hostname()}-${process.pid}`);
}

/**
 * Finds a launch file in the share folder of a package, at any depth.
 *
 * @throws {@link ConfigurationError} code `no-launch-file`
 */
export function findPackageLaunchFile(packageName: string, fileName: string): string {
  const fail = (message: string) => new ConfigurationError({ code: 'no-launch-file', message });
  const location = packageIndex()(packageName);
  if (location === undefined)
    throw fail(
      `there is no file ${packageName}, and no package of that name; is its workspace sourced (AMENT_PREFIX_PATH)?`,
    );
  const files = existsSync(location.share) ? readdirSync(location.share, { recursive: true }) : [];
  const found = (files as string[]).filter((path) => basename(path) === fileName);
  if (found.length === 1) return join(location.share, found[0] as string);
  throw fail(
    found.length === 0
      ? `package ${packageName} has no file ${fileName} below ${location.share}`
      : `package ${packageName} has several files ${fileName}: ${found.join(', ')}`,
  );
}

/** Returns the packages that a launch file can name: `efferent_bringup` of this checkout, and sourced workspaces. */
function packageIndex(environment: Readonly<Record<string, string | undefined>> = process.env): PackageIndex {
  const bringup = new Map([['efferent_bringup', join(repositoryFolder, 'launch')]]);
  return createPackageIndex(bringup, environment.AMENT_PREFIX_PATH);
}
