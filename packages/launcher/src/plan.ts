import { resolve } from 'node:path';
import { launchError } from './element.ts';
import type { PackageIndex } from './packages.ts';
import { Planner } from './planner.ts';
import { Scope, type TimerWait } from './scope.ts';

/** What a launch file may ask of the machine. */
export interface LaunchContext {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly packages: PackageIndex;
  /** Reads an included file. @throws when it is not readable */
  readonly readFile: (path: string) => string;
  /** Folder of the log files of this launch, `$(launch_log_dir)`. */
  readonly logFolder: string;
  /** Folder below which ROS keeps logs; what a relative `set_ros_log_dir` starts from. */
  readonly rosLogFolder: string;
  /** Folder for the parameter files that a run writes. */
  readonly parameterFolder: string;
  /** A number that no other launch has, for `$(anon)`. */
  readonly uniqueNumber: () => number;
  /** Gets what is worth telling and no error. */
  readonly warn: (text: string) => void;
}

const outputTargets = ['screen', 'log', 'both', 'own_log', 'full'] as const;
/** Where the lines of a process go; `log` sends standard error to the screen as well. */
export type OutputTarget = (typeof outputTargets)[number];
export const isOutputTarget = (text: string): text is OutputTarget =>
  (outputTargets as readonly string[]).includes(text);

/** One process to start. */
export interface ProcessPlan {
  /** Unique in the plan: a label and a counter, e.g. `gate-2`. */
  readonly name: string;
  /** Program and its arguments. */
  readonly command: readonly string[];
  readonly cwd: string | undefined;
  /** What differs from the launcher's own environment; undefined takes a variable away. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly output: OutputTarget;
  /** Whether it gets a terminal to write to. */
  readonly emulateTty: boolean;
  readonly respawn: boolean;
  readonly respawnDelayMs: number;
  /** -1 has no limit. */
  readonly respawnMaxRetries: number;
  readonly sigtermTimeoutMs: number;
  readonly sigkillTimeoutMs: number;
  /** Its end ends the whole launch. */
  readonly required: boolean;
  /** Timers to wait for before it starts, one after the other. */
  readonly waits: readonly TimerWait[];
  /** Present for `<node>`. */
  readonly node: NodePlan | undefined;
  readonly file: string;
  readonly line: number;
}

/** The ROS part of a process, for those who load its node into their own process. */
export interface NodePlan {
  readonly packageName: string | undefined;
  readonly executable: string;
  /** `args` and `--ros-args …`, as the process gets them. */
  readonly arguments: readonly string[];
}

export interface LaunchPlan {
  /** In the order of the file. */
  readonly processes: readonly ProcessPlan[];
  /** Texts of `<log>`, in order. */
  readonly messages: readonly { readonly text: string; readonly waits: readonly TimerWait[] }[];
  /** Every `<shutdown>`. */
  readonly shutdowns: readonly { readonly reason: string; readonly waits: readonly TimerWait[] }[];
  /** Path to content of the files that must be there while it runs; see `writeParameterFiles`. */
  readonly parameterFiles: ReadonlyMap<string, string>;
  /** Whether the launcher's own ROS clock follows `/clock`, for `<ros_timer>`. */
  readonly usesSimTime: boolean;
}

/** Variables that mean something to the runner itself and need no `<arg>`. */
const runnerVariables = [
  'launch-prefix',
  'launch-prefix-filter',
  'sigterm_timeout',
  'sigkill_timeout',
  'emulate_tty',
];

/**
 * Works out what a launch file starts, and starts nothing.
 *
 * @param file - path of the XML file
 * @param given - values of its arguments
 * @param preset - values that count where it declares the argument, and are no mistake where it does not
 * @returns the processes in file order
 * @throws {@link ConfigurationError} naming file, line and element of what is wrong
 */
export function planLaunch(
  file: string,
  given: ReadonlyMap<string, string>,
  context: LaunchContext,
  preset: ReadonlyMap<string, string> = new Map(),
): LaunchPlan {
  const planner = new Planner(context);
  const scope = new Scope();
  scope.resetEnvironment(context.environment);
  for (const [name, value] of [...preset, ...given]) scope.variables.set(name, value);
  const path = resolve(file);
  const root = planner.readRoot(path, { file, line: 0, name: '' });
  planner.include(path, root, root, scope);
  for (const name of given.keys())
    if (!planner.declared.has(name) && !runnerVariables.includes(name))
      throw launchError(
        root,
        `there is no argument "${name}"; there are: ${[...planner.declared].join(', ') || 'none'}`,
      );
  const { processes, messages, shutdowns, parameterFiles, usesSimTime } = planner;
  return { processes, messages, shutdowns, parameterFiles, usesSimTime };
}
