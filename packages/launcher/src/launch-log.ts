import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { OutputTarget } from './plan.ts';

/** Returns the folder below which ROS keeps its logs: `ROS_LOG_DIR`, else `log` in `ROS_HOME`, else in `~/.ros`. */
export function rosLogFolder(environment: Readonly<Record<string, string | undefined>>): string {
  const { ROS_LOG_DIR, ROS_HOME } = environment;
  if (ROS_LOG_DIR !== undefined && ROS_LOG_DIR !== '') return ROS_LOG_DIR;
  return join(ROS_HOME !== undefined && ROS_HOME !== '' ? ROS_HOME : join(homedir(), '.ros'), 'log');
}

type Stream = 'stdout' | 'stderr';

/** Log files of one launch, as `ros2 launch` keeps them: `launch.log`, and files of their own for processes that ask. */
export class LaunchLog {
  readonly folder: string;
  readonly #files = new Map<string, number>();

  /** @param folder - made with the first line */
  constructor(folder: string) {
    this.folder = folder;
  }

  /**
   * Keeps a line of a process where its `output` wants it.
   *
   * @returns whether it also belongs on the screen
   */
  write(process: string, stream: Stream, line: string, target: OutputTarget): boolean {
    if (target !== 'screen' && target !== 'own_log') this.note(`[${process}] ${line}`);
    if (target === 'own_log' || target === 'full') {
      this.#append(`${process}-${stream}.log`, line);
      this.#append(`${process}.log`, line);
    }
    return ['screen', 'both', 'full'].includes(target) || (target === 'log' && stream === 'stderr');
  }

  /** Keeps a line of the launcher itself. */
  note(line: string): void {
    this.#append('launch.log', `${(Date.now() / 1000).toFixed(7)} ${line}`);
  }

  close(): void {
    for (const file of this.#files.values()) closeSync(file);
    this.#files.clear();
  }

  #append(name: string, line: string): void {
    let file = this.#files.get(name);
    if (file === undefined) {
      mkdirSync(this.folder, { recursive: true });
      file = openSync(join(this.folder, name.replaceAll('/', '.')), 'a');
      this.#files.set(name, file);
    }
    writeSync(file, `${line}\n`);
  }
}
