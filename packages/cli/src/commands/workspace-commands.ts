import type { Command } from 'commander';
import { lazily, middlewareOption } from './command-options.ts';

/** Adds what is about a workspace, its robots and this machine. */
export function addWorkspaceCommands(program: Command): void {
  program
    .command('init')
    .description('make a workspace of your own: robot, scene, skills, launch file and task script')
    .argument('[folder]', 'new or empty; its name becomes the name of the workspace', '.')
    .action(lazily(async () => (await import('../init-command.ts')).runInit));

  const robot = program.command('robot').description('work with robots');
  robot
    .command('check')
    .description("find what is wrong with a robot's files, and print its joints")
    .argument('<robot>', 'id, or a folder such as robots/my-robot')
    .action(lazily(async () => (await import('../robot-command.ts')).runRobotCheck));

  program
    .command('doctor')
    .description('say which middleware would be used and why, what is missing, and how to get it')
    .addOption(middlewareOption())
    .option('--json', 'print the findings as one JSON line')
    .action(lazily(async () => (await import('../doctor-command.ts')).runDoctor));

  program
    .command('prepare-ros')
    .description('make the middleware rclnodejs ready for the ROS 2 that is sourced')
    .action(lazily(async () => (await import('../prepare-ros-command.ts')).runPrepareRos));
}
