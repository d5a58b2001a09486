import { existsSync } from 'node:fs';
import { ConfigurationError } from '@efferent/core';
import { describePlan, LaunchLog, listArguments } from '@efferent/launcher';
import {
  findLaunchFile,
  findPackageLaunchFile,
  launchContext,
  newLogFolder,
  planFile,
  selectMiddleware,
  startLaunch,
} from '@efferent/runtime';
import { formatArguments, LaunchReport } from './launch-report.ts';
import { runUntilSignal } from './signals.ts';
import { Terminal } from './terminal.ts';
import { printWorkspace } from './workspace-defaults.ts';

interface LaunchOptions {
  readonly showArgs?: boolean;
  readonly print?: boolean;
  readonly showAllSubprocessesOutput?: boolean;
  readonly launchPrefix?: string;
  readonly launchPrefixFilter?: string;
  readonly middleware: string;
}

/**
 * `efferent launch`: runs a launch file until Ctrl-C, a shutdown of the file, or the end of all it started.
 *
 * @param fileOrPackage - a path, a name below a `launch/` folder, or a package; then `words` begin with its file
 */
export async function runLaunchFile(
  fileOrPackage: string,
  words: readonly string[],
  options: LaunchOptions,
): Promise<void> {
  const terminal = new Terminal(process.stdout);
  const isPackage = words[0] !== undefined && !words[0].includes('=') && !existsSync(fileOrPackage);
  const values = valuesOf(isPackage ? words.slice(1) : words, options);
  const file = isPackage
    ? findPackageLaunchFile(fileOrPackage, words[0] as string)
    : findLaunchFile(fileOrPackage);
  const warn = (text: string) => terminal.line(`[WARNING] [launch]: ${text}`);
  if (options.showArgs === true) {
    terminal.line(formatArguments(listArguments(file, launchContext({ warn }))));
    return;
  }
  if (options.showAllSubprocessesOutput === true) process.env.OVERRIDE_LAUNCH_PROCESS_OUTPUT = 'both';
  const log = new LaunchLog(newLogFolder(new Date()));
  const plan = planFile(file, values, { logFolder: log.folder, warn });
  if (options.print === true) {
    terminal.line(describePlan(plan));
    return;
  }
  await runUntilSignal(async (signal) => {
    const { middleware, reason } = await selectMiddleware(options.middleware);
    printWorkspace(terminal);
    const report = new LaunchReport((line) => terminal.line(line), log, plan);
    report.note('INFO', 'launch', `All log files can be found below ${log.folder}`);
    report.note('INFO', 'launch', `middleware ${middleware} · ${reason}`);
    try {
      const running = await startLaunch(plan, middleware, report, signal);
      const interrupted = new Promise<void>((resolve) => {
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
      await Promise.race([running.ended, interrupted]);
      await running.stop();
    } finally {
      log.close();
    }
  });
}

function valuesOf(pairs: readonly string[], options: LaunchOptions): Record<string, string> {
  if (options.launchPrefixFilter !== undefined && options.launchPrefix === undefined)
    throw new ConfigurationError({
      code: 'invalid-argument',
      message: '--launch-prefix-filter needs --launch-prefix beside it',
    });
  const values = Object.fromEntries(pairs.map(parsePair));
  if (options.launchPrefix !== undefined) values['launch-prefix'] = options.launchPrefix;
  if (options.launchPrefixFilter !== undefined) values['launch-prefix-filter'] = options.launchPrefixFilter;
  return values;
}

function parsePair(text: string): [string, string] {
  const at = text.indexOf(':=');
  if (at < 1)
    throw new ConfigurationError({
      code: 'invalid-argument',
      message: `"${text}" is not an argument of a launch file; write name:=value, e.g. seed:=7`,
    });
  return [text.slice(0, at), text.slice(at + 2)];
}
