import { findLaunchFile, runTaskScript } from '@efferent/runtime';
import { type ModelOptions, modelArguments } from './model-options.ts';
import { runUntilSignal } from './signals.ts';
import { TaskPrinter } from './task-printer.ts';
import { Terminal } from './terminal.ts';
import { startLaunchFile } from './workspace-defaults.ts';

interface ScriptOptions extends ModelOptions {
  readonly scene: string;
  readonly robot: string;
  readonly seed: number;
  readonly middleware: string;
  readonly lockstep?: boolean;
  readonly task?: string;
}

/** `efferent script`: runs a task script on a running system, or in lockstep in a simulation of its own. */
export async function runScript(file: string, options: ScriptOptions): Promise<void> {
  const terminal = new Terminal(process.stdout);
  await runUntilSignal(async (signal) => {
    const printer = new TaskPrinter(terminal);
    await runTaskScript(file, {
      ...options,
      modelArguments: modelArguments(options),
      signal,
      lockstep: options.lockstep === true,
      launchFile: findLaunchFile(startLaunchFile()),
      onInstruction: (instruction) => terminal.line(`> ${instruction}`),
      onEvent: (event) => printer.onEvent(event),
      onResult: (result) => printer.finish(result),
    });
  });
}
