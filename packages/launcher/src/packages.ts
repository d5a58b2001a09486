import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Where the parts of one ROS package lie. */
export interface PackageLocation {
  /** What `$(find-pkg-share name)` gives. */
  readonly share: string;
  /** What `$(find-pkg-prefix name)` gives. */
  readonly prefix: string;
  /** Folder of the package's executables. */
  readonly executables: string;
}

export type PackageIndex = (name: string) => PackageLocation | undefined;

/**
 * Makes an index of ROS packages.
 *
 * @param sourcePackages - packages that are used from their source folder: name to folder; executables lie in `bin/`
 * @param amentPrefixPath - value of `AMENT_PREFIX_PATH`; prefixes separated by `:`
 */
export function createPackageIndex(
  sourcePackages: ReadonlyMap<string, string>,
  amentPrefixPath: string | undefined,
): PackageIndex {
  const prefixes = (amentPrefixPath ?? '').split(':').filter((prefix) => prefix !== '');
  return (name) => {
    const source = sourcePackages.get(name);
    if (source !== undefined) return { share: source, prefix: source, executables: join(source, 'bin') };
    const prefix = prefixes.find((each) =>
      existsSync(join(each, 'share/ament_index/resource_index/packages', name)),
    );
    if (prefix === undefined) return undefined;
    return { share: join(prefix, 'share', name), prefix, executables: join(prefix, 'lib', name) };
  };
}

/** Finds a program on a search path like `PATH`. */
export function findOnPath(program: string, searchPath: string): string | undefined {
  return searchPath
    .split(':')
    .map((folder) => join(folder, program))
    .find(isExecutableFile);
}

/** Tells whether a file can be run. */
export function isExecutableFile(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    // Absent and not permitted are the same answer here.
    return false;
  }
}
