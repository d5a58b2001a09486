import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ConfigurationError } from '@efferent/core';
import { joinGraph } from './graph-client.ts';
import { startLockstepGraph } from './lockstep-graph.ts';
import { connectScript, firstCall, type ScriptObserver } from './script-api.ts';

export interface TaskScriptOptions extends ScriptObserver {
  readonly scene: string;
  readonly robot: string;
  /** A second robot that helps; only with `lockstep`, and with a launch file for two. */
  readonly otherRobot?: string;
  readonly seed: number;
  readonly model: string;
  /** Arguments of the launch file that say more about it; only with `lockstep`. */
  readonly modelArguments?: Readonly<Record<string, string>>;
  readonly middleware: string;
  /** In a simulation of its own on a virtual clock, instead of on a running graph. */
  readonly lockstep: boolean;
  /** Whose nodes run in lockstep. */
  readonly launchFile: string;
  /** Task card that places the objects; only with `lockstep`. */
  readonly task?: string;
  readonly signal: AbortSignal;
}

/** Longest virtual time of a script in lockstep, s. */
const lockstepLimitS = 3600;

/**
 * Runs a task script: a module whose top-level code uses `runTask`, `observe` and `executeSkill` of `efferent`.
 *
 * @throws {@link ConfigurationError} when there is no such file
 * @throws whatever the script throws
 */
export async function runTaskScript(file: string, options: TaskScriptOptions): Promise<void> {
  const path = resolve(file);
  if (!existsSync(path))
    throw new ConfigurationError({
      code: 'unknown-script',
      message: `there is no file ${path}; task scripts lie in launch/tasks/`,
      fields: { file: path },
    });
  if (options.lockstep) await runInLockstep(path, options);
  else await runOnGraph(path, options);
}

async function runOnGraph(path: string, options: TaskScriptOptions): Promise<void> {
  const graph = await joinGraph(options);
  const disconnect = connectScript(graph.client, options);
  try {
    if (!(await graph.client.waitUntilReady(5000)))
      throw new ConfigurationError({
        code: 'no-agent',
        message: `no agent answers on ${graph.description}; start one with "npm start", or give --lockstep`,
      });
    await import(pathToFileURL(path).href);
  } finally {
    disconnect();
    await graph.close();
  }
}

async function runInLockstep(path: string, options: TaskScriptOptions): Promise<void> {
  const graph = await startLockstepGraph(options);
  const disconnect = connectScript(graph.client, options);
  try {
    const script: Promise<unknown> = import(pathToFileURL(path).href);
    // Virtual time stands still until the script's code is loaded, so that a run does not depend on the disk.
    await graph.hold(() => Promise.race([firstCall(), script]));
    await graph.runUntilSettled(script, lockstepLimitS);
  } finally {
    disconnect();
    await graph.stop();
  }
}
