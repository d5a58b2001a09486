import { ConfigurationError, EfferentError } from '@efferent/core';
import { CommanderError } from 'commander';
import { createProgram } from './program.ts';
import { endWithReader } from './signals.ts';

/**
 * The `efferent` command.
 *
 * Exit codes: 0 success, 1 the task, test or target failed, 2 wrong use (argument, file, parameter), 130 Ctrl-C, 141 nobody reads the output.
 */
endWithReader();
try {
  await createProgram().parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    // Commander has printed its own line; help and version are no errors.
    process.exitCode = error.exitCode === 0 ? 0 : 2;
  } else {
    process.stderr.write(`${describe(error)}\n`);
    process.exitCode = error instanceof ConfigurationError ? 2 : 1;
  }
}

function describe(error: unknown): string {
  if (EfferentError.isInstance(error)) return `efferent: ${error.message}`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
