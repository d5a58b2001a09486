import { type Command, Option } from 'commander';
import { lazily, middlewareOption, number } from './command-options.ts';

/** Adds `bag`: recording and playing. */
export function addBagCommands(program: Command): void {
  const bag = program.command('bag').description('record and play ROS 2 bags (MCAP)');
  bag
    .command('record')
    .description('write topics into a bag until Ctrl-C')
    .argument('[topics...]')
    .option('-a, --all', 'every topic')
    .option('-e, --regex <pattern>', 'topics that match')
    .option('-x, --exclude <pattern>', 'but not those')
    .option('-o, --output <folder>', 'folder of the bag; rosbag2_<time> without it')
    .addOption(
      new Option('--compression <how>', 'what makes its chunks smaller')
        .choices(['none', 'zstd'])
        .default('zstd'),
    )
    .option('--include-hidden-topics', 'with --all and --regex also topics of the middleware')
    .addOption(middlewareOption())
    .action(lazily(async () => (await import('../bag-command.ts')).bagRecord));
  bag
    .command('info')
    .description('what a bag holds')
    .argument('<bag>', 'an .mcap file, or a folder with one')
    .action(lazily(async () => (await import('../bag-command.ts')).bagInfo));
  bag
    .command('play')
    .description('publish what a bag holds')
    .argument('<bag>', 'an .mcap file, or a folder with one')
    .option('-r, --rate <factor>', 'seconds of the bag a second', number, 1)
    .option('--clock [hertz]', "publish the bag's time on /clock, 40 times a second without a number", number)
    .option('--topics <names...>', 'these only')
    .option('-l, --loop', 'over and over')
    .addOption(middlewareOption())
    .action(lazily(async () => (await import('../bag-command.ts')).bagPlay));
  bag
    .command('recover')
    .description('write what can be read of a bag that was cut off into a new one')
    .argument('<bag>', 'an .mcap file, or a folder with one')
    .option('-o, --output <file>', 'file of the new bag')
    .action(lazily(async () => (await import('../bag-command.ts')).bagRecover));
}
