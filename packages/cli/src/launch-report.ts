import type { DeclaredArgument, LaunchEvent, LaunchLog, LaunchPlan, OutputTarget } from '@efferent/launcher';
import type { SystemObserver } from '@efferent/runtime';

type Level = 'INFO' | 'WARNING' | 'ERROR';

/** Tells on the screen and in the log files what a launch does, in the words of `ros2 launch`. */
export class LaunchReport implements SystemObserver {
  readonly #print: (line: string) => void;
  readonly #log: LaunchLog;
  readonly #commands: ReadonlyMap<string, string>;
  readonly #pids = new Map<string, number>();

  constructor(print: (line: string) => void, log: LaunchLog, plan: LaunchPlan) {
    this.#print = print;
    this.#log = log;
    this.#commands = new Map(plan.processes.map(({ name, command }) => [name, command.join(' ')]));
  }

  /** Says something of the launcher itself. */
  note(level: Level, who: string, text: string): void {
    const line = `[${level}] [${who}]: ${text}`;
    this.#print(line);
    this.#log.note(line);
  }

  onOutput(process: string, stream: 'stdout' | 'stderr', line: string, target: OutputTarget): void {
    if (this.#log.write(process, stream, line, target)) this.#print(`[${process}] ${line}`);
  }

  onLaunchEvent(event: LaunchEvent): void {
    if (event.kind === 'process-started') this.#pids.set(event.process, event.pid);
    this.note(...this.#describe(event));
  }

  #describe(event: LaunchEvent): [level: Level, who: string, text: string] {
    switch (event.kind) {
      case 'message':
        return ['INFO', 'launch.user', event.text];
      case 'process-started':
        return ['INFO', event.process, `process started with pid [${event.pid}]`];
      case 'process-exited':
        return this.#describeExit(event);
      case 'process-failed':
        return ['ERROR', event.process, `could not be started: ${event.reason}`];
      case 'process-respawning':
        return ['INFO', event.process, `is started again in ${event.delayMs / 1000} s`];
      case 'shutdown-required':
        return [
          'INFO',
          event.process,
          `process[${event.process}] was required: shutting down launched system`,
        ];
      case 'shutdown-requested':
        return ['INFO', 'launch', `shutting down: ${event.reason}`];
    }
  }

  #describeExit(event: Extract<LaunchEvent, { kind: 'process-exited' }>): [Level, string, string] {
    const { process, exitCode, signal, expected } = event;
    const pid = this.#pids.get(process);
    if (exitCode === 0 || (expected && signal === 'SIGINT'))
      return ['INFO', process, `process has finished cleanly [pid ${pid}]`];
    const how = signal === null ? `exit code ${exitCode}` : `signal ${signal}`;
    return ['ERROR', process, `process has died [pid ${pid}, ${how}, cmd '${this.#commands.get(process)}'].`];
  }
}

/** Lists the arguments of a launch file as `ros2 launch --show-args` does. */
export function formatArguments(declared: readonly DeclaredArgument[]): string {
  const blocks = declared.map(({ name, description, defaultValue, choices, isConditional }) =>
    [
      `    '${name}':${isConditional ? '*' : ''}`,
      `        ${description === '' ? 'no description given' : description}`,
      ...(choices.length === 0 ? [] : [`        one of: ${choices.join(', ')}`]),
      ...(defaultValue === undefined ? [] : [`        (default: '${defaultValue}')`]),
    ].join('\n'),
  );
  if (blocks.length === 0) blocks.push('  No arguments.');
  if (declared.some(({ isConditional }) => isConditional))
    blocks.push('* argument(s) which are only used if specific conditions occur');
  return ["Arguments (pass arguments as '<name>:=<value>'):", ...blocks].join('\n\n');
}
