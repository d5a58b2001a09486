import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { interfaceRegistry } from '@efferent/interfaces';
import { typeHash } from '@efferent/interfaces/node';
import { afterAll, expect, it } from 'vitest';

/** The ament package of our own interfaces. */
const source = join(import.meta.dirname, '../../packages/interfaces/efferent_interfaces');
/** Folders below which ament packages may lie: sourced workspaces, and what a distribution of Linux installs. */
const prefixes = [...(process.env.AMENT_PREFIX_PATH ?? '').split(delimiter).filter(Boolean), '/usr'];
const scratch = mkdtempSync(join(tmpdir(), 'efferent-colcon-'));
afterAll(() => rmSync(scratch, { recursive: true }));

const isThere = (packageName: string) =>
  prefixes.some((prefix) => existsSync(join(prefix, 'share', packageName, 'cmake')));
const describesTypes = isThere('rosidl_generator_type_description');

/** What is missing to build interface packages, and how to get it. */
function problem(): string | undefined {
  if (spawnSync('colcon', ['--help'], { stdio: 'ignore' }).status !== 0)
    return 'no colcon: apt-get install colcon, or source a ROS 2 workspace that has it';
  for (const each of ['ament_cmake', 'rosidl_cmake', 'rosidl_generator_c'])
    if (!isThere(each))
      return `no ${each}: source a ROS 2, or apt-get install ament-cmake rosidl-generator-c rosidl-cmake`;
  return undefined;
}

it('colcon builds efferent_interfaces on the bundled definitions of what it depends on', {
  timeout: 600_000,
}, ({ skip }) => {
  const reason = problem();
  if (reason !== undefined) skip(reason);
  layOutPackages();
  const { status, stdout, stderr } = colconBuild();
  expect(`${status === 0 ? '' : stdout + stderr}`).toBe('');

  const prefix = join(scratch, 'install/efferent_interfaces');
  const share = join(prefix, 'share/efferent_interfaces');
  const own = interfaceRegistry.names().filter((name) => name.startsWith('efferent_interfaces/'));
  expect(own.length).toBeGreaterThan(20);
  for (const name of own) {
    const [, kind, type] = name.split('/') as [string, string, string];
    expect(existsSync(join(share, kind, `${type}.idl`)), name).toBe(true);
    // Iron and later describe types in files, for their hashes.
    const description = join(share, kind, `${type}.json`);
    if (describesTypes) expect([name, describedHash(description, name)]).toEqual([name, typeHash(name)]);
  }
  expect(existsSync(join(prefix, 'lib/libefferent_interfaces__rosidl_generator_c.so'))).toBe(true);
});

function describedHash(file: string, name: string): string | undefined {
  const { type_hashes } = JSON.parse(readFileSync(file, 'utf8')) as {
    type_hashes: readonly { readonly type_name: string; readonly hash_string: string }[];
  };
  return type_hashes.find(({ type_name }) => type_name === name)?.hash_string;
}

/** Writes the packages that ours depends on, each with the messages that ours uses, and a copy of ours. */
function layOutPackages(): void {
  cpSync(source, join(scratch, 'src/efferent_interfaces'), { recursive: true });
  layOutGenerators();
  const needed = neededInterfaces();
  for (const [packageName, names] of needed) {
    const folder = join(scratch, 'src', packageName);
    const dependencies = dependenciesOf(names).filter((each) => each !== packageName);
    for (const name of names) {
      const [, kind, type] = name.split('/') as [string, string, string];
      mkdirSync(join(folder, kind), { recursive: true });
      writeFileSync(join(folder, kind, `${type}.${kind}`), interfaceRegistry.text(name));
    }
    writeFileSync(join(folder, 'package.xml'), packageXml(packageName, dependencies));
    writeFileSync(join(folder, 'CMakeLists.txt'), interfaceCMake(packageName, names, dependencies));
  }
}

/** Stands for the distribution's own, with the generator for C alone: what it makes shows that the package is sound. */
function layOutGenerators(): void {
  const folder = join(scratch, 'src/rosidl_default_generators');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.xml'), packageXml('rosidl_default_generators', [], []));
  writeFileSync(
    join(folder, 'CMakeLists.txt'),
    `cmake_minimum_required(VERSION 3.8)
project(rosidl_default_generators NONE)
find_package(ament_cmake REQUIRED)
ament_export_dependencies(rosidl_cmake rosidl_generator_c)
ament_package()
`,
  );
}

/** Interfaces of other packages that ours uses, directly or not, by package. */
function neededInterfaces(): ReadonlyMap<string, readonly string[]> {
  const seen = new Set<string>();
  const visit = (name: string) => {
    if (seen.has(name)) return;
    seen.add(name);
    for (const used of usedBy(name)) visit(used);
  };
  for (const name of interfaceRegistry.names()) if (name.startsWith('efferent_interfaces/')) visit(name);
  // What every action is made of.
  for (const name of [
    'action_msgs/msg/GoalInfo',
    'action_msgs/msg/GoalStatus',
    'action_msgs/msg/GoalStatusArray',
  ])
    visit(name);
  visit('action_msgs/srv/CancelGoal');
  visit('service_msgs/msg/ServiceEventInfo');
  const packages = new Map<string, string[]>();
  for (const name of [...seen].filter((each) => !each.startsWith('efferent_interfaces/')).sort()) {
    const packageName = name.split('/')[0] as string;
    packages.set(packageName, [...(packages.get(packageName) ?? []), name]);
  }
  return packages;
}

/** Names of the interfaces that the fields of one have as their types. */
function usedBy(name: string): readonly string[] {
  const [packageName, kind] = name.split('/') as [string, string];
  const parts = { msg: [''], srv: ['_Request', '_Response'], action: ['_Goal', '_Result', '_Feedback'] }[
    kind
  ];
  const types = (parts ?? []).flatMap((part) =>
    interfaceRegistry.definition(name + part).fields.map(({ type }) => type),
  );
  return types.filter((type) => type.includes('/') && interfaceRegistry.has(type) && type !== packageName);
}

/** Services and actions use messages that rosidl adds to them. */
function dependenciesOf(names: readonly string[]): string[] {
  const isMessage = (name: string) => name.split('/')[1] === 'msg';
  const added = names.every(isMessage) ? [] : ['service_msgs'];
  return [...new Set([...names.flatMap(usedBy).map((type) => type.split('/')[0] as string), ...added])];
}

const packageXml = (
  name: string,
  dependencies: readonly string[],
  buildTools: readonly string[] = ['rosidl_default_generators'],
): string => `<?xml version="1.0"?>
<package format="3">
  <name>${name}</name>
  <version>0.0.1</version>
  <description>Laid out for a test.</description>
  <maintainer email="nobody@example.org">nobody</maintainer>
  <license>Apache-2.0</license>
  <buildtool_depend>ament_cmake</buildtool_depend>
${buildTools.map((each) => `  <buildtool_depend>${each}</buildtool_depend>\n`).join('')}${dependencies.map((each) => `  <depend>${each}</depend>\n`).join('')}${buildTools.length === 0 ? '' : '  <member_of_group>rosidl_interface_packages</member_of_group>\n'}  <export><build_type>ament_cmake</build_type></export>
</package>
`;

const interfaceCMake = (
  name: string,
  names: readonly string[],
  dependencies: readonly string[],
): string => `cmake_minimum_required(VERSION 3.8)
project(${name})
find_package(ament_cmake REQUIRED)
find_package(rosidl_default_generators REQUIRED)
${dependencies.map((each) => `find_package(${each} REQUIRED)\n`).join('')}rosidl_generate_interfaces(\${PROJECT_NAME}
${names.map((each) => `  ${each.split('/').slice(1).join('/')}.${each.split('/')[1]}\n`).join('')}  DEPENDENCIES ${dependencies.join(' ')})
ament_package()
`;

function colconBuild() {
  const folder = (name: string) => join(scratch, name);
  return spawnSync(
    'colcon',
    [
      ...[
        '--log-base',
        folder('log'),
        'build',
        '--base-paths',
        folder('src'),
        '--build-base',
        folder('build'),
      ],
      ...['--install-base', folder('install'), '--executor', 'sequential'],
      ...['--event-handlers', 'console_direct+'],
      ...['--cmake-args', '-DBUILD_TESTING=OFF', '-DCMAKE_BUILD_TYPE=Debug'],
    ],
    { encoding: 'utf8', timeout: 590_000, maxBuffer: 256 * 1024 * 1024 },
  );
}
