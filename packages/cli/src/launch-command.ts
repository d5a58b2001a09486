import { ConfigurationError } from '@efferent/core';
import { findLaunchFile, planFile, selectMiddleware, startSystem } from '@efferent/runtime';
import { runUntilSignal } from './signals.ts';
import { Terminal } from './terminal.ts';
import { printWorkspace } from './workspace-defaults.ts';

interface LaunchOptions {
  readonly showArguments?: boolean;
  readonly middleware: string;
}

/** `efferent launch`: runs a launch file, given by path or by its name in a `launch/` folder, until Ctrl-C or until a required process ends. */
export async function runLaunchFile(
  name: string,
  pairs: readonly string[],
  options: LaunchOptions,
): Promise<void> {
  const terminal = new Terminal(process.stdout);
  const values = Object.fromEntries(pairs.map(parsePair));
  const file = findLaunchFile(name);
  const declared = planFile(file, values).arguments;
  if (options.showArguments === true) {
    for (const each of declared)
      terminal.row(each.name, `${each.description}`, {
        right: each.defaultValue === undefined ? 'required' : `default: "${each.defaultValue}"`,
      });
    return;
  }
  await runUntilSignal(async (signal) => {
    const { middleware, reason } = await selectMiddleware(options.middleware);
    printWorkspace(terminal);
    terminal.line(`middleware ${middleware} · ${reason}`);
    const system = await startSystem({
      launchFile: file,
      arguments: values,
      middleware,
      robot: values.robot ?? declared.find((each) => each.name === 'robot')?.defaultValue ?? 'stretch',
      signal,
      observer: {
        onNodeDown: (node, reason) => terminal.line(`[${node}] ended: ${reason}`),
        onNodeRespawn: (node) => terminal.line(`[${node}] started again`),
        onOutput: (node, _stream, line, target) => {
          if (target !== 'log') terminal.line(`[${node}] ${line}`);
        },
      },
    });
    const interrupted = new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
    await Promise.race([system.ended, interrupted]);
    await system.stop();
  });
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
