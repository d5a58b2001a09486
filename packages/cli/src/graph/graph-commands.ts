import { type Command, Option } from 'commander';
import { type Add, positive, run } from './command-options.ts';
import { addTopicCommands } from './topic-usage.ts';

/** Adds the commands that look into a ROS graph; they are called and answer as those of `ros2` do. */
export function addGraphCommands(program: Command, middlewareOption: () => Option): void {
  const group = (name: string, description: string) => program.command(name).description(description);
  const command = (parent: Command, usage: string, description: string) =>
    parent
      .command(usage)
      .description(description)
      .addOption(middlewareOption())
      .option('--spin-time <seconds>', 'how long to look for what is on the graph', positive)
      .option('-s, --use-sim-time', 'take the time of /clock')
      .addOption(new Option('--no-daemon', 'there is none').hideHelp());
  addTopicCommands(group('topic', 'topics of the running graph'), command);
  addNodeCommands(group('node', 'nodes of the running graph'), command);
  addServiceCommands(group('service', 'services of the running graph'), command);
  addActionCommands(group('action', 'actions of the running graph'), command);
  addParamCommands(group('param', 'parameters of running nodes'), command);
  addLifecycleCommands(group('lifecycle', 'managed nodes and their states'), command);
  addInterfaceCommands(group('interface', 'message, service and action definitions'));
}

function addNodeCommands(node: Command, add: Add): void {
  const load = () => import('./node-commands.ts');
  add(node, 'list', 'names of nodes')
    .option('-a, --all', 'also hidden ones')
    .option('-c, --count-nodes', 'only how many there are')
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
    .option('-c, --count-services', 'only how many there are')
    .option('--include-hidden-services', 'also those of actions')
    .action(
      run(
        load,
        ({ serviceList }) =>
          (options) =>
            serviceList({
              ...options,
              types: options.showTypes,
              count: options.countServices,
              hidden: options.includeHiddenServices,
            }),
      ),
    );
  add(service, 'type <service>', 'type of a service').action(run(load, ({ serviceType }) => serviceType));
  add(service, 'info <service>', 'type, clients and servers').action(
    run(load, ({ serviceInfo }) => serviceInfo),
  );
  add(service, 'find <type>', 'services of a type')
    .option('-c, --count-services', 'only how many there are')
    .option('--include-hidden-services', 'also those of actions')
    .action(
      run(
        load,
        ({ serviceFind }) =>
          (type, options) =>
            serviceFind(type, {
              ...options,
              count: options.countServices,
              hidden: options.includeHiddenServices,
            }),
      ),
    );
  add(service, 'call <service> <type> [request]', 'call with a request given as YAML')
    .option('-r, --rate <hertz>', 'call over and over, so many times a second', positive)
    .option('--timeout <seconds>', 'for the server and for its answer', positive, 10)
    .action(run(load, ({ serviceCall }) => serviceCall));
}

function addActionCommands(action: Command, add: Add): void {
  const load = () => import('./action-commands.ts');
  add(action, 'list', 'names of actions')
    .option('-t, --show-types', 'with their types')
    .option('-c, --count-actions', 'only how many there are')
    .action(
      run(
        load,
        ({ actionList }) =>
          (options) =>
            actionList({ ...options, types: options.showTypes, count: options.countActions }),
      ),
    );
  add(action, 'type <action>', 'type of an action').action(run(load, ({ actionType }) => actionType));
  add(action, 'info <action>', 'clients and servers')
    .option('-t, --show-types', 'with their types')
    .option('-c, --count', 'only how many there are')
    .action(
      run(
        load,
        ({ actionInfo }) =>
          (name, options) =>
            actionInfo(name, { ...options, types: options.showTypes }),
      ),
    );
  add(action, 'send_goal <action> <type> [goal]', 'send a goal given as YAML and wait for its result')
    .option('-f, --feedback', 'print feedback')
    .option('--timeout <seconds>', 'for the result', positive, 600)
    .action(run(load, ({ actionSendGoal }) => actionSendGoal));
}

function addParamCommands(param: Command, add: Add): void {
  const load = () => import('./param-commands.ts');
  add(param, 'list [node]', 'names of parameters')
    .option('--include-hidden-nodes', 'also those of hidden nodes')
    .option('--param-type', 'with their types')
    .option('--param-prefixes <prefixes...>', 'only those that begin so')
    .option('--filter <pattern>', 'only those that match a regular expression')
    .action(run(load, ({ paramList }) => paramList));
  add(param, 'get <node> <parameter>', 'value of a parameter')
    .option('--hide-type', 'the value alone')
    .action(run(load, ({ paramGet }) => paramGet));
  add(param, 'set <node> <parameter> <value>', 'set a parameter').action(
    run(load, ({ paramSet }) => paramSet),
  );
  add(param, 'delete <node> <parameter>', 'take a parameter away that a node lets go of').action(
    run(load, ({ paramDelete }) => paramDelete),
  );
  add(param, 'describe <node> <parameters...>', 'description, type and range').action(
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
    .option('-m, --only-msgs', 'messages only')
    .option('-s, --only-srvs', 'services only')
    .option('-a, --only-actions', 'actions only')
    .action(run(load, ({ interfaceList }) => interfaceList));
  parent
    .command('package <package>')
    .description('those of a package')
    .option('-m, --only-msgs', 'messages only')
    .option('-s, --only-srvs', 'services only')
    .option('-a, --only-actions', 'actions only')
    .action(run(load, ({ interfacePackage }) => interfacePackage));
  parent
    .command('packages')
    .description('packages that have some')
    .option('-m, --only-msgs', 'messages only')
    .option('-s, --only-srvs', 'services only')
    .option('-a, --only-actions', 'actions only')
    .action(run(load, ({ interfacePackages }) => interfacePackages));
  parent
    .command('show <type>')
    .description('a definition in full')
    .option('--all-comments', 'with the comments of nested types too')
    .option('--no-comments', 'without comments')
    .action(run(load, ({ interfaceShow }) => interfaceShow));
}
