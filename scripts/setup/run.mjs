import { spawn } from 'node:child_process';
import { openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));
export const stateFolder = join(root, '.efferent');
export const pinnedNode = join(root, 'node_modules/node/bin/node');

/** Environment of everything that runs on the pinned Node: `node` on PATH is it, and compiled code is kept. */
export function pinnedEnvironment() {
  return {
    ...process.env,
    PATH: `${join(root, 'node_modules/node/bin')}:${join(root, 'node_modules/.bin')}:${process.env.PATH ?? ''}`,
    NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? join(stateFolder, 'compile-cache'),
  };
}

/**
 * Runs a script of the repository on the pinned Node in the foreground.
 *
 * @returns its exit code; 130 and the like when a signal ended it
 */
export function runInPinnedNode(scriptAndArguments, environment) {
  const [script, ...rest] = scriptAndArguments;
  const child = spawn(pinnedNode, [join(root, script), ...rest], {
    stdio: 'inherit',
    env: { ...pinnedEnvironment(), ...environment },
  });
  // Ctrl-C reaches the child by itself (same process group); this process only has to outlive it.
  process.on('SIGINT', () => undefined);
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 143)));
  });
}

/**
 * Runs a program in the background of the terminal; its output goes to `.efferent/setup.log`.
 *
 * @throws {Error} with the end of the output when it fails
 */
export function runLogged(program, programArguments, environment = process.env) {
  const logFile = join(stateFolder, 'setup.log');
  const log = openSync(logFile, 'w');
  const child = spawn(program, programArguments, {
    cwd: root,
    env: environment,
    stdio: ['ignore', log, log],
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) return resolve();
      const end = readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-12).join('\n');
      reject(new Error(`"${program} ${programArguments.join(' ')}" ended with code ${code}:\n${end}`));
    });
  });
}
