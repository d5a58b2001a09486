import type { Command, Option } from 'commander';
import { InvalidArgumentError } from 'commander';

/** What a command's module offers: functions that take its arguments and options. */
type Load<Module> = () => Promise<Module>;

/** Adds the commands that look into a ROS graph; they are called and answer as those of `ros2` do. */
export function addGraphCommands(program: Command, middlewareOption: () => Option): void {
  const group = (name: string, description: string) => program.command(name).description(description);
  const command = (parent: Command, usage: string, description: string) =>
    parent.command(usage).description(description).addOption(middlewareOption());
  addTopicCommands(group('topic', 'topics of the running graph'), command);
  addNodeCommands(group('node', 'nodes of the running graph'), command);
  addServiceCommands(group('service', 'services of the running graph'), command);
  addActionCommands(group('action', 'actions of the running graph'), command);
  addParamCommands(group('param', 'parameters of running nodes'), command);
  addLifecycleCommands(group('lifecycle', 'managed nodes and their states'), command);
  addInterfaceCommands(group('interface', 'message, service and action definitions'));
}

type Add = (parent: Command, usage: string, description: string) => Command;

function addTopicCommands(topic: Command, add: Add): void {
  const load = () => import('./topic-commands.ts');
  add(topic, 'list', 'names of topics')
    .option('-t, --show-types', 'with their types')
    .option('--include-hidden-topics', 'also those of the middleware')
    .action(
      run(
        load,
        ({ topicList }) =>
          (options) =>
            topicList({ ...options, types: options.showTypes, hidden: options.includeHiddenTopics }),
      ),
    );
  add(topic, 'info <topic>', 'type, publishers and subscriptions')
    .option('-v, --verbose', 'with nodes and QoS')
    .action(run(load, ({ topicInfo }) => topicInfo));
  add(topic, 'type <topic>', 'type of a topic').action(run(load, ({ topicType }) => topicType));
  add(topic, 'find <type>', 'topics of a type').action(run(load, ({ topicFind }) => topicFind));
  add(topic, 'echo <topic>', 'print messages as YAML')
    .option('--once', 'end after the first message')
    .option('--field <name>', 'one field only, e.g. pose.position')
    .option('--raw', 'bytes as hexadecimal')
    .option('-f, --full-length', 'long arrays in full')
    .option('--timeout <seconds>', 'end with 1 when nothing comes for so long', positive)
    .action(run(load, ({ topicEcho }) => topicEcho));
  add(topic, 'hz <topic>', 'rate of messages')
    .option('-w, --window <count>', 'newest messages looked at', positive, 10_000)
    .action(run(load, ({ topicHz }) => topicHz));
  add(topic, 'bw <topic>', 'bytes a second')
    .option('-w, --window <count>', 'newest messages looked at', positive, 100)
    .action(run(load, ({ topicBw }) => topicBw));
  add(topic, 'pub <topic> <type> [message]', 'publish a message given as YAML')
    .option('-r, --rate <hertz>', 'messages a second', positive, 1)
    .option('-1, --once', 'publish one message and end')
    .option('-t, --times <count>', 'publish so many and end', positive)
    .option('--use-sim-time', 'stamps take the time of /clock')
    .option(
      '--qos-reliability <what>',
      'reliable or best-effort',
      oneOf('reliable', 'best-effort'),
      'reliable',
    )
    .option(
      '--qos-durability <what>',
      'volatile or transient-local',
      oneOf('volatile', 'transient-local'),
      'volatile',
    )
    .action(
      run(
        load,
        ({ topicPub }) =>
          (name, type, message, options) =>
            topicPub(name, type, message ?? '{}', {
              ...options,
              reliability: options.qosReliability,
              durability: options.qosDurability,
            }),
      ),
    );
}

function addNodeCommands(node: Command, add: Add): void {
  const load = () => import('./node-commands.ts');
  add(node, 'list', 'names of nodes')
    .option('-a, --all', 'also hidden ones')
    .action(run(load, ({ nodeList }) => nodeList));
  add(node, 'info <node>', 'what a node publishes, hears, serves and calls')
    .option('--include-hidden', 'also what the middleware made')
    .action(
      run(
        load,
        ({ nodeInfo }) =>
          (name, options) =>
            nodeInfo(name, { ...options, hidden: options.includeHidden }),
      ),
    );
}

function addServiceCommands(service: Command, add: Add): void {
  const load = () => import('./service-commands.ts');
  add(service, 'list', 'names of services')
    .option('-t, --show-types', 'with their types')
    .option('--include-hidden-services', 'also those of actions')
    .action(
      run(
        load,
        ({ serviceList }) =>
          (options) =>
            serviceList({ ...options, types: options.showTypes, hidden: options.includeHiddenServices }),
      ),
    );
  add(service, 'type <service>', 'type of a service').action(run(load, ({ serviceType }) => serviceType));
  add(service, 'call <service> <type> [request]', 'call with a request given as YAML')
    .option('--timeout <seconds>', 'for the server and for its answer', positive, 10)
    .action(run(load, ({ serviceCall }) => serviceCall));
}

function addActionCommands(action: Command, add: Add): void {
  const load = () => import('./action-commands.ts');
  add(action, 'list', 'names of actions')
    .option('-t, --show-types', 'with their types')
    .action(
      run(
        load,
        ({ actionList }) =>
          (options) =>
            actionList({ ...options, types: options.showTypes }),
      ),
    );
  add(action, 'info <action>', 'clients and servers')
    .option('-t, --show-types', 'with their types')
    .action(
      run(
        load,
        ({ actionInfo }) =>
          (name, options) =>
            actionInfo(name, { ...options, types: options.showTypes }),
      ),
    );
  add(action, 'send_goal <action> <type> <goal>', 'send a goal given as YAML and wait for its result')
    .option('-f, --feedback', 'print feedback')
    .option('--timeout <seconds>', 'for the result', positive, 600)
    .action(run(load, ({ actionSendGoal }) => actionSendGoal));
}

function addParamCommands(param: Command, add: Add): void {
  const load = () => import('./param-commands.ts');
  add(param, 'list [node]', 'names of parameters').action(run(load, ({ paramList }) => paramList));
  add(param, 'get <node> <parameter>', 'value of a parameter')
    .option('--hide-type', 'the value alone')
    .action(run(load, ({ paramGet }) => paramGet));
  add(param, 'set <node> <parameter> <value>', 'set a parameter').action(
    run(load, ({ paramSet }) => paramSet),
  );
  add(param, 'describe <node> <parameter>', 'description, type and range').action(
    run(load, ({ paramDescribe }) => paramDescribe),
  );
  add(param, 'dump <node>', 'all parameters as a parameter file').action(
    run(load, ({ paramDump }) => paramDump),
  );
  add(param, 'load <node> <file>', 'set what a parameter file says').action(
    run(load, ({ paramLoad }) => paramLoad),
  );
}

function addLifecycleCommands(lifecycle: Command, add: Add): void {
  const load = () => import('./lifecycle-commands.ts');
  add(lifecycle, 'nodes', 'names of managed nodes')
    .option('-a, --all', 'also hidden ones')
    .option('-c, --count-nodes', 'only how many there are')
    .action(run(load, ({ lifecycleNodes }) => lifecycleNodes));
  add(lifecycle, 'get [node]', 'state of a node, or of all').action(
    run(load, ({ lifecycleGet }) => lifecycleGet),
  );
  add(lifecycle, 'list <node>', 'transitions that are possible now')
    .option('-a, --all', 'all that there are')
    .action(run(load, ({ lifecycleList }) => lifecycleList));
  add(lifecycle, 'set <node> <transition>', 'configure, activate, deactivate, cleanup or shutdown').action(
    run(load, ({ lifecycleSet }) => lifecycleSet),
  );
}

function addInterfaceCommands(parent: Command): void {
  const load = () => import('./interface-commands.ts');
  parent
    .command('list')
    .description('all known')
    .action(run(load, ({ interfaceList }) => interfaceList));
  parent
    .command('package <package>')
    .description('those of a package')
    .action(run(load, ({ interfacePackage }) => interfacePackage));
  parent
    .command('packages')
    .description('packages that have some')
    .action(run(load, ({ interfacePackages }) => interfacePackages));
  parent
    .command('show <type>')
    .description('a definition in full')
    .option('--no-comments', 'without comments')
    .action(run(load, ({ interfaceShow }) => interfaceShow));
}

/** Loads a command's code when it runs; commander checks arguments and options, which arrive as it declares them. */
function run<Module>(
  load: Load<Module>,
  // biome-ignore lint/suspicious/noExplicitAny: commander's arguments have no static types
  pick: (module: Module) => (...given: any[]) => Promise<void>,
) {
  return async (...given: unknown[]): Promise<void> => pick(await load())(...given.slice(0, -1));
}

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0 && Number.isFinite(value))) throw new InvalidArgumentError('It must be a positive number.');
  return value;
}

const oneOf =
  (...choices: readonly string[]) =>
  (text: string): string => {
    if (!choices.includes(text)) throw new InvalidArgumentError(`It must be ${choices.join(' or ')}.`);
    return text;
  };
