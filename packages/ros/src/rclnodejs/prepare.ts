import { type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ConfigurationError, MiddlewareError } from '@efferent/core/errors';
import { loadAmentInterfaces } from '@efferent/interfaces/node';
import {
  addonFile,
  interfaceFingerprints,
  neededPackages,
  type Preparation,
  packageFolder,
  preparationFile,
  preparationFolder,
  rclnodejsVersion,
} from './preparation.ts';
import { rclnodejsProblem } from './readiness.ts';
import { type Environment, installCommand, isPackageSourced, isRosSourced } from './ros-environment.ts';

/** Gets every step as it begins, and a few words about it when it is done. */
export interface PreparationObserver {
  onStep(name: string): void;
  onStepDone(name: string, outcome: string): void;
}

const minuteMs = 60_000;
const interfacesFolder = fileURLToPath(new URL('../../../interfaces/efferent_interfaces', import.meta.url));

/**
 * Prepares rclnodejs for the sourced ROS 2: installs it in a place of its own, takes or builds its addon, and generates
 * its classes for every interface that is sourced. Doing it again replaces what was there.
 *
 * @throws {@link ConfigurationError} when no ROS 2 is sourced, `efferent_interfaces` is not in it, or a tool is missing
 * @throws {@link MiddlewareError} code `preparation-failed`, with the end of what the failing step wrote
 */
export async function prepareRclnodejs(observer: PreparationObserver): Promise<void> {
  checkSourcedRos(process.env);
  const distribution = process.env.ROS_DISTRO!;
  const folder = preparationFolder(distribution);
  mkdirSync(folder, { recursive: true });
  rmSync(preparationFile(folder), { force: true });
  const steps = new Steps(folder, observer);

  await steps.run('rclnodejs', async () => {
    writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
    // Its own install script would build it, and generate, at a moment and with errors of its own.
    const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--save-exact'];
    await steps.execute(
      'npm',
      ['install', ...options, `rclnodejs@${rclnodejsVersion}`],
      folder,
      10 * minuteMs,
    );
    return `version ${rclnodejsVersion}`;
  });
  await steps.run('addon', async () => {
    const built = join(packageFolder(folder), 'build/Release/rclnodejs.node');
    if (addonFile(folder, distribution) !== built) return 'the one that came with it';
    const gyp = join(folder, 'node_modules/node-gyp/bin/node-gyp.js');
    await steps.execute(process.execPath, [gyp, 'rebuild'], packageFolder(folder), 20 * minuteMs);
    return 'built';
  });
  await steps.run('interfaces', async () => {
    const generate = join(packageFolder(folder), 'scripts/generate_messages.cjs');
    await steps.execute(process.execPath, [generate], packageFolder(folder), 10 * minuteMs);
    loadAmentInterfaces(process.env.AMENT_PREFIX_PATH!);
    const generated = Object.entries(interfaceFingerprints()).filter(([name]) =>
      existsSync(join(packageFolder(folder), 'generated', name)),
    );
    const prepared: Preparation = { version: rclnodejsVersion, interfaces: Object.fromEntries(generated) };
    writeFileSync(preparationFile(folder), `${JSON.stringify(prepared, undefined, 2)}\n`);
    return `${generated.length} packages`;
  });
  const problem = rclnodejsProblem(process.env);
  if (problem === undefined) return;
  rmSync(preparationFile(folder), { force: true });
  throw new MiddlewareError({ code: 'preparation-failed', message: `${problem}; see ${steps.logFile}` });
}

function checkSourcedRos(environment: Environment): void {
  if (!isRosSourced(environment)) {
    throw new ConfigurationError({
      code: 'no-ros',
      message: 'no ROS 2 is sourced: source /opt/ros/<distribution>/setup.bash, then run this again',
    });
  }
  const missing = neededPackages.filter((name) => !isPackageSourced(name, environment));
  if (missing.includes('efferent_interfaces'))
    throw new ConfigurationError({
      code: 'interfaces-not-built',
      message: [
        'efferent_interfaces is not in the sourced workspaces. In your colcon workspace:',
        `  colcon build --base-paths ${interfacesFolder} --packages-select efferent_interfaces`,
        '  source install/setup.bash',
        'then run this again',
      ].join('\n'),
    });
  if (missing.length > 0)
    throw new ConfigurationError({
      code: 'packages-not-installed',
      message: [
        `nodes of efferent use ${missing.join(', ')}, not in the sourced workspaces:`,
        `  ${installCommand(missing, environment)}`,
        'then source ROS 2 and run this again',
      ].join('\n'),
    });
}

/** Runs the steps; what their programs write goes to one log file. */
class Steps {
  readonly logFile: string;
  readonly #observer: PreparationObserver;

  constructor(folder: string, observer: PreparationObserver) {
    this.logFile = join(folder, 'prepare.log');
    writeFileSync(this.logFile, '');
    this.#observer = observer;
  }

  async run(name: string, work: () => Promise<string>): Promise<void> {
    this.#observer.onStep(name);
    const startMs = performance.now();
    const outcome = await work();
    this.#observer.onStepDone(name, `${outcome}, ${((performance.now() - startMs) / 1000).toFixed(0)} s`);
  }

  async execute(program: string, words: readonly string[], folder: string, limitMs: number): Promise<void> {
    const log = openSync(this.logFile, 'a');
    const options: SpawnOptions = { cwd: folder, env: buildEnvironment(), stdio: ['ignore', log, log] };
    const child = spawn(program, words, { ...options, timeout: limitMs, killSignal: 'SIGKILL' });
    const [code, signal] = await once(child, 'exit').catch((cause: unknown) => {
      throw new ConfigurationError({
        code: 'tool-missing',
        message: `cannot run ${program}: is it installed?`,
        cause,
      });
    });
    if (code === 0) return;
    const ending =
      signal === null ? `ended with code ${code}` : `was stopped after ${limitMs / minuteMs} minutes`;
    const lines = readFileSync(this.logFile, 'utf8').trimEnd().split('\n').slice(-12);
    throw new MiddlewareError({
      code: 'preparation-failed',
      message: `"${[program, ...words].join(' ')}" ${ending}:\n${lines.join('\n')}\n(all of it: ${this.logFile})`,
    });
  }
}

/** Scripts of rclnodejs run `node` by its name; headers of an installed Node spare a download. */
function buildEnvironment(): NodeJS.ProcessEnv {
  const { RCLNODEJS_FORCE_BUILD: _, ...environment } = process.env;
  const hasHeaders = existsSync('/usr/include/node/uv.h');
  return {
    ...(hasHeaders && { npm_config_nodedir: '/usr' }),
    JOBS: String(availableParallelism()),
    ...environment,
    PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH ?? ''}`,
  };
}
