import { createWriteStream, mkdirSync, type WriteStream } from 'node:fs';
import { join } from 'node:path';
import { steadyWallClock } from '@efferent/core';
import {
  findLaunchFile,
  repositoryFolder,
  type System,
  selectMiddleware,
  startSystem,
} from '@efferent/runtime';
import { describeConfiguration } from '@efferent/runtime/simulation';
import type { Terminal } from './terminal.ts';
import { printWorkspace } from './workspace-defaults.ts';

export interface SystemSessionOptions {
  readonly scene: string;
  readonly robot: string;
  /** Two robots that work together, instead of `robot`. */
  readonly robots?: readonly string[];
  readonly seed: number;
  readonly middleware: string;
  readonly verbose?: boolean;
}

/**
 * Starts a launch file and prints the first screen.
 *
 * @param launchFile - path, or name below the `launch/` of the workspace or of the repository
 * @param more - arguments of the launch file beside scene, robot and seed
 */
export async function startSystemSession(
  terminal: Terminal,
  launchFile: string,
  options: SystemSessionOptions,
  more: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<System> {
  const [robot = options.robot, otherRobot] = options.robots ?? [];
  const facts = await describeConfiguration({ ...options, robot });
  if (otherRobot !== undefined) await describeConfiguration({ ...options, robot: otherRobot });
  terminal.line(terminal.strong('efferent 0.1.0'));
  if (process.env.EFFERENT_SETUP !== undefined) terminal.row('setting up', process.env.EFFERENT_SETUP);
  const { middleware, reason } = await selectMiddleware(options.middleware);
  terminal.row('middleware', `${middleware} · ${reason}`);
  printWorkspace(terminal);
  terminal.row('scene', facts.scene);
  terminal.row('robot', otherRobot === undefined ? facts.robot : `${facts.robot} · and ${otherRobot}`);
  const logs = new NodeLogs();
  const startedNs = steadyWallClock.nowNs();
  const system = await startSystem({
    launchFile: findLaunchFile(launchFile),
    arguments: {
      scene: options.scene,
      robot,
      ...(otherRobot === undefined ? {} : { other_robot: otherRobot }),
      seed: String(options.seed),
      ...more,
    },
    middleware,
    robot,
    signal,
    observer: {
      onNodeReady: (node, ready, total) => terminal.live('nodes', `${node} is up`, `${ready} of ${total}`),
      onNodeDown: (node, reason) => {
        if (!signal.aborted)
          terminal.row('node down', `${node}: ${reason} · log ${logs.folder}`, { tone: 'bad' });
      },
      onNodeRespawn: (node) => terminal.row('node up', `${node} is started again`, { tone: 'waiting' }),
      onOutput: (node, stream, line) => {
        logs.write(node, line);
        if (options.verbose === true) terminal.line(`[${node}] ${stream === 'stderr' ? '! ' : ''}${line}`);
      },
    },
  });
  const seconds = Number(steadyWallClock.nowNs() - startedNs) / 1e9;
  terminal.row('nodes', system.nodeNames.map((name) => name.replace(/-\d+$/, '')).join(' · '), {
    right: `${system.nodeNames.length} up in ${seconds.toFixed(1)} s`,
  });
  return system;
}

/** Keeps what every node writes in a file of its own. */
class NodeLogs {
  readonly folder = join(repositoryFolder, '.efferent/log');
  readonly #files = new Map<string, WriteStream>();

  write(node: string, line: string): void {
    let file = this.#files.get(node);
    if (file === undefined) {
      mkdirSync(this.folder, { recursive: true });
      file = createWriteStream(join(this.folder, `${node.replace(/^\//, '').replaceAll('/', '.')}.log`));
      this.#files.set(node, file);
    }
    file.write(`${line}\n`);
  }
}
