import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findJoinedCode } from '../../packages/runtime/bin/joined-code.mjs';
import { pinnedEnvironment, pinnedNode, root, runLogged, stateFolder } from './run.mjs';
import { hashOf, isDone, markDone } from './stamp.mjs';
import { ensureSystemPackages } from './system-packages.mjs';

const say = (line) => process.stderr.write(`  setting up              ${line}\n`);

/**
 * Brings a checkout to where the code can run; does nothing that was done before.
 *
 * @param {{ yes: boolean, tests: boolean }} wanted `yes`: install system packages without asking; `tests`: also
 *   what only the tests need
 * @returns {Promise<{ summary: string }>} what is ready, for the first screen
 */
export async function prepare({ yes, tests }) {
  mkdirSync(stateFolder, { recursive: true });
  await orExit('install the packages', 'Is the package registry reachable?', preparePackages);
  const facts = [`node ${nodeVersion()} ok`, 'packages ok'];
  facts.push(...(await prepareMiddleware(yes)));
  await orExit('build the viewer', 'Is there room on the disk?', prepareViewer);
  await prepareJoinedCode();
  if (tests) {
    await ensureSystemPackages(
      {
        names: ['chromium'],
        purpose: 'the browser of the browser tests',
        isPresent: () =>
          ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].some(existsSync),
      },
      yes,
      say,
    );
    await ensureSystemPackages(
      {
        names: ['cyclonedds-tools'],
        purpose: 'a DDS peer that others wrote, to test the wire against',
        isPresent: () => ['/usr/bin/idlc', '/usr/local/bin/idlc'].some(existsSync),
      },
      yes,
      say,
    );
  }
  return { summary: facts.join(' · ') };
}

/** Does a step without which nothing runs; its failure ends the process with what was tried and what would help. */
async function orExit(what, hint, work) {
  try {
    await work();
  } catch (error) {
    say(`could not ${what}. ${error.message}`);
    say(`${hint} Run the same command again; what is done is kept.`);
    process.exit(1);
  }
}

async function preparePackages() {
  const manifests = readdirSync(join(root, 'packages')).map((name) => `packages/${name}/package.json`);
  const hash = hashOf(['package.json', 'pnpm-lock.yaml', 'pnpm-workspace.yaml', ...manifests]);
  if (existsSync(pinnedNode) && isDone('packages', hash)) return;
  const pnpm = await preparePnpm();
  await timed('packages (Node 24 and libraries, about 400 MB once)', async () => {
    // Nothing but the npm package `node` may run a script; see allowBuilds in pnpm-workspace.yaml.
    await runLogged(pnpm, ['install', '--frozen-lockfile'], { ...process.env, CI: 'true' });
  });
  markDone('packages', hash);
}

/** Installs the pinned pnpm below `.efferent/`; returns its path. */
async function preparePnpm() {
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const folder = join(stateFolder, 'toolchain');
  const pnpm = join(folder, 'node_modules/.bin/pnpm');
  if (existsSync(pnpm) && isDone('pnpm', packageManager)) return pnpm;
  await timed(packageManager.replace('@', ' '), () =>
    runLogged('npm', ['install', '--prefix', folder, '--no-save', '--no-audit', '--no-fund', packageManager]),
  );
  markDone('pnpm', packageManager);
  return pnpm;
}

/** Prepares Cyclone DDS and the addon on it; without them the system still runs in one process. */
async function prepareMiddleware(yes) {
  const present = await ensureSystemPackages(
    {
      names: ['cyclonedds-dev'],
      purpose: 'real DDS between processes',
      isPresent: () => existsSync('/usr/include/dds/dds.h') || existsSync('/usr/local/include/dds/dds.h'),
    },
    yes,
    say,
  );
  if (!present) {
    say('going on without DDS: all nodes run in one process (middleware inproc)');
    return ['cyclonedds missing'];
  }
  const hash = hashOf(['packages/cyclonedds', 'pnpm-lock.yaml']);
  if (isDone('addon', hash)) return ['cyclonedds ok', 'native addon ok'];
  try {
    const seconds = await timed('native addon for Cyclone DDS', () =>
      runLogged(pinnedNode, ['packages/cyclonedds/scripts/build.mjs'], pinnedEnvironment()),
    );
    markDone('addon', hash);
    return ['cyclonedds ok', `native addon built (${seconds} s)`];
  } catch (error) {
    say(error.message);
    say('going on without DDS: all nodes run in one process (middleware inproc)');
    return ['native addon failed'];
  }
}

async function prepareViewer() {
  const hash = hashOf(['packages/viewer', 'packages/core/src', 'packages/interfaces/src', 'pnpm-lock.yaml']);
  if (isDone('viewer', hash)) return;
  await timed('viewer', () =>
    runLogged(
      join(root, 'packages/viewer/node_modules/.bin/vite'),
      ['build', 'packages/viewer'],
      pinnedEnvironment(),
    ),
  );
  markDone('viewer', hash);
}

/** Without it everything runs all the same, from the sources. */
async function prepareJoinedCode() {
  if (findJoinedCode('packages/runtime/src/node-main.ts') !== undefined) return;
  try {
    await timed('joined code, for a quick start', () =>
      runLogged(pinnedNode, ['packages/runtime/scripts/join.mjs'], pinnedEnvironment()),
    );
  } catch (error) {
    say(error.message);
    say('going on without: every process starts from the sources, which takes longer');
  }
}

const nodeVersion = () =>
  JSON.parse(readFileSync(join(root, 'node_modules/node/package.json'), 'utf8')).version;

/** Says what is being done and how long it took; shows that it is alive while a person watches. */
async function timed(what, work) {
  const startedAt = performance.now();
  const seconds = () => ((performance.now() - startedAt) / 1000).toFixed(1);
  const isTerminal = process.stderr.isTTY;
  if (!isTerminal) say(`${what} …`);
  const ticker = isTerminal
    ? setInterval(() => process.stderr.write(`\r  setting up              ${what} … ${seconds()} s`), 200)
    : undefined;
  try {
    await work();
  } finally {
    clearInterval(ticker);
    if (isTerminal) process.stderr.write('\r\x1b[2K');
  }
  say(`${what} ok (${seconds()} s)`);
  return seconds();
}
