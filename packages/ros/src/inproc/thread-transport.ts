import type { MessagePort } from 'node:worker_threads';
import { codecOf } from '@efferent/interfaces';
import type { Executor } from '../executor.ts';
import type { QosProfile } from '../port.ts';
import type {
  Graph,
  NodeIdentity,
  Report,
  ServiceSetup,
  SubscriptionSetup,
  Transport,
  TransportClient,
  TransportPublisher,
  TransportService,
  TransportSubscription,
} from '../transport.ts';
import { InprocTransport } from './inproc-transport.ts';
import type { FromThread, GraphCopy, ToThread } from './thread-messages.ts';

const nothing: GraphCopy = {
  topics: [],
  services: [],
  nodes: [],
  publishers: new Map(),
  subscriptions: new Map(),
  matched: new Map(),
  servers: new Map(),
};

/** A request that waits for an answer. */
interface Waiting {
  onResponse(response: object, serverId: string): void;
  onFailure(reason: string): void;
}

/**
 * The `inproc` middleware in a thread beside the one that has the other nodes: its event loop runs on while theirs is
 * busy. Messages between nodes of the thread stay here, all others are copied over a port; see {@link ThreadHost}.
 */
export class ThreadTransport implements Transport {
  readonly middleware = 'inproc';
  readonly executor: Executor;
  readonly graph: Graph;
  readonly #port: MessagePort;
  /** Joins the nodes of this thread. */
  readonly #local: InprocTransport;
  readonly #receivers = new Map<number, (message: object) => void>();
  readonly #reports = new Map<number, Report>();
  readonly #services = new Map<number, ServiceSetup>();
  readonly #waiting = new Map<string, Waiting>();
  readonly #searches = new Map<number, (isFound: boolean) => void>();
  readonly #listeners = new Set<() => void>();
  #copy = nothing;
  #nextId = 0;
  #nextRequest = 0;

  /** @param port - whose other end a {@link ThreadHost} has */
  constructor(executor: Executor, port: MessagePort) {
    this.executor = executor;
    this.#port = port;
    this.#local = new InprocTransport(executor, false);
    this.graph = {
      topics: () => this.#copy.topics,
      services: () => this.#copy.services,
      nodes: () => this.#copy.nodes.map(({ name, namespace }) => ({ name, namespace })),
      publishers: (topic) => this.#copy.publishers.get(topic) ?? [],
      subscriptions: (topic) => this.#copy.subscriptions.get(topic) ?? [],
      servicesOf: (node) => this.#nodeOf(node)?.services ?? [],
      clientsOf: (node) => this.#nodeOf(node)?.clients ?? [],
      onChange: (listener) => {
        this.#listeners.add(listener);
        return () => this.#listeners.delete(listener);
      },
    };
    port.on('message', (message: ToThread) => this.#take(message));
  }

  hasNode(node: NodeIdentity): Promise<boolean> {
    const request = this.#nextRequest++;
    return new Promise((resolve) => {
      this.#searches.set(request, resolve);
      this.#send({ kind: 'find-node', request, node });
    });
  }

  addNode(node: NodeIdentity): void {
    this.#send({ kind: 'add-node', node });
  }

  removeNode(node: NodeIdentity): void {
    this.#send({ kind: 'remove-node', node });
  }

  createPublisher(
    node: NodeIdentity,
    type: string,
    name: string,
    qos: QosProfile,
    report: Report,
  ): TransportPublisher {
    const local = this.#local.createPublisher(node, type, name, qos, report);
    const id = this.#add({ kind: 'publisher', node, type, name, qos }, report);
    const matched = () => local.matched + (this.#copy.matched.get(id) ?? 0);
    return {
      publish: (message) => {
        local.publish(message);
        this.#send({ kind: 'publish', id, message });
      },
      get matched() {
        return matched();
      },
      close: () => {
        local.close();
        this.#close(id);
      },
    };
  }

  createSubscription(node: NodeIdentity, setup: SubscriptionSetup): TransportSubscription {
    const { type, topic, qos, report } = setup;
    codecOf(type);
    const local = this.#local.createSubscription(node, setup);
    const id = this.#add({ kind: 'subscription', node, type, name: topic, qos }, report);
    this.#receivers.set(id, (message) => local.receive(message));
    const matched = () => local.matched + (this.#copy.matched.get(id) ?? 0);
    return {
      get matched() {
        return matched();
      },
      undecodable: 0,
      close: () => {
        local.close();
        this.#receivers.delete(id);
        this.#close(id);
      },
    };
  }

  createClient(node: NodeIdentity, type: string, name: string, report: Report): TransportClient {
    const codec = codecOf(`${type}_Request`);
    const id = this.#add({ kind: 'client', node, type, name }, report);
    const servers = () => this.#copy.servers.get(id) ?? [];
    return {
      isAvailable: () => servers().length > 0,
      hasServer: (serverId) => servers().includes(serverId),
      send: (request, onResponse, onFailure) => {
        const number = this.#nextRequest++;
        const key = `${id} ${number}`;
        this.#send({ kind: 'request', id, request: number, content: codec.complete(request) });
        this.#waiting.set(key, { onResponse, onFailure });
        return () => {
          if (this.#waiting.delete(key)) this.#send({ kind: 'forget', id, request: number });
        };
      },
      close: () => {
        for (const key of this.#waiting.keys()) if (key.startsWith(`${id} `)) this.#waiting.delete(key);
        this.#close(id);
      },
    };
  }

  createService(node: NodeIdentity, setup: ServiceSetup): TransportService {
    const { type, name, report } = setup;
    codecOf(`${type}_Response`);
    const id = this.#add({ kind: 'service', node, type, name }, report);
    this.#services.set(id, setup);
    return {
      close: () => {
        this.#services.delete(id);
        this.#close(id);
      },
    };
  }

  async close(): Promise<void> {
    this.#listeners.clear();
    await this.#local.close();
    this.#port.close();
  }

  #add(
    endpoint:
      | Omit<Extract<FromThread, { readonly kind: 'publisher' | 'subscription' }>, 'id'>
      | Omit<Extract<FromThread, { readonly kind: 'client' | 'service' }>, 'id'>,
    report: Report,
  ): number {
    const id = this.#nextId++;
    this.#reports.set(id, report);
    this.#send({ ...endpoint, id } as FromThread);
    return id;
  }

  #close(id: number): void {
    this.#reports.delete(id);
    this.#send({ kind: 'close', id });
  }

  #take(message: ToThread): void {
    switch (message.kind) {
      case 'message':
        this.#receivers.get(message.id)?.(message.message);
        return;
      case 'request':
        this.#handle(message.id, message.request, message.content);
        return;
      case 'response': {
        const waiting = this.#endWait(message);
        if (waiting !== undefined)
          this.executor.enqueue(() => waiting.onResponse(message.content, message.server));
        return;
      }
      case 'failure': {
        const waiting = this.#endWait(message);
        if (waiting !== undefined) this.executor.enqueue(() => waiting.onFailure(message.reason));
        return;
      }
      case 'node-found':
        this.#searches.get(message.request)?.(message.isFound);
        this.#searches.delete(message.request);
        return;
      case 'report':
        this.#reports.get(message.id)?.(message.event, message.fields);
        return;
      case 'graph':
        this.#copy = message.graph;
        for (const listener of [...this.#listeners]) listener();
    }
  }

  #endWait({ id, request }: { readonly id: number; readonly request: number }): Waiting | undefined {
    const key = `${id} ${request}`;
    const waiting = this.#waiting.get(key);
    this.#waiting.delete(key);
    return waiting;
  }

  #handle(id: number, request: number, content: object): void {
    const setup = this.#services.get(id);
    if (setup === undefined) return;
    const codec = codecOf(`${setup.type}_Response`);
    this.executor.enqueue(() =>
      setup.handle(
        content,
        (response) => this.#send({ kind: 'reply', id, request, content: codec.complete(response) }),
        (reason) => this.#send({ kind: 'fail', id, request, reason }),
      ),
    );
  }

  #nodeOf(node: NodeIdentity) {
    return this.#copy.nodes.find(({ name, namespace }) => name === node.name && namespace === node.namespace);
  }

  #send(message: FromThread): void {
    this.#port.postMessage(message);
  }
}
