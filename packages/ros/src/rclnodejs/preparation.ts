import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { interfaceRegistry } from '@efferent/interfaces';

/** The version that this backend is written and tested against. */
export const rclnodejsVersion = '2.2.0';

/**
 * Interface packages that efferent's nodes use and a plain installation of ROS 2 does not have; `launch/package.xml`
 * depends on them as well.
 */
export const neededPackages = [
  'control_msgs',
  'efferent_interfaces',
  'nav2_msgs',
  'simulation_interfaces',
  'vision_msgs',
] as const;

/** What `prepare-ros` leaves behind when everything went well. */
export interface Preparation {
  readonly version: string;
  /** Fingerprints of the interface packages that classes were generated for. */
  readonly interfaces: Readonly<Record<string, string>>;
}

/** The place that rclnodejs is prepared in, one for each distribution of ROS 2. */
export function preparationFolder(distribution: string): string {
  return fileURLToPath(new URL(`../../../../.efferent/rclnodejs/${distribution}`, import.meta.url));
}

export const packageFolder = (preparation: string): string => join(preparation, 'node_modules/rclnodejs');

export const preparationFile = (preparation: string): string => join(preparation, 'prepared.json');

/** Reads what was prepared; undefined when nothing was, or not to the end. */
export function readPreparation(preparation: string): Preparation | undefined {
  const file = preparationFile(preparation);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Preparation) : undefined;
}

/** The native addon that rclnodejs would load: one that came with it for this Ubuntu and ROS 2, or the built one. */
export function addonFile(preparation: string, distribution: string): string {
  const folder = packageFolder(preparation);
  const codename = /^VERSION_CODENAME=(.*)$/m.exec(readOsRelease())?.[1]?.trim() ?? '';
  const { platform, arch } = process;
  const delivered = `prebuilds/${platform}-${arch}/${distribution}-${codename}-${arch}-node-rclnodejs.node`;
  return join(folder, existsSync(join(folder, delivered)) ? delivered : 'build/Release/rclnodejs.node');
}

/**
 * Fingerprints of the definitions that are loaded, by package: classes that were generated for others would read and
 * write memory in the wrong places.
 */
export function interfaceFingerprints(): Readonly<Record<string, string>> {
  const hashes = new Map<string, ReturnType<typeof createHash>>();
  for (const name of [...interfaceRegistry.names()].sort()) {
    const packageName = name.slice(0, name.indexOf('/'));
    const hash = hashes.get(packageName) ?? createHash('sha256');
    hashes.set(packageName, hash.update(`${name}\n${interfaceRegistry.text(name)}\n`));
  }
  return Object.fromEntries([...hashes].map(([name, hash]) => [name, hash.digest('hex').slice(0, 16)]));
}

const readOsRelease = (): string =>
  existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
