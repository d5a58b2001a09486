import type { Command } from 'commander';
import { integer, lazily, withSystemOptions } from './command-options.ts';

/** Adds `emg`: gestures of the forearm. */
export function addEmgCommands(program: Command): void {
  const emg = program.command('emg').description('gestures of the forearm');
  emg
    .command('calibrate')
    .description('have a virtual person follow the calibration prompts, and fit a decoder')
    .option('--person <number>', 'seed of the virtual person', integer, 1)
    .action(lazily(async () => (await import('../emg-command.ts')).runEmgCalibrate));
  emg
    .command('eval')
    .description('evaluate the default decoder on a published data set, by repetition and by session')
    .argument('<folder>', 'where the data set was unpacked')
    .requiredOption('--dataset <name>', 'layout: flexwear, hyser or capgmyo')
    .option('--person <names>', 'only these people, with commas between', (names) => names.split(','), [])
    .option('--json', 'print one JSON object; progress goes to stderr', false)
    .action(lazily(async () => (await import('../emg-eval-command.ts')).runEmgEval));
  withSystemOptions(emg.command('demo'))
    .description('drive the simulated robot with a synthetic forearm, from buttons in the viewer')
    .option('--host <address>', 'where the viewer listens', '127.0.0.1')
    .option('--port <number>', 'port of the viewer', integer, 8765)
    .action(lazily(async () => (await import('../emg-command.ts')).runEmgDemo));
}
