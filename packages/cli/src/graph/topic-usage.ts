import { type Command, InvalidArgumentError } from 'commander';
import { type Add, positive, run } from './command-options.ts';

/** Adds the commands of `efferent topic`. */
export function addTopicCommands(topic: Command, add: Add): void {
  const load = () => import('./topic-commands.ts');
  add(topic, 'list', 'names of topics')
    .option('-t, --show-types', 'with their types')
    .option('-c, --count-topics', 'only how many there are')
    .option('-v, --verbose', 'how many publish and how many subscribe')
    .option('--include-hidden-topics', 'also those of the middleware')
    .action(
      run(
        load,
        ({ topicList }) =>
          (options) =>
            topicList({
              ...options,
              types: options.showTypes,
              count: options.countTopics,
              hidden: options.includeHiddenTopics,
            }),
      ),
    );
  add(topic, 'info <topic>', 'type, publishers and subscriptions')
    .option('-v, --verbose', 'with nodes and QoS')
    .action(run(load, ({ topicInfo }) => topicInfo));
  add(topic, 'type <topic>', 'type of a topic').action(run(load, ({ topicType }) => topicType));
  add(topic, 'find <type>', 'topics of a type')
    .option('-c, --count-topics', 'only how many there are')
    .option('--include-hidden-topics', 'also those of the middleware')
    .action(
      run(
        load,
        ({ topicFind }) =>
          (type, options) =>
            topicFind(type, {
              ...options,
              count: options.countTopics,
              hidden: options.includeHiddenTopics,
            }),
      ),
    );
  withQos(add(topic, 'echo <topic> [type]', 'print messages as YAML'))
    .option('--once', 'end after the first message')
    .option('--field <name>', 'one field only, e.g. pose.position')
    .option('--csv', 'a line of values a message')
    .option('--no-arr', 'arrays by their type and length only')
    .option('--no-str', 'strings by their length only')
    .option('--raw', 'bytes as hexadecimal')
    .option('-f, --full-length', 'long arrays in full')
    .option(
      '-l, --truncate-length <count>',
      'elements of arrays, letters of strings that are shown',
      positive,
      128,
    )
    .option('--timeout <seconds>', 'end with 1 when nothing comes for so long', positive)
    .action(
      run(
        load,
        ({ topicEcho }) =>
          (name, type, options) =>
            topicEcho(name, type, options),
      ),
    );
  add(topic, 'hz <topic>', 'rate of messages')
    .option('-w, --window <count>', 'newest messages looked at', positive, 10_000)
    .action(run(load, ({ topicHz }) => topicHz));
  add(topic, 'bw <topic>', 'bytes a second')
    .option('-w, --window <count>', 'newest messages looked at', positive, 100)
    .action(run(load, ({ topicBw }) => topicBw));
  add(topic, 'delay <topic>', 'time from the stamp of a message to its arrival')
    .option('-w, --window <count>', 'newest messages looked at', positive, 10_000)
    .action(run(load, ({ topicDelay }) => topicDelay));
  withQos(add(topic, 'pub <topic> <type> [message]', 'publish a message given as YAML'))
    .option('-r, --rate <hertz>', 'messages a second', positive, 1)
    .option('-p, --print <count>', 'print every so many messages', positive, 1)
    .option('-1, --once', 'publish one message and end')
    .option('-t, --times <count>', 'publish so many and end', positive)
    .option('-w, --wait-matching-subscriptions <count>', 'wait for so many before the first', whole)
    .option('--max-wait-time-secs <seconds>', 'wait for them no longer', positive)
    .option('--keep-alive <seconds>', 'stay for so long after the last', positive, 0.1)
    .option('-n, --node-name <name>', 'name of the publishing node')
    .action(
      run(
        () => import('./topic-pub.ts'),
        ({ topicPub }) =>
          (name, type, message, options) =>
            topicPub(name, type, message ?? '{}', options),
      ),
    );
}

/** Profiles and policies are written as `ros2` does, with underscores, or with dashes. */
function withQos(command: Command): Command {
  const either = ['system-default', 'best-available'] as const;
  return command
    .option(
      '--qos-profile <name>',
      'profile of ROS',
      oneOf(
        'default',
        'sensor-data',
        'services-default',
        'parameters',
        'parameter-events',
        'action-status-default',
        ...either,
      ),
    )
    .option('--qos-depth <count>', 'messages that are kept', positive)
    .option('--qos-history <what>', 'keep_last or keep_all', oneOf('keep-last', 'keep-all', either[0]))
    .option(
      '--qos-reliability <what>',
      'reliable or best_effort',
      oneOf('reliable', 'best-effort', ...either),
    )
    .option(
      '--qos-durability <what>',
      'volatile or transient_local',
      oneOf('volatile', 'transient-local', ...either),
    );
}

function whole(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}

const oneOf =
  (...choices: readonly string[]) =>
  (text: string): string => {
    const word = text.replaceAll('_', '-');
    if (!choices.includes(word))
      throw new InvalidArgumentError(`It must be one of ${choices.join(', ').replaceAll('-', '_')}.`);
    return word;
  };
