import type { Executor } from '../executor.ts';
import type { QosProfile } from '../port.ts';
import type {
  Graph,
  NamedTypes,
  NodeIdentity,
  Report,
  ServiceSetup,
  SubscriptionSetup,
  Transport,
  TransportPublisher,
  TransportService,
} from '../transport.ts';
import { InprocClient, InprocService, InprocServiceName } from './inproc-services.ts';
import { InprocPublisher, InprocSubscription, InprocTopic } from './inproc-topics.ts';

/** Carries messages by reference between the nodes of one process. */
export class InprocTransport implements Transport {
  readonly middleware = 'inproc';
  readonly executor: Executor;
  readonly graph: Graph;
  readonly #freezes: boolean;
  readonly #nodes = new Set<NodeIdentity>();
  readonly #topics = new Map<string, InprocTopic>();
  readonly #services = new Map<string, InprocServiceName>();
  readonly #listeners = new Set<() => void>();
  #nextServerId = 0;
  #isChangeAnnounced = false;

  /** @param freezes - freeze what is published, so that changing a received message throws */
  constructor(executor: Executor, freezes: boolean) {
    this.executor = executor;
    this.#freezes = freezes;
    this.graph = {
      topics: () => named(this.#topics),
      services: () => named(this.#services),
      nodes: () => [...this.#nodes],
      publishers: (topic) =>
        [...(this.#topics.get(topic)?.publishers ?? [])].map((endpoint) => endpoint.info()),
      subscriptions: (topic) =>
        [...(this.#topics.get(topic)?.subscriptions ?? [])].map((endpoint) => endpoint.info()),
      servicesOf: (node) => this.#servicesWith(node, 'servers'),
      clientsOf: (node) => this.#servicesWith(node, 'clients'),
      onChange: (listener) => {
        this.#listeners.add(listener);
        return () => this.#listeners.delete(listener);
      },
    };
  }

  async hasNode({ name, namespace }: NodeIdentity): Promise<boolean> {
    for (const node of this.#nodes) if (node.name === name && node.namespace === namespace) return true;
    return false;
  }

  addNode(node: NodeIdentity): void {
    this.#nodes.add(node);
    this.#announceChange();
  }

  removeNode(node: NodeIdentity): void {
    this.#nodes.delete(node);
    this.#announceChange();
  }

  /** @param origin - the thread that the endpoint stands for, if it does */
  createPublisher(
    node: NodeIdentity,
    type: string,
    name: string,
    qos: QosProfile,
    report: Report,
    origin?: object,
  ): TransportPublisher {
    const topic = this.#topic(name);
    const publisher = new InprocPublisher(node, type, topic, qos, report, this.#freezes, origin, () =>
      this.#forget(topic),
    );
    topic.add(publisher);
    this.#announceChange();
    return publisher;
  }

  /** @param origin - the thread that the endpoint stands for, if it does */
  createSubscription(node: NodeIdentity, setup: SubscriptionSetup, origin?: object): InprocSubscription {
    const topic = this.#topic(setup.topic);
    const subscription = new InprocSubscription(node, setup, topic, this.executor, origin, () =>
      this.#forget(topic),
    );
    topic.add(subscription);
    this.#announceChange();
    return subscription;
  }

  createClient(node: NodeIdentity, type: string, name: string): InprocClient {
    const service = this.#service(name);
    const client: InprocClient = new InprocClient(node, type, service, this.executor, () => {
      service.clients.delete(client);
      this.#forgetService(service);
    });
    service.clients.add(client);
    this.#announceChange();
    return client;
  }

  createService(node: NodeIdentity, setup: ServiceSetup): TransportService {
    const service = this.#service(setup.name);
    const server: InprocService = new InprocService(node, setup, String(this.#nextServerId++), () => {
      service.servers.delete(server);
      this.#forgetService(service);
    });
    service.servers.add(server);
    this.#announceChange();
    return server;
  }

  async close(): Promise<void> {
    this.#listeners.clear();
  }

  #topic(name: string): InprocTopic {
    let topic = this.#topics.get(name);
    if (topic === undefined) {
      topic = new InprocTopic(name, this.executor.steadyClock);
      this.#topics.set(name, topic);
    }
    return topic;
  }

  #service(name: string): InprocServiceName {
    let service = this.#services.get(name);
    if (service === undefined) {
      service = new InprocServiceName(name);
      this.#services.set(name, service);
    }
    return service;
  }

  #forget(topic: InprocTopic): void {
    if (topic.isUnused) this.#topics.delete(topic.name);
    this.#announceChange();
  }

  #forgetService(service: InprocServiceName): void {
    if (service.isUnused) this.#services.delete(service.name);
    this.#announceChange();
  }

  #servicesWith(node: NodeIdentity, role: 'servers' | 'clients'): readonly NamedTypes[] {
    const found: NamedTypes[] = [];
    for (const service of this.#services.values()) {
      const owned = [...service[role]].filter(
        ({ owner }) => owner.name === node.name && owner.namespace === node.namespace,
      );
      if (owned.length > 0)
        found.push({ name: service.name, types: [...new Set(owned.map(({ type }) => type))] });
    }
    return found;
  }

  /** Listeners hear of many changes at one time once. */
  #announceChange(): void {
    if (this.#isChangeAnnounced) return;
    this.#isChangeAnnounced = true;
    this.executor.enqueue(() => {
      this.#isChangeAnnounced = false;
      for (const listener of [...this.#listeners]) listener();
    });
  }
}

function named(entries: ReadonlyMap<string, { types(): readonly string[] }>): readonly NamedTypes[] {
  return [...entries].map(([name, entry]) => ({ name, types: entry.types() }));
}
