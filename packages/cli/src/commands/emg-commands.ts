import { type Command, InvalidArgumentError, Option } from 'commander';
import { count, integer, lazily, middlewareOption, number, withSystemOptions } from './command-options.ts';

/** Adds `emg`: gestures of the forearm. */
export function addEmgCommands(program: Command): void {
  const emg = program.command('emg').description('gestures of the forearm');
  withSourceOptions(emg.command('calibrate'))
    .description(
      'lead through the calibration prompts, and fit a decoder; the virtual person does it at once',
    )
    .option('--person <number>', 'seed of the virtual person', integer, 1)
    .option('--repetitions <number>', 'of each gesture; 8 without it', count)
    .option('--recalibrate', 'add four repetitions to the calibration that is there')
    .option('--decoder <name>', 'lda, cnn or temporal; lda without it')
    .option('--hold <seconds>', 'how long each is held; 3 without it', number)
    .option('--gestures <names>', 'which gestures, separated by commas, rest among them; all ten without it')
    .action(lazily(async () => (await import('../emg/calibrate-command.ts')).runEmgCalibrate));
  withSourceOptions(emg.command('stream'))
    .description('show what comes from a source until Ctrl-C')
    .option('--duration <seconds>', 'end after so many seconds of samples', number)
    .option('--json', 'print one JSON line a second')
    .action(lazily(async () => (await import('../emg/stream-command.ts')).runEmgStream));
  withSourceOptions(emg.command('record'))
    .description('write raw samples into a bag that you alone may read, until Ctrl-C')
    .option('-o, --output <folder>', 'folder of the bag; one in .efferent/emg/recordings without it')
    .option('--duration <seconds>', 'end after so many seconds of samples', number)
    .action(lazily(async () => (await import('../emg/record-command.ts')).runEmgRecord));
  emg
    .command('forget')
    .description('delete all calibrations and recordings')
    .action(lazily(async () => (await import('../emg/forget-command.ts')).runEmgForget));
  emg
    .command('emulate')
    .description('a device, byte by byte, whose electrodes a virtual person wears; type gestures')
    .argument('<device>', 'sessantaquattro or quattrocento')
    .option('--host <address>', 'the computer that it calls, or where it waits', '127.0.0.1')
    .option('--port <number>', "the device's usual one without it", integer)
    .option('--person <number>', 'seed of the virtual person', integer, 1)
    .option('--fault <name>', 'what happens to its packets: split, lose, repeat, delay, truncate, swap')
    .addOption(middlewareOption())
    .action(lazily(async () => (await import('../emg/emulate-command.ts')).runEmgEmulate));
  emg
    .command('eval')
    .description('evaluate the default decoder on a published data set, by repetition and by session')
    .argument('<folder>', 'where the data set was unpacked')
    .requiredOption('--dataset <name>', 'layout: flexwear, hyser or capgmyo')
    .option('--person <names>', 'only these people, with commas between', (names) => names.split(','), [])
    .option('--json', 'print one JSON object; progress goes to stderr', false)
    .action(lazily(async () => (await import('../emg/eval-command.ts')).runEmgEval));
  withSystemOptions(emg.command('demo'))
    .description('drive the simulated robot with a synthetic forearm, from buttons in the viewer')
    .option(
      '--mapping <name>',
      'stretch, stretch-five or stretch-two, or a file of your own; ten classes without it',
    )
    .addOption(
      new Option('--source <name>', 'how the samples come; a device is emulated, byte by byte')
        .choices(['synthetic', 'sessantaquattro', 'quattrocento'])
        .default('synthetic'),
    )
    .option('--host <address>', 'where the viewer listens', '127.0.0.1')
    .option('--port <number>', 'port of the viewer', integer, 8765)
    .option('--decoder <name>', 'of a calibration that is made now: lda, cnn or temporal')
    .action(lazily(async () => (await import('../emg/demo-command.ts')).runEmgDemo));
}

function withSourceOptions(command: Command): Command {
  return command
    .option(
      '--source <name>',
      'where samples come from: synthetic, sessantaquattro, quattrocento, lsl',
      'synthetic',
    )
    .option('-p, --param <name:=value>', 'a setting of the source; may be given again', assignment, {});
}

function assignment(text: string, before: Readonly<Record<string, string>>): Record<string, string> {
  const [, name, value] = /^(\w+):=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined)
    throw new InvalidArgumentError('Give name:=value, e.g. port:=45454.');
  return { ...before, [name]: value };
}
