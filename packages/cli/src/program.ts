import { Command, InvalidArgumentError, Option } from 'commander';
import { addGraphCommands } from './graph/graph-commands.ts';
import { applyWorkspaceDefaults } from './workspace-defaults.ts';

const withoutOption = () =>
  new Option(
    '--without <parts>',
    'parts of the planner to leave out, separated by commas, e.g. critic,samples',
  );

/** Builds the command line; nothing runs before `parseAsync`. */
export function createProgram(): Command {
  const program = new Command('efferent')
    .description('Say it, and the robot does it.')
    .version('0.1.0')
    .exitOverride()
    .showHelpAfterError('(efferent --help lists the commands)')
    .hook('preAction', (_program, command) => applyWorkspaceDefaults(command));

  withModelOptions(withSystemOptions(program.command('start')))
    .description('start a scene, a robot or two, the agent and the viewer; then take instructions')
    .addOption(robotsOption())
    .option('--instruction <text>', 'the first instruction', 'put the apple in the bowl')
    .option('--once', 'end after the first instruction; the exit code says whether it succeeded')
    .option('--headless', 'without the viewer')
    .option('--json', 'print one JSON line last; everything else goes to standard error')
    .option('--yes', 'install missing system packages without asking (npm start)')
    .option(
      '--host <address>',
      'where the viewer listens; other than loopback only with a token',
      '127.0.0.1',
    )
    .option('--port <number>', 'port of the viewer; the Stop button takes the next one', integer, 8765)
    .action(lazily(async () => (await import('./start-command.ts')).runStart));

  program
    .command('run')
    .description('have the agent of a running system carry out an instruction')
    .argument('<instruction>')
    .option('--robot <id>', 'namespace of the robot', 'stretch')
    .option('--planner <id>', "planner; the agent's default without it")
    .addOption(withoutOption())
    .addOption(middlewareOption())
    .option('--json', 'print one JSON line last')
    .action(lazily(async () => (await import('./run-command.ts')).runInstruction));

  program
    .command('say')
    .description('say something to a running system, also about the task it is at: "no, the other mug"')
    .argument('<words>')
    .option('--robot <id>', 'namespace of the robot', 'stretch')
    .option('--planner <id>', "planner; the agent's default without it")
    .addOption(middlewareOption())
    .option('--json', 'print one JSON line last')
    .action(lazily(async () => (await import('./run-command.ts')).say));

  withModelOptions(withSystemOptions(program.command('mcp')))
    .description('offer a robot to MCP clients: on standard input and output, or over HTTP on this machine')
    .option('--start', 'start a system of its own instead of joining a running one')
    .option('--http', 'over streamable HTTP')
    .option(
      '--port <number>',
      'port of --http; with --start the Stop button takes the next one',
      integer,
      8770,
    )
    .option('--allow <tools>', 'tools to offer, e.g. execute_task,observe; all without it')
    .option('--skills <names>', 'skills that execute_skill may run; all without it')
    .option('--pictures', 'camera pictures may be handed to the client')
    .option('--confirm', 'have every motion confirmed, also of a simulated robot')
    .action(lazily(async () => (await import('./mcp-command.ts')).runMcp));

  program
    .command('launch')
    .description('run a ROS 2 launch file (XML)')
    .argument(
      '<file>',
      'a path, a name below launch/ of the workspace or the product, or a package and its file',
    )
    .argument('[arguments...]', 'values of its arguments: name:=value')
    .option('-p, --print', 'print what would be started, and end')
    .option('-s, --show-args', 'list the arguments of the file, and end')
    .addOption(new Option('--print-description').implies({ print: true }).hideHelp())
    .addOption(new Option('--show-arguments').implies({ showArgs: true }).hideHelp())
    .option('-a, --show-all-subprocesses-output', 'print what every process writes')
    .option('--launch-prefix <words>', 'what goes before every program, e.g. a debugger')
    .option('--launch-prefix-filter <pattern>', 'programs that get the prefix, by name')
    .addOption(middlewareOption())
    .action(lazily(async () => (await import('./launch-command.ts')).runLaunchFile));

  withModelOptions(withSystemOptions(program.command('script')))
    .description('run a closed-loop task script')
    .argument('<file>')
    .option('--lockstep', 'in a simulation of its own, on a virtual clock')
    .option('--task <id>', 'task card that places the objects (with --lockstep)')
    .action(lazily(async () => (await import('./script-command.ts')).runScript));

  const bench = program
    .command('bench')
    .description('measure; every figure that a document quotes comes from here');
  const suite = (name: string, description: string, episodes?: number) =>
    withBenchOptions(bench.command(name).description(description), episodes).action(
      lazily(async () => {
        const { runBench } = await import('./bench-command.ts');
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
  suite('planning', 'planners beside each other over a household without physics', 0)
    .option(
      '--suite <name>',
      'deps, clea, critic or selector; rates and fit make the data of the others',
      'deps',
    )
    .option('--level <name>', 'oracle, measured or full', 'measured')
    .option('--planners <names>', 'planners, with commas between them')
    .addOption(withoutOption())
    .option('--records <files>', 'episodes of "bench tasks" that the suite rates counts')
    .option('--html <file>', 'write the report as a page with plots');
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
        const { runBench } = await import('./bench-command.ts');
        return (name: string, options: Parameters<typeof runBench>[1]) => runBench(name, options);
      }),
    );
  bench
    .command('merge')
    .description('join the reports of shards')
    .argument('<files...>', 'JSON files written with --json --shard i/n')
    .option('--json', 'print the report as one JSON line')
    .action(lazily(async () => (await import('./bench-command.ts')).runBenchMerge));

  const model = program.command('model').description('work with language models');
  withModelOptions(model.command('check'))
    .description('say what the language model can and cannot do here, with 20 prompts')
    .option('--sees', 'send a picture too')
    .option('--json', 'print the findings as one JSON line')
    .action(lazily(async () => (await import('./model-command.ts')).runModelCheck));
  model
    .command('serve')
    .description("serve the offline reasoner behind OpenAI's chat protocol")
    .addOption(
      new Option('--model <id>', 'reasoner, or the emulator of an imperfect model')
        .choices(['reasoner', 'reasoner-noisy'])
        .default('reasoner'),
    )
    .option(
      '--host <address>',
      'where it listens; other than loopback only with EFFERENT_MODEL_KEY',
      '127.0.0.1',
    )
    .option('--port <number>', 'port; 0 takes a free one', integer, 8771)
    .option('--error-rate <share>', 'reasoner-noisy: share of its answers that carry a fault', share, 0.2)
    .option('--step-error-rate <share>', 'reasoner-noisy: chance of a fault for each step', share, 0)
    .option('--persistence <share>', 'reasoner-noisy: chance that it repeats its last answer', share, 0.5)
    .option('--seed <number>', 'reasoner-noisy: seed of its faults', integer, 1)
    .action(lazily(async () => (await import('./model-serve-command.ts')).runModelServe));
  bench
    .command('page')
    .description('write reports of "bench planning" as one page with plots')
    .argument('<files...>', 'JSON files written with --json')
    .requiredOption('--html <file>', 'the page')
    .action(lazily(async () => (await import('./bench-command.ts')).runBenchPage));

  const policy = program.command('policy').description('work with manipulation policies');
  withBenchOptions(policy.command('eval').argument('<id>'))
    .description('success of a policy on unseen seeds, beside what it must be compared with')
    .action(lazily(async () => (await import('./bench-command.ts')).runPolicyEvaluation));

  const emg = program.command('emg').description('gestures of the forearm');
  emg
    .command('calibrate')
    .description('have a virtual person follow the calibration prompts, and fit a decoder')
    .option('--person <number>', 'seed of the virtual person', integer, 1)
    .action(lazily(async () => (await import('./emg-command.ts')).runEmgCalibrate));
  withSystemOptions(emg.command('demo'))
    .description('drive the simulated robot with a synthetic forearm, from buttons in the viewer')
    .option('--host <address>', 'where the viewer listens', '127.0.0.1')
    .option('--port <number>', 'port of the viewer', integer, 8765)
    .action(lazily(async () => (await import('./emg-command.ts')).runEmgDemo));

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
    .action(lazily(async () => (await import('./bag-command.ts')).bagRecord));
  bag
    .command('info')
    .description('what a bag holds')
    .argument('<bag>', 'an .mcap file, or a folder with one')
    .action(lazily(async () => (await import('./bag-command.ts')).bagInfo));
  bag
    .command('play')
    .description('publish what a bag holds')
    .argument('<bag>', 'an .mcap file, or a folder with one')
    .option('-r, --rate <factor>', 'seconds of the bag a second', number, 1)
    .option('--clock [hertz]', "publish the bag's time on /clock, 40 times a second without a number", number)
    .option('--topics <names...>', 'these only')
    .option('-l, --loop', 'over and over')
    .addOption(middlewareOption())
    .action(lazily(async () => (await import('./bag-command.ts')).bagPlay));
  bag
    .command('recover')
    .description('write what can be read of a bag that was cut off into a new one')
    .argument('<bag>', 'an .mcap file, or a folder with one')
    .option('-o, --output <file>', 'file of the new bag')
    .action(lazily(async () => (await import('./bag-command.ts')).bagRecover));

  program
    .command('init')
    .description('make a workspace of your own: robot, scene, skills, launch file and task script')
    .argument('[folder]', 'new or empty; its name becomes the name of the workspace', '.')
    .action(lazily(async () => (await import('./init-command.ts')).runInit));

  const robot = program.command('robot').description('work with robots');
  robot
    .command('check')
    .description("find what is wrong with a robot's files, and print its joints")
    .argument('<robot>', 'id, or a folder such as robots/my-robot')
    .action(lazily(async () => (await import('./robot-command.ts')).runRobotCheck));

  const memory = program.command('memory').description('what the robot remembers of earlier tasks');
  withMemoryOptions(memory.command('search'))
    .description('find episodes: tasks, failures, where things were found and put, answers')
    .argument('<text>')
    .action(lazily(async () => (await import('./memory-command.ts')).searchMemory));
  withMemoryOptions(memory.command('list'))
    .description('the newest episodes')
    .action(lazily(async () => (await import('./memory-command.ts')).listMemory));
  withMemoryFile(memory.command('forget'))
    .description('delete everything that is remembered')
    .action(lazily(async () => (await import('./memory-command.ts')).forgetMemory));
  withMemoryFile(memory.command('path'))
    .description('print which file it is')
    .action(lazily(async () => (await import('./memory-command.ts')).printMemoryPath));

  program
    .command('doctor')
    .description('say which middleware would be used and why, what is missing, and how to get it')
    .addOption(middlewareOption())
    .option('--json', 'print the findings as one JSON line')
    .action(lazily(async () => (await import('./doctor-command.ts')).runDoctor));

  program
    .command('prepare-ros')
    .description('make the middleware rclnodejs ready for the ROS 2 that is sourced')
    .action(lazily(async () => (await import('./prepare-ros-command.ts')).runPrepareRos));

  addGraphCommands(program, middlewareOption);
  return program;
}

/** Loads a command's code when it runs, so that `--help` and mistakes answer at once. */
function lazily<Arguments extends unknown[]>(
  load: () => Promise<(...given: Arguments) => Promise<void>>,
): (...given: Arguments) => Promise<void> {
  return async (...given) => (await load())(...given);
}

function withSystemOptions(command: Command): Command {
  return command
    .option('--scene <id>', 'folder below sim-scenes/', 'kitchen')
    .option('--robot <id>', 'folder below robots/', 'stretch')
    .option('--seed <number>', 'decides object poses and every noise', integer, 1)
    .addOption(middlewareOption())
    .option('--verbose', 'show what the nodes write');
}

function withModelOptions(command: Command): Command {
  return command
    .option(
      '--model <id>',
      'language model: reasoner, reasoner-noisy, openai-compatible, openai, anthropic',
      'reasoner',
    )
    .option('--model-url <address>', "address of its server; the environment's without it")
    .option('--model-name <name>', "name of the model there; EFFERENT_MODEL's without it")
    .option('--model-record <folder>', 'write every question to the model and its answer to a folder')
    .option('--model-replay <folder>', 'take every answer from such a folder instead of a server');
}

const withMemoryFile = (command: Command): Command =>
  command.option('--file <path>', "file of the memory; the workspace's own, or EFFERENT_MEMORY, without it");

const withMemoryOptions = (command: Command): Command =>
  withMemoryFile(command)
    .option('-n, --number <count>', 'how many episodes', count, 20)
    .option('--json', 'print one JSON line');

function withBenchOptions(command: Command, episodes = 100): Command {
  return command
    .option('--seed <number>', 'seed of the first episode', integer, 1)
    .option('--episodes <number>', 'number of episodes over all shards', count, episodes)
    .option('--shard <i/n>', 'do the i-th of n parts (0-based)', shard, { index: 0, count: 1 })
    .option('--episodes-file <path>', 'write one JSON line an episode')
    .option('--json', 'print the report as one JSON line')
    .option('--check', 'exit with 1 when a target is missed');
}

const middlewareOption = (): Option =>
  new Option('--middleware <name>', 'auto takes the first that is ready')
    .choices(['auto', 'rclnodejs', 'cyclonedds', 'inproc'])
    .default('auto');

const robotsOption = (): Option =>
  new Option('--robots <ids>', 'two robots that work together, e.g. stretch,panda')
    .argParser(pair)
    .conflicts('robot');

function pair(text: string): readonly string[] {
  const ids = text.split(',').map((id) => id.trim());
  if (ids.length !== 2 || ids.includes('') || ids[0] === ids[1])
    throw new InvalidArgumentError('Give two different robots, separated by a comma.');
  return ids;
}

function integer(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value))
    throw new InvalidArgumentError('Give a whole number.');
  return value;
}

function count(text: string): number {
  const value = integer(text);
  if (value === 0) throw new InvalidArgumentError('Give at least 1.');
  return value;
}

function number(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value <= 0)
    throw new InvalidArgumentError('Give a number above 0.');
  return value;
}

function share(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value <= 1))
    throw new InvalidArgumentError('Give a number from 0 to 1.');
  return value;
}

function shard(text: string): { index: number; count: number } {
  const [, index, count] = /^(\d+)\/(\d+)$/.exec(text) ?? [];
  if (index === undefined || count === undefined || Number(index) >= Number(count))
    throw new InvalidArgumentError('Give i/n with i from 0 to n - 1, e.g. 0/4.');
  return { index: Number(index), count: Number(count) };
}
