import { once } from 'node:events';
import { MessageChannel, Worker } from 'node:worker_threads';
import { ConfigurationError, MiddlewareError } from '@efferent/core';
import type { InprocContext, RunningNode } from '@efferent/ros';

/** Ends a thread that does not answer. */
const answerLimitMs = 10_000;

export type ToThread =
  | {
      readonly kind: 'start';
      readonly name: string;
      readonly executable: string;
      readonly words: readonly string[];
    }
  | { readonly kind: 'stop'; readonly name: string }
  | { readonly kind: 'end' };

export type FromThread =
  | { readonly kind: 'done' }
  | {
      readonly kind: 'failed';
      readonly isConfiguration: boolean;
      readonly code: string;
      readonly message: string;
    }
  | { readonly kind: 'log'; readonly line: string; readonly node: string };

/**
 * A thread with nodes whose loops must not wait for the others: with `inproc` a plan of the arm would otherwise hold up
 * the command stream. An error that nobody catches over there ends this process, as one in this thread does.
 */
export class InprocThread {
  readonly #worker: Worker;
  readonly #detach: () => void;

  /** @param onLog - gets what nodes of the thread log */
  constructor(context: InprocContext, onLog: (node: string, line: string) => void) {
    const { port1, port2 } = new MessageChannel();
    this.#detach = context.attachThread(port1);
    this.#worker = new Worker(new URL('./inproc-thread-main.ts', import.meta.url), {
      workerData: port2,
      transferList: [port2],
    });
    this.#worker.on('message', (message: FromThread) => {
      if (message.kind === 'log') onLog(message.node, message.line);
    });
  }

  /** Loads and starts a node under a name of its own. @throws {@link ConfigurationError} or {@link MiddlewareError}, with what the node said */
  async start(name: string, executable: string, words: readonly string[]): Promise<RunningNode> {
    await this.#ask({ kind: 'start', name, executable, words });
    return { stop: () => this.#ask({ kind: 'stop', name }) };
  }

  /** Ends the thread; its nodes are stopped before. */
  async end(): Promise<void> {
    const exit = once(this.#worker, 'exit');
    this.#worker.postMessage({ kind: 'end' } satisfies ToThread);
    const limit = setTimeout(() => void this.#worker.terminate(), answerLimitMs);
    await exit;
    clearTimeout(limit);
    this.#detach();
  }

  async #ask(question: ToThread): Promise<void> {
    this.#worker.postMessage(question);
    const signal = AbortSignal.timeout(answerLimitMs);
    for (;;) {
      const [answer] = (await once(this.#worker, 'message', { signal })) as [FromThread];
      if (answer.kind === 'log') continue;
      if (answer.kind === 'done') return;
      const { isConfiguration, ...details } = answer;
      throw isConfiguration ? new ConfigurationError(details) : new MiddlewareError(details);
    }
  }
}
