import type { Command } from 'commander';
import { lazily, number, robotsOption, withBenchOptions, withoutOption } from './command-options.ts';

/** Adds `bench` and `policy`: what measures. */
export function addBenchCommands(program: Command): void {
  const bench = program
    .command('bench')
    .description('measure; every figure that a document quotes comes from here');
  const suite = (name: string, description: string, episodes?: number) =>
    withBenchOptions(bench.command(name).description(description), episodes).action(
      lazily(async () => {
        const { runBench } = await import('../bench-command.ts');
        return (options: Parameters<typeof runBench>[1]) => runBench(name, options);
      }),
    );
  suite('tasks', 'whole tasks in lockstep: success, collisions, speed')
    .option('--scene <id>', 'scene of the tasks (default: "kitchen", with two robots "kitchen-station")')
    .option('--robot <id>', 'robot of the tasks', 'stretch')
    .addOption(robotsOption())
    .option('--perturb <what>', 'disturb every episode: move-object')
    .option('--planner <id>', "planner; the agent's default without it")
    .addOption(withoutOption());
  suite('skills', 'single skills without a plan around them, judged by the simulator', 20).option(
    '--tasks <names>',
    'press, wipe-spill, wipe-table, offer, with commas between them; all without it',
  );
  suite('planning', 'planners beside each other over a household without physics', 0)
    .option(
      '--suite <name>',
      'deps, clea, critic, selector or overhead; rates and fit make the data of the others',
      'deps',
    )
    .option('--level <name>', 'oracle, measured or full', 'measured')
    .option('--planners <names>', 'planners, with commas between them')
    .addOption(withoutOption())
    .option('--records <files>', 'episodes of "bench tasks" that the suite rates counts')
    .option('--html <file>', 'write the report as a page with plots');
  suite('emg', 'gestures of virtual people: decoder, beside LibEMG on the same windows, and control', 10)
    .option(
      '--suite <name>',
      'generator, accuracy, cervical, onset, timing, tasks, fitts, unintended, devices or soak',
      'generator',
    )
    .option(
      '--decoder <name>',
      'lda, cnn or temporal, in the suites of the decoder; accuracy and cervical take several, with commas',
      'lda',
    )
    .option('--minutes <number>', 'length of the suite soak; 30 without it', number)
    .option('--control <name>', 'how much the robot helps in tasks: direct, assisted or shared', 'shared')
    .option('--accuracy <share>', 'make the decoder worse, until so many of its decisions are right', number)
    .option('--tasks <ids>', 'task cards, with commas between them; all without it');
  suite('realtime', 'timing of the running system, over DDS and in one process').option(
    '--minutes <number>',
    'length of the measurement with each middleware',
    number,
    5,
  );
  suite('ros', 'round trips and throughput between two processes, beside ddsperf');
  suite('bag', 'recording 50 MB/s: what is in the bag against what was sent');
  suite(
    'soak',
    'an hour of coming and going nodes, goals and transforms in minutes: memory and handles',
  ).option('--minutes <number>', 'length of the run', number, 5);
  bench
    .command('unknown', { isDefault: true, hidden: true })
    .argument('<suite>')
    .allowUnknownOption()
    .action(
      lazily(async () => {
        const { runBench } = await import('../bench-command.ts');
        return (name: string, options: Parameters<typeof runBench>[1]) => runBench(name, options);
      }),
    );
  bench
    .command('merge')
    .description('join the reports of shards')
    .argument('<files...>', 'JSON files written with --json --shard i/n')
    .option('--json', 'print the report as one JSON line')
    .action(lazily(async () => (await import('../bench-command.ts')).runBenchMerge));

  bench
    .command('page')
    .description('write reports of "bench planning" as one page with plots')
    .argument('<files...>', 'JSON files written with --json')
    .requiredOption('--html <file>', 'the page')
    .action(lazily(async () => (await import('../bench-command.ts')).runBenchPage));

  const policy = program.command('policy').description('work with manipulation policies');
  withBenchOptions(policy.command('eval').argument('<id>'))
    .description('success of a policy on unseen seeds, beside what it must be compared with')
    .action(lazily(async () => (await import('../bench-command.ts')).runPolicyEvaluation));
}
