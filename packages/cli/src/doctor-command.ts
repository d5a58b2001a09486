import { describeError } from '@efferent/core';
import { selectMiddleware } from '@efferent/runtime';
import { Terminal } from './terminal.ts';

/** `efferent doctor`: which middleware, and why; one row each. */
export async function runDoctor(options: { readonly middleware: string }): Promise<void> {
  const terminal = new Terminal(process.stdout);
  terminal.row('node', process.version);
  const wanted =
    options.middleware === 'auto' ? ['auto', 'rclnodejs', 'cyclonedds', 'inproc'] : [options.middleware];
  for (const name of wanted) {
    try {
      const { middleware, reason } = await selectMiddleware(name);
      terminal.row(name, `${middleware} · ${reason}`, { right: 'ok', tone: 'good' });
    } catch (error) {
      terminal.row(name, describeError(error), { right: 'missing', tone: 'bad' });
      if (name === options.middleware) process.exitCode = 2;
    }
  }
}
