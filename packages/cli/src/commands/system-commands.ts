import { type Command, Option } from 'commander';
import {
  integer,
  lazily,
  middlewareOption,
  robotsOption,
  withModelOptions,
  withoutOption,
  withSystemOptions,
} from './command-options.ts';

/** Adds what starts a robot and what speaks to one. */
export function addSystemCommands(program: Command): void {
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
    .action(lazily(async () => (await import('../start-command.ts')).runStart));

  program
    .command('run')
    .description('have the agent of a running system carry out an instruction')
    .argument('<instruction>')
    .option('--robot <id>', 'namespace of the robot', 'stretch')
    .option('--planner <id>', "planner; the agent's default without it")
    .addOption(withoutOption())
    .addOption(middlewareOption())
    .option('--json', 'print one JSON line last')
    .action(lazily(async () => (await import('../run-command.ts')).runInstruction));

  program
    .command('say')
    .description('say something to a running system, also about the task it is at: "no, the other mug"')
    .argument('<words>')
    .option('--robot <id>', 'namespace of the robot', 'stretch')
    .option('--planner <id>', "planner; the agent's default without it")
    .addOption(middlewareOption())
    .option('--json', 'print one JSON line last')
    .action(lazily(async () => (await import('../run-command.ts')).say));

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
    .action(lazily(async () => (await import('../mcp-command.ts')).runMcp));

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
    .action(lazily(async () => (await import('../launch-command.ts')).runLaunchFile));

  withModelOptions(withSystemOptions(program.command('script')))
    .description('run a closed-loop task script')
    .argument('<file>')
    .option('--lockstep', 'in a simulation of its own, on a virtual clock')
    .option('--task <id>', 'task card that places the objects (with --lockstep)')
    .addOption(robotsOption())
    .action(lazily(async () => (await import('../script-command.ts')).runScript));
}
