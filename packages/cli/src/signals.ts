/** Exit codes of a shell for a process that a signal ended. */
const exitCodes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129, SIGPIPE: 141 } as const;

/**
 * Ends the command as SIGPIPE does when nobody reads its output any more, such as behind `| head`: in order, where work has to
 * be undone.
 */
export function endWithReader(): void {
  const onError = (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    if (!process.emit('SIGPIPE', 'SIGPIPE')) process.exit(exitCodes.SIGPIPE);
  };
  process.stdout.on('error', onError);
  process.stderr.on('error', onError);
}

/**
 * Runs `work` with a signal that SIGINT, SIGTERM, SIGHUP or a reader that has gone aborts, and sets the exit code when one came.
 *
 * A second Ctrl-C does not skip the clean-up: it stops processes, and must finish.
 */
export async function runUntilSignal(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const controller = new AbortController();
  let exitCode: number | undefined;
  const handlers = Object.entries(exitCodes).map(([name, code]) => {
    const handler = () => {
      exitCode ??= code;
      controller.abort(new Interrupted());
    };
    process.on(name, handler);
    return () => process.removeListener(name, handler);
  });
  try {
    await work(controller.signal);
  } catch (error) {
    if (!controller.signal.aborted) throw error;
  } finally {
    for (const remove of handlers) remove();
  }
  if (exitCode !== undefined) process.exitCode = exitCode;
}

/** Why work ended early. */
class Interrupted extends Error {
  override readonly name = 'Interrupted';
}
