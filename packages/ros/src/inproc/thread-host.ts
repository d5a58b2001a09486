import type { MessagePort } from 'node:worker_threads';
import { describeError } from '@efferent/core/errors';
import type { NodeIdentity, TransportPublisher, TransportSubscription } from '../transport.ts';
import type { InprocClient } from './inproc-services.ts';
import type { InprocTransport } from './inproc-transport.ts';
import type { FromThread, GraphCopy, ToThread } from './thread-messages.ts';

/** A thread hears of a burst of changes of the graph once, ms. */
const settleMs = 10;

/** The endpoints of a thread stand in the graph as this. */
interface Proxy {
  close(): void;
}

/**
 * Gives the nodes of a thread their place in the graph of this process: every endpoint over there has a proxy here.
 */
export class ThreadHost {
  readonly #transport: InprocTransport;
  readonly #port: MessagePort;
  readonly #nodes = new Map<string, NodeIdentity>();
  readonly #publishers = new Map<number, TransportPublisher>();
  readonly #subscriptions = new Map<number, TransportSubscription>();
  readonly #clients = new Map<number, InprocClient>();
  readonly #proxies = new Map<number, Proxy>();
  /** Requests of the thread's clients that wait for an answer: what forgets them. */
  readonly #forget = new Map<string, () => void>();
  /** Requests to the thread's services that wait for one. */
  readonly #replies = new Map<
    number,
    { readonly id: number; reply(response: object): void; fail(reason: string): void }
  >();
  readonly #unwatch: () => void;
  #nextRequest = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(transport: InprocTransport, port: MessagePort) {
    this.#transport = transport;
    this.#port = port;
    port.on('message', (message: FromThread) => this.#take(message));
    this.#unwatch = transport.graph.onChange(() => {
      this.#timer ??= setTimeout(() => this.#sendGraph(), settleMs);
    });
  }

  /** Takes the thread's nodes and endpoints out of the graph, for a thread that has ended. */
  close(): void {
    clearTimeout(this.#timer);
    this.#unwatch();
    this.#port.close();
    for (const proxy of this.#proxies.values()) proxy.close();
    for (const node of this.#nodes.values()) this.#transport.removeNode(node);
    this.#proxies.clear();
    this.#nodes.clear();
  }

  #take(message: FromThread): void {
    switch (message.kind) {
      case 'add-node':
        this.#transport.addNode(this.#node(message.node));
        return;
      case 'find-node': {
        const { request, node } = message;
        void this.#transport
          .hasNode(node)
          .then((isFound) => this.#send({ kind: 'node-found', request, isFound }));
        return;
      }
      case 'remove-node':
        this.#transport.removeNode(this.#node(message.node));
        this.#nodes.delete(keyOf(message.node));
        return;
      case 'publisher':
      case 'subscription':
      case 'client':
      case 'service':
        this.#proxies.set(message.id, this.#createProxy(message));
        return;
      case 'publish':
        this.#publishers.get(message.id)?.publish(message.message);
        return;
      case 'request':
        this.#request(message.id, message.request, message.content);
        return;
      case 'forget': {
        const key = `${message.id} ${message.request}`;
        this.#forget.get(key)?.();
        this.#forget.delete(key);
        return;
      }
      case 'reply':
        this.#replies.get(message.request)?.reply(message.content);
        this.#replies.delete(message.request);
        return;
      case 'fail':
        this.#replies.get(message.request)?.fail(message.reason);
        this.#replies.delete(message.request);
        return;
      case 'close':
        this.#proxies.get(message.id)?.close();
        for (const endpoints of [this.#proxies, this.#publishers, this.#subscriptions, this.#clients])
          endpoints.delete(message.id);
        for (const [request, { id }] of this.#replies) if (id === message.id) this.#replies.delete(request);
        for (const key of this.#forget.keys()) if (key.startsWith(`${message.id} `)) this.#forget.delete(key);
    }
  }

  #createProxy(
    endpoint: Extract<FromThread, { readonly kind: 'publisher' | 'subscription' | 'client' | 'service' }>,
  ): Proxy {
    const { id, type, name } = endpoint;
    const node = this.#node(endpoint.node);
    const report = (event: string, fields: Readonly<Record<string, unknown>>) =>
      this.#send({ kind: 'report', id, event, fields });
    switch (endpoint.kind) {
      case 'publisher': {
        const publisher = this.#transport.createPublisher(node, type, name, endpoint.qos, report, this);
        this.#publishers.set(id, publisher);
        return publisher;
      }
      case 'subscription': {
        const deliver = (message: object) => {
          try {
            this.#send({ kind: 'message', id, message });
          } catch (error) {
            // A publisher put something into a message that is no data, such as a function.
            report('message-undecodable', { topic: name, reason: describeError(error) });
          }
        };
        const setup = { type, topic: name, qos: endpoint.qos, report, isRaw: false, deliver };
        const subscription = this.#transport.createSubscription(node, setup, this);
        this.#subscriptions.set(id, subscription);
        return subscription;
      }
      case 'client': {
        const client = this.#transport.createClient(node, type, name);
        this.#clients.set(id, client);
        return client;
      }
      case 'service':
        return this.#transport.createService(node, {
          type,
          name,
          report,
          handle: (content, reply, fail) => {
            const request = this.#nextRequest++;
            this.#replies.set(request, { id, reply, fail });
            this.#send({ kind: 'request', id, request, content });
          },
        });
    }
  }

  #request(id: number, request: number, content: object): void {
    const key = `${id} ${request}`;
    const forget = this.#clients.get(id)?.send(
      content,
      (response, server) => {
        this.#forget.delete(key);
        this.#send({ kind: 'response', id, request, content: response, server });
      },
      (reason) => {
        this.#forget.delete(key);
        this.#send({ kind: 'failure', id, request, reason });
      },
    );
    if (forget !== undefined) this.#forget.set(key, forget);
  }

  /** One identity object a node, since the graph tells nodes apart by it. */
  #node(identity: NodeIdentity): NodeIdentity {
    const key = keyOf(identity);
    const known = this.#nodes.get(key) ?? identity;
    this.#nodes.set(key, known);
    return known;
  }

  #send(message: ToThread): void {
    this.#port.postMessage(message);
  }

  #sendGraph(): void {
    this.#timer = undefined;
    const { graph } = this.#transport;
    const topics = graph.topics();
    const copy: GraphCopy = {
      topics,
      services: graph.services(),
      nodes: graph.nodes().map((node) => ({
        ...node,
        services: graph.servicesOf(node),
        clients: graph.clientsOf(node),
      })),
      publishers: new Map(topics.map(({ name }) => [name, graph.publishers(name)])),
      subscriptions: new Map(topics.map(({ name }) => [name, graph.subscriptions(name)])),
      matched: new Map(
        [...this.#publishers, ...this.#subscriptions].map(([id, { matched }]) => [id, matched]),
      ),
      servers: new Map([...this.#clients].map(([id, client]) => [id, client.serverIds()])),
    };
    this.#send({ kind: 'graph', graph: copy });
  }
}

const keyOf = ({ namespace, name }: NodeIdentity): string => `${namespace} ${name}`;
