import { MessageChannel, Worker } from 'node:worker_threads';
import { ConfigurationError, type ErrorDetails, MiddlewareError } from '@efferent/core';
import type { InprocContext, RunningNode } from '@efferent/ros';

/** A thread that does not answer for so long counts as hung, ms. */
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
  | { readonly kind: 'failed'; readonly isConfiguration: boolean; readonly details: ErrorDetails }
  | { readonly kind: 'log'; readonly line: string; readonly node: string };

/**
 * A thread with nodes whose loops must not wait for the others: with `inproc` a plan of the arm would otherwise hold up
 * the command stream. An error that nobody catches over there ends this process, as one in this thread does.
 */
export class InprocThread {
  readonly #worker: Worker;
  readonly #detach: () => void;
  /** Resolves when the thread is no more. */
  readonly #exited: Promise<void>;
  #answer: ((answer: Exclude<FromThread, { readonly kind: 'log' }>) => void) | undefined;

  /** @param onLog - gets what nodes of the thread log */
  constructor(context: InprocContext, onLog: (node: string, line: string) => void) {
    const { port1, port2 } = new MessageChannel();
    this.#detach = context.attachThread(port1);
    this.#worker = new Worker(new URL('./inproc-thread-main.ts', import.meta.url), {
      workerData: port2,
      transferList: [port2],
    });
    this.#exited = new Promise((resolve) => this.#worker.once('exit', () => resolve()));
    this.#worker.on('message', (message: FromThread) => {
      if (message.kind === 'log') onLog(message.node, message.line);
      else this.#answer?.(message);
    });
  }

  /**
   * Loads and starts a node under a name of its own.
   *
   * @throws {@link ConfigurationError} or {@link MiddlewareError}, with what the node said
   */
  async start(name: string, executable: string, words: readonly string[]): Promise<RunningNode> {
    await this.#ask({ kind: 'start', name, executable, words }, `${name} did not start`);
    return { stop: () => this.#ask({ kind: 'stop', name }, `${name} did not stop`) };
  }

  /** Ends the thread, whether it answers or not; its nodes are stopped before. */
  async end(): Promise<void> {
    this.#worker.postMessage({ kind: 'end' } satisfies ToThread);
    const limit = setTimeout(() => void this.#worker.terminate(), answerLimitMs);
    await this.#exited;
    clearTimeout(limit);
    this.#detach();
  }

  async #ask(question: ToThread, problem: string): Promise<void> {
    const answer = Promise.withResolvers<Exclude<FromThread, { readonly kind: 'log' }>>();
    this.#answer = answer.resolve;
    const fail = (reason: string) =>
      answer.reject(new MiddlewareError({ code: 'node-failed', message: `${problem}: ${reason}` }));
    void this.#exited.then(() => fail('its thread has ended'));
    const limit = setTimeout(() => fail(`no answer within ${answerLimitMs / 1000} s`), answerLimitMs);
    try {
      this.#worker.postMessage(question);
      const result = await answer.promise;
      if (result.kind === 'failed')
        throw result.isConfiguration
          ? new ConfigurationError(result.details)
          : new MiddlewareError(result.details);
    } finally {
      clearTimeout(limit);
      this.#answer = undefined;
    }
  }
}
