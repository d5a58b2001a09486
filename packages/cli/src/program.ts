import { Command } from 'commander';
import { addBagCommands } from './commands/bag-commands.ts';
import { addBenchCommands } from './commands/bench-commands.ts';
import { middlewareOption } from './commands/command-options.ts';
import { addEmgCommands } from './commands/emg-commands.ts';
import { addMemoryCommands } from './commands/memory-commands.ts';
import { addModelCommands } from './commands/model-commands.ts';
import { addSystemCommands } from './commands/system-commands.ts';
import { addWorkspaceCommands } from './commands/workspace-commands.ts';
import { addGraphCommands } from './graph/graph-commands.ts';
import { applyWorkspaceDefaults } from './workspace-defaults.ts';

/** Builds the command line; nothing runs before `parseAsync`. */
export function createProgram(): Command {
  const program = new Command('efferent')
    .description('Say it, and the robot does it.')
    .version('0.1.0')
    .exitOverride()
    .showHelpAfterError('(efferent --help lists the commands)')
    .hook('preAction', (_program, command) => applyWorkspaceDefaults(command));
  addSystemCommands(program);
  addBenchCommands(program);
  addModelCommands(program);
  addEmgCommands(program);
  addBagCommands(program);
  addMemoryCommands(program);
  addWorkspaceCommands(program);
  addGraphCommands(program, middlewareOption);
  return program;
}
