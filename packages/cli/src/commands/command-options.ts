import { type Command, InvalidArgumentError, Option } from 'commander';

export const withoutOption = () =>
  new Option(
    '--without <parts>',
    'parts of the planner to leave out, separated by commas, e.g. critic,samples',
  );

/** Loads a command's code when it runs, so that `--help` and mistakes answer at once. */
export function lazily<Arguments extends unknown[]>(
  load: () => Promise<(...given: Arguments) => Promise<void>>,
): (...given: Arguments) => Promise<void> {
  return async (...given) => (await load())(...given);
}

export function withSystemOptions(command: Command): Command {
  return command
    .option('--scene <id>', 'folder below sim-scenes/', 'kitchen')
    .option('--robot <id>', 'folder below robots/', 'stretch')
    .option('--seed <number>', 'decides object poses and every noise', integer, 1)
    .addOption(middlewareOption())
    .option('--verbose', 'show what the nodes write');
}

export function withModelOptions(command: Command): Command {
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

export const withMemoryFile = (command: Command): Command =>
  command.option('--file <path>', "file of the memory; the workspace's own, or EFFERENT_MEMORY, without it");

export const withMemoryOptions = (command: Command): Command =>
  withMemoryFile(command)
    .option('-n, --number <count>', 'how many episodes', count, 20)
    .option('--json', 'print one JSON line');

export function withBenchOptions(command: Command, episodes = 100): Command {
  return command
    .option('--seed <number>', 'seed of the first episode', integer, 1)
    .addOption(
      new Option('--episodes <number>', 'number of episodes over all shards')
        .argParser(count)
        .default(episodes, episodes === 0 ? "the suite's own" : undefined),
    )
    .addOption(
      new Option('--shard <i/n>', 'do the i-th of n parts (0-based)')
        .argParser(shard)
        .default({ index: 0, count: 1 }, 'all'),
    )
    .option('--episodes-file <path>', 'write one JSON line an episode')
    .option('--json', 'print the report as one JSON line')
    .option('--check', 'exit with 1 when a target is missed');
}

export const middlewareOption = (): Option =>
  new Option('--middleware <name>', 'auto takes the first that is ready')
    .choices(['auto', 'rclnodejs', 'cyclonedds', 'inproc'])
    .default('auto');

export const robotsOption = (): Option =>
  new Option('--robots <ids>', 'two robots that work together, e.g. stretch,panda')
    .argParser(pair)
    .conflicts('robot');

function pair(text: string): readonly string[] {
  const ids = text.split(',').map((id) => id.trim());
  if (ids.length !== 2 || ids.includes('') || ids[0] === ids[1])
    throw new InvalidArgumentError('Give two different robots, separated by a comma.');
  return ids;
}

export function integer(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value))
    throw new InvalidArgumentError('Give a whole number.');
  return value;
}

export function count(text: string): number {
  const value = integer(text);
  if (value === 0) throw new InvalidArgumentError('Give at least 1.');
  return value;
}

export function number(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value <= 0)
    throw new InvalidArgumentError('Give a number above 0.');
  return value;
}

export function share(text: string): number {
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
