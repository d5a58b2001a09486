import type { Command } from 'commander';
import { lazily, withMemoryFile, withMemoryOptions } from './command-options.ts';

/** Adds `memory`: what is remembered of tasks. */
export function addMemoryCommands(program: Command): void {
  const memory = program.command('memory').description('what the robot remembers of earlier tasks');
  withMemoryOptions(memory.command('search'))
    .description('find episodes: tasks, failures, where things were found and put, answers')
    .argument('<text>')
    .action(lazily(async () => (await import('../memory-command.ts')).searchMemory));
  withMemoryOptions(memory.command('list'))
    .description('the newest episodes')
    .action(lazily(async () => (await import('../memory-command.ts')).listMemory));
  withMemoryFile(memory.command('forget'))
    .description('delete everything that is remembered')
    .action(lazily(async () => (await import('../memory-command.ts')).forgetMemory));
  withMemoryFile(memory.command('path'))
    .description('print which file it is')
    .action(lazily(async () => (await import('../memory-command.ts')).printMemoryPath));
}
