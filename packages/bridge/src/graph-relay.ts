import { ContractError } from '@efferent/core';
import { codecOf } from '@efferent/interfaces';
import type { FoxgloveServer, ServerHandlers } from './foxglove/foxglove-server.ts';
import type { Channel, ConnectionGraph, ServiceInfo } from './foxglove/protocol.ts';
import type { ChannelTable, NamedType, ServiceTable } from './graph-snapshot.ts';
import { decodeJson, encodeJson } from './json.ts';
import { Latch } from './latch.ts';
import type { NamePatterns } from './names.ts';
import { requestQosFor } from './subscription-qos.ts';

type Qos = ReturnType<typeof requestQosFor>;

/** The part of a ROS node that the relay uses, with types by name. */
export interface RelayNode {
  createRawSubscription(
    type: string,
    topic: string,
    options: { qos: Qos },
    callback: (bytes: Uint8Array) => void,
  ): object;
  destroySubscription(subscription: object): void;
  createPublisher(type: string, topic: string): { publish(message: object): void };
  createClient(
    type: string,
    name: string,
  ): { sendRequestAsync(request: object, options: { timeoutMs: number }): Promise<object> };
  getTopicNamesAndTypes(): readonly NamedType[];
  getServiceNamesAndTypes(): readonly NamedType[];
  getPublishersInfoByTopic(topic: string): readonly { nodeName: string; nodeNamespace: string; qos: Qos }[];
  getSubscriptionsInfoByTopic(topic: string): readonly { nodeName: string; nodeNamespace: string }[];
  getNodeNamesAndNamespaces(): readonly { readonly name: string; readonly namespace: string }[];
  getServiceNamesAndTypesByNode(name: string, namespace: string): readonly NamedType[];
}

export interface RelayOptions {
  readonly channels: ChannelTable;
  readonly services: ServiceTable;
  /** Topics on which clients may publish. */
  readonly publishable: NamePatterns;
  /** Topics that say how something stands: a client that does not keep up gets their newest message alone. */
  readonly newest: NamePatterns;
  readonly serviceTimeoutMs: number;
  readonly nowNs: () => bigint;
  /** The bridge's own services, by name: JSON in, JSON out. */
  readonly ownServices: ReadonlyMap<string, (request: unknown) => Promise<unknown>>;
  readonly readAsset: (uri: string) => Promise<Uint8Array>;
  readonly watch: RelayWatch;
}

/** Hears what the relay does for clients. */
export interface RelayWatch {
  /** Counts a message that clients had subscribed to. */
  countMessage(): void;
  /** Runs a client's call of a service. */
  call<T>(work: () => Promise<T>): Promise<T>;
}

/** Topics with several latched publishers, whose messages add up. */
const sharedLatchDepth: Readonly<Record<string, number>> = { '/tf_static': 64 };

interface Feed {
  readonly channel: Channel;
  readonly qos: Qos;
  readonly subscription: object;
  readonly latch: Latch | undefined;
}

/** Carries messages, services and the shape of the graph between one ROS node and the clients of a Foxglove server. */
export class GraphRelay implements ServerHandlers {
  readonly #node: RelayNode;
  readonly #options: RelayOptions;
  readonly #feeds = new Map<number, Feed>();
  readonly #wanted = new Map<number, Channel>();
  readonly #publishers = new Map<string, { publish(message: object): void }>();
  readonly #clients = new Map<string, ReturnType<RelayNode['createClient']>>();
  #server: FoxgloveServer | undefined;

  constructor(node: RelayNode, options: RelayOptions) {
    this.#node = node;
    this.#options = options;
  }

  /** Connects the two; call once before anything else. */
  attach(server: FoxgloveServer): void {
    this.#server = server;
    server.addChannels([...this.#options.channels.channels]);
  }

  /** Compares the graph with what clients were told, and tells them what changed. Call about once a second. */
  poll(): void {
    const server = this.#server;
    if (!server) return;
    const topics = this.#node.getTopicNamesAndTypes();
    const channels = this.#options.channels.update(topics);
    server.removeChannels(channels.removed);
    server.addChannels(channels.added);
    const services = this.#options.services.update(this.#node.getServiceNamesAndTypes());
    server.removeServices(services.removed);
    server.addServices(services.added);
    for (const channel of this.#wanted.values()) this.#refreshFeed(channel);
    if (server.wantsConnectionGraph) server.updateConnectionGraph(this.#connectionGraph(topics));
  }

  onChannelWanted(channel: Channel): void {
    if (channel.encoding !== 'cdr') return;
    this.#wanted.set(channel.id, channel);
    this.#refreshFeed(channel);
  }

  onChannelUnwanted(channel: Channel): void {
    this.#wanted.delete(channel.id);
    this.#dropFeed(channel.id);
  }

  latchedMessages(channel: Channel): Latch['messages'] {
    return this.#feeds.get(channel.id)?.latch?.messages ?? [];
  }

  onClientAdvertise(topic: string, schemaName: string, encoding: string): string | undefined {
    if (!this.#options.publishable.matches(topic)) {
      return `publishing on ${topic} is not allowed; add it to the bridge's parameter publish_topics`;
    }
    if (encoding !== 'cdr') return `publishing on ${topic}: encoding ${encoding} is not served, expected cdr`;
    try {
      this.#publisherOf(topic, schemaName);
      return undefined;
    } catch (error) {
      return `publishing on ${topic}: ${error instanceof Error ? error.message : String(error)}`;
    }
  }

  onClientPublish(topic: string, schemaName: string, payload: Uint8Array): void {
    this.#publisherOf(topic, schemaName).publish(codecOf(schemaName).decode(payload));
  }

  onServiceCall(service: ServiceInfo, payload: Uint8Array): Promise<Uint8Array> {
    return this.#options.watch.call(() => this.#callService(service, payload));
  }

  async #callService(service: ServiceInfo, payload: Uint8Array): Promise<Uint8Array> {
    const own = this.#options.ownServices.get(service.name);
    if (own) return encodeJson(await own(decodeJson(payload)));
    const request = codecOf(`${service.type}_Request`).decode(payload);
    const client = this.#clients.get(service.name) ?? this.#node.createClient(service.type, service.name);
    this.#clients.set(service.name, client);
    const response = await client.sendRequestAsync(request, { timeoutMs: this.#options.serviceTimeoutMs });
    return codecOf(`${service.type}_Response`).encode(response);
  }

  onFetchAsset(uri: string): Promise<Uint8Array> {
    return this.#options.readAsset(uri);
  }

  /** Subscribes, or subscribes anew when publishers have come whose quality of service does not match. */
  #refreshFeed(channel: Channel): void {
    const offered = this.#node.getPublishersInfoByTopic(channel.topic);
    if (offered.length === 0) return;
    const qos = requestQosFor(offered.map((endpoint) => endpoint.qos));
    const feed = this.#feeds.get(channel.id);
    if (feed && feed.qos.reliability === qos.reliability && feed.qos.durability === qos.durability) return;
    this.#dropFeed(channel.id);
    const isLatched = qos.durability === 'transient-local';
    const latch = isLatched ? new Latch(sharedLatchDepth[channel.topic] ?? offered.length) : undefined;
    const lossy = qos.reliability === 'best-effort' || this.#options.newest.matches(channel.topic);
    const subscription = this.#node.createRawSubscription(
      channel.schemaName,
      channel.topic,
      { qos },
      (payload) => {
        const logTimeNs = this.#options.nowNs();
        latch?.add({ logTimeNs, payload });
        this.#options.watch.countMessage();
        this.#server?.publish(channel.id, logTimeNs, payload, lossy);
      },
    );
    this.#feeds.set(channel.id, { channel, qos, subscription, latch });
  }

  #dropFeed(channelId: number): void {
    const feed = this.#feeds.get(channelId);
    if (!feed) return;
    this.#feeds.delete(channelId);
    this.#node.destroySubscription(feed.subscription);
  }

  #publisherOf(topic: string, schemaName: string): { publish(message: object): void } {
    const key = `${topic} ${schemaName}`;
    let publisher = this.#publishers.get(key);
    if (publisher) return publisher;
    if (this.#publishers.size >= 100) {
      throw new ContractError({
        code: 'too-many-publishers',
        message: 'clients publish on 100 topics already',
      });
    }
    codecOf(schemaName);
    publisher = this.#node.createPublisher(schemaName, topic);
    this.#publishers.set(key, publisher);
    return publisher;
  }

  #connectionGraph(topics: readonly NamedType[]): ConnectionGraph {
    const idOf = (endpoint: { nodeName: string; nodeNamespace: string }) =>
      `${endpoint.nodeNamespace === '/' ? '' : endpoint.nodeNamespace}/${endpoint.nodeName}`;
    const names = topics.map(({ name }) => name);
    const services = new Map<string, string[]>();
    for (const { name, namespace } of this.#node.getNodeNamesAndNamespaces()) {
      for (const service of this.#node.getServiceNamesAndTypesByNode(name, namespace)) {
        const providers = services.get(service.name) ?? [];
        providers.push(idOf({ nodeName: name, nodeNamespace: namespace }));
        services.set(service.name, providers);
      }
    }
    return {
      publishedTopics: new Map(
        names.map((name) => [name, this.#node.getPublishersInfoByTopic(name).map(idOf).sort()]),
      ),
      subscribedTopics: new Map(
        names.map((name) => [name, this.#node.getSubscriptionsInfoByTopic(name).map(idOf).sort()]),
      ),
      advertisedServices: services,
    };
  }
}
