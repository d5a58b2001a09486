import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { expect, test } from 'vitest';
import { interfaceRegistry } from './registry.ts';
import { typeHash } from './type-hash.ts';

const tableFile = join(import.meta.dirname, 'jazzy-hashes.txt');
const firstLine =
  '# regenerate: source /opt/ros/jazzy/setup.bash && RECORD_HASHES=1 npx vitest run packages/interfaces/src/jazzy-hashes.test.ts';
const prefixes = (process.env.AMENT_PREFIX_PATH ?? '').split(delimiter).filter(Boolean);

test('every bundled interface that Jazzy has gets the type hash that Jazzy computed', () => {
  const recorded = [...recordedHashes()];
  expect(recorded.length).toBeGreaterThan(200);
  const other = recorded.filter(([name, hash]) => typeHash(name) !== hash).map(([name]) => name);
  expect(other).toEqual([]);
});

test('the table is what the sourced Jazzy says', ({ skip }) => {
  if (process.env.ROS_DISTRO !== 'jazzy' || prefixes.length === 0) skip('no ROS 2 Jazzy is sourced');
  const sourced = interfaceRegistry
    .names()
    .filter((name) => !name.startsWith('efferent_interfaces/'))
    .map((name) => [name, sourcedHash(name)] as const)
    .filter(([, hash]) => hash !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  if (process.env.RECORD_HASHES === undefined) return expect(sourced).toEqual([...recordedHashes()]);
  writeFileSync(tableFile, `${[firstLine, ...sourced.map((line) => line.join(' '))].join('\n')}\n`);
});

function recordedHashes(): ReadonlyMap<string, string> {
  const [, ...lines] = readFileSync(tableFile, 'utf8').trimEnd().split('\n');
  return new Map(lines.map((line) => line.split(' ') as [string, string]));
}

/** Reads the hash of an interface from the type description beside its definition. */
function sourcedHash(name: string): string | undefined {
  const file = prefixes.map((prefix) => join(prefix, 'share', `${name}.json`)).find(existsSync);
  if (file === undefined) return undefined;
  const { type_hashes } = JSON.parse(readFileSync(file, 'utf8')) as {
    type_hashes: readonly { readonly type_name: string; readonly hash_string: string }[];
  };
  return type_hashes.find(({ type_name }) => type_name === name)?.hash_string;
}
