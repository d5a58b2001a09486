import { readdirSync, readFileSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { interfaceRegistry } from './registry.ts';

const kinds = ['msg', 'srv', 'action'] as const;

/**
 * Reads the interfaces of an installed ROS 2 over the bundled ones, as definitions differ between distributions.
 *
 * @param amentPrefixPath - value of `AMENT_PREFIX_PATH`: folders, the first one wins
 * @param packages - packages to read; all when left out
 * @returns number of interfaces read
 * @throws {@link ConfigurationError} code `invalid-interface` at first use of a file that does not parse
 */
export function loadAmentInterfaces(amentPrefixPath: string, packages?: ReadonlySet<string>): number {
  let count = 0;
  for (const prefix of amentPrefixPath.split(delimiter).filter(Boolean).reverse()) {
    const share = join(prefix, 'share');
    for (const packageName of foldersIn(share)) {
      if (packages !== undefined && !packages.has(packageName)) continue;
      for (const kind of kinds) count += readKind(packageName, kind, join(share, packageName, kind));
    }
  }
  return count;
}

function readKind(packageName: string, kind: (typeof kinds)[number], folder: string): number {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return 0;
  const files = readdirSync(folder).filter((file) => file.endsWith(`.${kind}`));
  for (const file of files) {
    const name = `${packageName}/${kind}/${file.slice(0, -kind.length - 1)}`;
    interfaceRegistry.register(name, readFileSync(join(folder, file), 'utf8'), join(folder, file));
  }
  return files.length;
}

function foldersIn(folder: string): readonly string[] {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() || entry.isSymbolicLink())
    .map((entry) => entry.name);
}
