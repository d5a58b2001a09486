#!/usr/bin/env node
// Builds build/cyclonedds.node with one compiler command and proves that it loads. Plain JavaScript for Node >= 18.
// Exit code 0: built or up to date. 1: cannot be built here; the last line on stderr says why and what helps.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const packageFolder = dirname(dirname(fileURLToPath(import.meta.url)));
const nativeFolder = join(packageFolder, 'native');
const buildFolder = join(packageFolder, 'build');
const addonFile = join(buildFolder, 'cyclonedds.node');
const stampFile = join(buildFolder, 'stamp');
const supported = '0.10.';

function giveUp(reason) {
  process.stderr.write(`${reason}\n`);
  process.exit(1);
}

function installedVersion() {
  const roots = [
    '/usr/include',
    '/usr/local/include',
    ...(process.env.CYCLONEDDS_HOME ? [join(process.env.CYCLONEDDS_HOME, 'include')] : []),
  ];
  for (const root of roots) {
    const header = join(root, 'dds', 'version.h');
    if (!existsSync(header)) continue;
    const match = /#define DDS_VERSION "([^"]+)"/.exec(readFileSync(header, 'utf8'));
    if (match) return { version: match[1], include: root };
  }
  return undefined;
}

function compiler() {
  for (const command of [process.env.CC, 'cc', 'gcc', 'clang']) {
    if (command && spawnSync(command, ['--version'], { stdio: 'ignore' }).status === 0) return command;
  }
  return giveUp('no C compiler found: install one, e.g. apt-get install g++');
}

const found = installedVersion();
if (!found) giveUp('Cyclone DDS is not installed: apt-get install cyclonedds-dev');
if (!found.version.startsWith(supported)) {
  giveUp(
    `Cyclone DDS ${found.version} is installed, this addon is built and tested against ${supported}x: install cyclonedds-dev ${supported}x`,
  );
}

const sources = readdirSync(nativeFolder)
  .filter((name) => /\.[ch]$/.test(name))
  .sort();
const hash = createHash('sha256').update(`${found.version} ${process.arch}`);
for (const name of sources) hash.update(readFileSync(join(nativeFolder, name)));
const stamp = hash.digest('hex');
if (existsSync(addonFile) && existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) {
  process.stdout.write(`cyclonedds ${found.version}: addon up to date\n`);
  process.exit(0);
}

const headers = createRequire(join(packageFolder, 'package.json'))('node-api-headers').include_dir;
mkdirSync(buildFolder, { recursive: true });
const libraries =
  found.include === '/usr/include'
    ? []
    : [`-L${join(found.include, '..', 'lib')}`, `-Wl,-rpath,${join(found.include, '..', 'lib')}`];
const command = [
  '-std=gnu11',
  '-O2',
  '-Wall',
  '-Wextra',
  '-fPIC',
  '-fvisibility=hidden',
  '-shared',
  `-I${headers}`,
  `-I${found.include}`,
  ...sources.filter((name) => name.endsWith('.c')).map((name) => join(nativeFolder, name)),
  '-o',
  addonFile,
  ...libraries,
  '-lddsc',
  '-lpthread',
];
try {
  execFileSync(compiler(), command, { stdio: ['ignore', 'inherit', 'pipe'], encoding: 'utf8' });
  execFileSync(
    process.execPath,
    ['-e', 'const d = require(process.argv[1]); process.stdout.write(d.cycloneVersion)', addonFile],
    { encoding: 'utf8' },
  );
} catch (error) {
  giveUp(
    `the Cyclone DDS addon does not build or load here: ${String(error.stderr || error.message).trim()}`,
  );
}
writeFileSync(stampFile, stamp);
process.stdout.write(`cyclonedds ${found.version}: addon built\n`);
