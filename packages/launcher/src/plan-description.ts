import type { LaunchPlan, ProcessPlan } from './plan.ts';
import type { TimerWait } from './scope.ts';

/**
 * Describes what a plan would start, as text for people: each process with its command line, what differs from the
 * defaults, and the content of its parameter files.
 */
export function describePlan(plan: LaunchPlan): string {
  const blocks = [
    ...plan.messages.map(({ text, waits }) => `${delay(waits)}log: ${text}`),
    ...plan.processes.map((each) => describeProcess(each, plan)),
    ...plan.shutdowns.map(({ reason, waits }) => `${delay(waits)}shutdown: ${reason}`),
  ];
  return blocks.length === 0 ? 'nothing is started' : blocks.join('\n');
}

function describeProcess(process: ProcessPlan, plan: LaunchPlan): string {
  const lines = [
    `${delay(process.waits)}[${process.name}]  ${process.file}:${process.line}`,
    `    ${process.command.map(quote).join(' ')}`,
    ...changes(process).map((each) => `    ${each}`),
  ];
  for (const word of process.command) {
    const text = plan.parameterFiles.get(word);
    if (text !== undefined)
      lines.push(
        ...text
          .trimEnd()
          .split('\n')
          .map((each) => `      | ${each}`),
      );
  }
  return lines.join('\n');
}

function changes(process: ProcessPlan): string[] {
  const environment = Object.entries(process.environment).map(([name, value]) =>
    value === undefined ? `-${name}` : `${name}=${quote(value)}`,
  );
  const { respawnMaxRetries: most, respawnDelayMs, sigtermTimeoutMs, sigkillTimeoutMs } = process;
  return [
    process.cwd === undefined ? '' : `in ${process.cwd}`,
    environment.length === 0 ? '' : `environment ${environment.join(' ')}`,
    process.output === 'log' ? '' : `output ${process.output}`,
    process.emulateTty ? 'with a terminal' : '',
    process.respawn
      ? `started again after ${respawnDelayMs / 1000} s${most < 0 ? '' : `, at most ${most} times`}`
      : '',
    process.required ? 'its end ends the launch' : '',
    sigtermTimeoutMs === 5000 && sigkillTimeoutMs === 5000
      ? ''
      : `SIGTERM ${sigtermTimeoutMs / 1000} s after SIGINT, SIGKILL ${sigkillTimeoutMs / 1000} s later`,
  ].filter((each) => each !== '');
}

const delay = (waits: readonly TimerWait[]): string =>
  waits.map(({ ms, clock }) => `after ${ms / 1000} s${clock === 'ros' ? ' of ROS time' : ''}: `).join('');

const quote = (word: string): string =>
  /^[\w@%+=:,./~*-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
