import { ConfigurationError } from '@efferent/core';
import { findLaunchFile, launchFileFor, runTaskScript } from '@efferent/runtime';
import { type ModelOptions, modelArguments } from './model-options.ts';
import { runUntilSignal } from './signals.ts';
import { TaskPrinter } from './task-printer.ts';
import { Terminal } from './terminal.ts';
import { startLaunchFile } from './workspace-defaults.ts';

interface ScriptOptions extends ModelOptions {
  readonly scene: string;
  readonly robot: string;
  /** Two robots that work together, instead of `robot`. */
  readonly robots?: readonly string[];
  readonly seed: number;
  readonly middleware: string;
  readonly lockstep?: boolean;
  readonly task?: string;
}

/** `efferent script`: runs a task script on a running system, or in lockstep in a simulation of its own. */
export async function runScript(file: string, options: ScriptOptions): Promise<void> {
  const { robots, lockstep = false } = options;
  if (robots !== undefined && !lockstep)
    throw new ConfigurationError({
      code: 'robots-need-lockstep',
      message:
        '--robots starts two robots and goes with --lockstep; a running system has the robots that it was started with',
    });
  const [robot = options.robot, otherRobot] = robots ?? [];
  const terminal = new Terminal(process.stdout);
  await runUntilSignal(async (signal) => {
    const printer = new TaskPrinter(terminal);
    await runTaskScript(file, {
      ...options,
      robot,
      ...(otherRobot === undefined ? {} : { otherRobot }),
      modelArguments: modelArguments(options),
      signal,
      lockstep,
      launchFile: findLaunchFile(otherRobot === undefined ? startLaunchFile() : launchFileFor(otherRobot)),
      onInstruction: (instruction) => terminal.line(`> ${instruction}`),
      onEvent: (event) => printer.onEvent(event),
      onResult: (result) => printer.finish(result),
    });
  });
}
