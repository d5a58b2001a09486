import type { RosContext } from './port.ts';

const signals = ['SIGINT', 'SIGTERM'] as const;
const openContexts = new Set<RosContext>();

/**
 * Has a context leave its graph on SIGINT and SIGTERM when nobody else in the process listens to them, as peers would
 * keep its nodes for seconds otherwise.
 */
export function leavingOnSignals(inner: RosContext): RosContext {
  const context: RosContext = {
    middleware: inner.middleware,
    createNode: (name, options) => inner.createNode(name, options),
    shutdown: async () => {
      openContexts.delete(context);
      if (openContexts.size === 0) for (const signal of signals) process.off(signal, leaveOnSignal);
      await inner.shutdown();
    },
  };
  if (openContexts.size === 0) for (const signal of signals) process.on(signal, leaveOnSignal);
  openContexts.add(context);
  return context;
}

function leaveOnSignal(signal: NodeJS.Signals): void {
  if (process.listenerCount(signal) > 1) return;
  const left = Promise.all([...openContexts].map((context) => context.shutdown()));
  void left.finally(() => process.kill(process.pid, signal));
}
