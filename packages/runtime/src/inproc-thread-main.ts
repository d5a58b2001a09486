import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { ConfigurationError, describeError, EfferentError, immediateJobRunner } from '@efferent/core';
import { createThreadContext, formatLogRecord, type RunningNode } from '@efferent/ros';
import { loadNode, startNode } from './inproc-system.ts';
import type { FromThread, ToThread } from './inproc-thread.ts';
import { raiseThreadPriority } from './node-priority.ts';

/** Entry of a thread of nodes; see {@link InprocThread}. */

const control = parentPort as MessagePort;
const send = (message: FromThread) => control.postMessage(message);
const context = createThreadContext(workerData as MessagePort, {
  logSink: (record) => send({ kind: 'log', node: record.node, line: formatLogRecord(record) }),
});
const running = new Map<string, RunningNode>();

control.on('message', (question: ToThread) => {
  answer(question).then(
    () => send({ kind: 'done' }),
    (error: unknown) => send({ kind: 'failed', ...describeFailure(error) }),
  );
});

/** Errors lose their class on the way; the stack of one that nobody threw on purpose goes along as its cause. */
function describeFailure(
  error: unknown,
): Pick<Extract<FromThread, { kind: 'failed' }>, 'isConfiguration' | 'details'> {
  const isConfiguration = error instanceof ConfigurationError;
  if (!EfferentError.isInstance(error)) {
    const cause = error instanceof Error ? error.stack : undefined;
    return { isConfiguration, details: { code: 'node-failed', message: describeError(error), cause } };
  }
  const { code, message, fields } = error;
  return { isConfiguration, details: { code, message, fields: JSON.parse(JSON.stringify(fields)) } };
}

async function answer(question: ToThread): Promise<void> {
  switch (question.kind) {
    case 'start': {
      raiseThreadPriority(question.executable);
      const node = await loadNode(question.executable, question.words);
      running.set(question.name, await startNode(node, context, immediateJobRunner));
      return;
    }
    case 'stop':
      await running.get(question.name)?.stop();
      running.delete(question.name);
      return;
    case 'end':
      await context.shutdown();
      control.close();
  }
}
