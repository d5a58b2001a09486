import type { MessagePort } from 'node:worker_threads';
import { ConfigurationError } from '@efferent/core/errors';
import { InprocTransport } from './inproc/inproc-transport.ts';
import { ThreadHost } from './inproc/thread-host.ts';
import { ThreadTransport } from './inproc/thread-transport.ts';
import { type LogSink, standardErrorSink } from './log.ts';
import { checkNamespace, checkNodeName, fullNodeName } from './names.ts';
import { GraphNode } from './node.ts';
import { identityFor, logLevelFor, overridesFor } from './node-arguments.ts';
import type { NodeOptions, RosContext, RosNode } from './port.ts';
import { RealTimeExecutor } from './real-time-executor.ts';
import type { Transport } from './transport.ts';

export interface TransportContextOptions {
  /** Gets what nodes log; standard error when left out. */
  readonly logSink?: LogSink;
}

/** A context over any transport. */
export class TransportContext implements RosContext {
  readonly middleware: RosContext['middleware'];
  readonly #transport: Transport;
  readonly #logSink: LogSink;
  readonly #nodes = new Set<GraphNode>();
  /** Full names that nodes have or are about to get. */
  readonly #names = new Set<string>();

  constructor(transport: Transport, options: TransportContextOptions) {
    this.middleware = transport.middleware;
    this.#transport = transport;
    this.#logSink = options.logSink ?? standardErrorSink;
  }

  async createNode(name: string, options: NodeOptions = {}): Promise<RosNode> {
    const { rosArguments } = options;
    const named = identityFor(rosArguments, name, options.namespace ?? '/');
    const identity = { name: checkNodeName(named.name), namespace: checkNamespace(named.namespace) };
    const fullName = fullNodeName(identity.name, identity.namespace);
    if (this.#names.has(fullName)) throw nameTaken(fullName);
    this.#names.add(fullName);
    try {
      if (await this.#transport.hasNode(identity)) throw nameTaken(fullName);
      const node = new GraphNode(this.#transport, {
        identity,
        remaps: rosArguments?.remaps ?? new Map(),
        overrides: rosArguments === undefined ? new Map() : overridesFor(rosArguments, fullName),
        logLevel: logLevelFor(rosArguments, fullName),
        rosoutLogs: rosArguments?.rosoutLogs ?? true,
        logSink: rosArguments?.stdoutLogs === false ? () => undefined : this.#logSink,
        onDestroy: (destroyed) => {
          this.#nodes.delete(destroyed);
          this.#names.delete(fullName);
        },
      });
      this.#nodes.add(node);
      return node;
    } catch (error) {
      this.#names.delete(fullName);
      throw error;
    }
  }

  async shutdown(): Promise<void> {
    for (const node of [...this.#nodes]) await node.destroy();
    await this.#transport.close();
  }
}

function nameTaken(fullName: string): ConfigurationError {
  return new ConfigurationError({
    code: 'node-name-taken',
    message: `a node called ${fullName} is already in this process`,
    fields: { node: fullName },
  });
}

/** A context of one process, whose nodes may be spread over threads. */
export interface InprocContext extends RosContext {
  /**
   * Lets the nodes of a thread take part.
   *
   * @param port - whose other end the thread gave to {@link createThreadContext}
   * @returns a function that takes them out again
   */
  attachThread(port: MessagePort): () => void;
}

/** Joins the nodes of this process only, in real time. */
export function createInprocContext(
  options: TransportContextOptions & { readonly freezeMessages?: boolean },
): InprocContext {
  const executor = new RealTimeExecutor();
  const transport = new InprocTransport(executor, options.freezeMessages ?? process.env.VITEST !== undefined);
  return Object.assign(new TransportContext(transport, options), {
    attachThread: (port: MessagePort) => {
      const host = new ThreadHost(transport, port);
      return () => host.close();
    },
  });
}

/** Opens a context for nodes of a thread of their own; see {@link InprocContext.attachThread}. */
export function createThreadContext(port: MessagePort, options: TransportContextOptions): RosContext {
  return new TransportContext(new ThreadTransport(new RealTimeExecutor(), port), options);
}
