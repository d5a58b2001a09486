import { describeError } from '@efferent/core';
import { ClientSession } from './client-session.ts';
import { connectionGraphUpdate, emptyConnectionGraph } from './connection-graph.ts';
import { defaultQueueLimits, type OutgoingSocket, type QueueLimits } from './outgoing-queue.ts';
import {
  assetFrame,
  type Channel,
  type ClientJsonMessage,
  type ConnectionGraph,
  messageDataFrame,
  parseClientBinary,
  parseClientText,
  type ServiceInfo,
  serviceResponseFrame,
  statusLevel,
  timeFrame,
} from './protocol.ts';

/** What the server asks of the graph behind it. */
export interface ServerHandlers {
  /** The first client subscribed to a channel. */
  onChannelWanted(channel: Channel): void;
  /** The last client left a channel. */
  onChannelUnwanted(channel: Channel): void;
  /** Newest kept messages of a latched channel, for a client that comes late; empty for others. */
  latchedMessages(channel: Channel): readonly { readonly logTimeNs: bigint; readonly payload: Uint8Array }[];
  /** Decides whether a client may publish on a topic; a string refuses with that reason. */
  onClientAdvertise(topic: string, schemaName: string, encoding: string): string | undefined;
  onClientPublish(topic: string, schemaName: string, payload: Uint8Array): void;
  /** Runs one call; a rejection is told to the caller as `serviceCallFailure`. */
  onServiceCall(service: ServiceInfo, payload: Uint8Array, encoding: string): Promise<Uint8Array>;
  /** Reads an asset; a rejection is told to the caller. */
  onFetchAsset(uri: string): Promise<Uint8Array>;
}

export interface ServerIdentity {
  readonly name: string;
  /** Changes when the server restarts, so that clients drop what they knew. */
  readonly sessionId: string;
  /** True when `/clock` drives time: clients then follow the server's `time` frames. */
  readonly simulatedTime: boolean;
}

/**
 * The Foxglove WebSocket protocol, server side, without sockets.
 *
 * The caller hands in sockets and their frames, channels and messages; the server keeps subscriptions and sends frames.
 * @see https://github.com/foxglove/ws-protocol/blob/main/docs/spec.md
 */
export class FoxgloveServer {
  readonly #identity: ServerIdentity;
  readonly #handlers: ServerHandlers;
  readonly #limits: QueueLimits;
  readonly #channels = new Map<number, Channel>();
  readonly #services = new Map<number, ServiceInfo>();
  readonly #sessions = new Set<ClientSession>();
  readonly #subscribers = new Map<number, Set<ClientSession>>();
  #graph: ConnectionGraph = emptyConnectionGraph;
  #droppedBefore = 0;

  constructor(identity: ServerIdentity, handlers: ServerHandlers, limits: QueueLimits = defaultQueueLimits) {
    this.#identity = identity;
    this.#handlers = handlers;
    this.#limits = limits;
  }

  get clientCount(): number {
    return this.#sessions.size;
  }

  /** Data frames dropped for slow clients since the server started. */
  get droppedFrames(): number {
    let dropped = this.#droppedBefore;
    for (const session of this.#sessions) dropped += session.queue.dropped;
    return dropped;
  }

  get wantsConnectionGraph(): boolean {
    for (const session of this.#sessions) if (session.wantsConnectionGraph) return true;
    return false;
  }

  /** Greets a new client. The caller feeds its frames to {@link onText} and {@link onBinary}. */
  connect(name: string, socket: OutgoingSocket): ClientSession {
    const session = new ClientSession(name, socket, this.#limits);
    this.#sessions.add(session);
    session.sendJson({
      op: 'serverInfo',
      name: this.#identity.name,
      capabilities: [
        'clientPublish',
        'services',
        'connectionGraph',
        'assets',
        ...(this.#identity.simulatedTime ? ['time'] : []),
      ],
      supportedEncodings: ['cdr', 'json'],
      metadata: {},
      sessionId: this.#identity.sessionId,
    });
    if (this.#channels.size > 0)
      session.sendJson({ op: 'advertise', channels: [...this.#channels.values()] });
    if (this.#services.size > 0)
      session.sendJson({ op: 'advertiseServices', services: [...this.#services.values()] });
    return session;
  }

  disconnect(session: ClientSession): void {
    if (!this.#sessions.delete(session)) return;
    this.#droppedBefore += session.queue.dropped;
    for (const subscriptionId of [...session.channelBySubscription.keys()])
      this.#unsubscribe(session, subscriptionId);
  }

  onText(session: ClientSession, text: string): void {
    const parsed = parseClientText(text);
    if ('problem' in parsed) session.sendStatus(statusLevel.error, parsed.problem);
    else this.#onJson(session, parsed.message);
  }

  onBinary(session: ClientSession, frame: Uint8Array): void {
    const parsed = parseClientBinary(frame);
    if ('problem' in parsed) {
      session.sendStatus(statusLevel.error, parsed.problem);
      return;
    }
    const { message } = parsed;
    if (message.op === 'serviceRequest') {
      void this.#callService(session, message.serviceId, message.callId, message.encoding, message.data);
      return;
    }
    const channel = session.advertised.get(message.channelId);
    if (channel === undefined) {
      session.sendStatus(statusLevel.error, `channel ${message.channelId} was not advertised by this client`);
      return;
    }
    try {
      this.#handlers.onClientPublish(channel.topic, channel.schemaName, message.data);
    } catch (error) {
      session.sendStatus(statusLevel.error, `message on ${channel.topic} refused: ${describeError(error)}`);
    }
  }

  addChannels(channels: readonly Channel[]): void {
    if (channels.length === 0) return;
    for (const channel of channels) this.#channels.set(channel.id, channel);
    this.#broadcast({ op: 'advertise', channels });
  }

  removeChannels(ids: readonly number[]): void {
    if (ids.length === 0) return;
    this.#broadcast({ op: 'unadvertise', channelIds: ids });
    for (const id of ids) {
      for (const session of [...(this.#subscribers.get(id) ?? [])]) {
        this.#unsubscribe(session, session.subscriptionByChannel.get(id) as number);
      }
      this.#channels.delete(id);
    }
  }

  addServices(services: readonly ServiceInfo[]): void {
    if (services.length === 0) return;
    for (const service of services) this.#services.set(service.id, service);
    this.#broadcast({ op: 'advertiseServices', services });
  }

  removeServices(ids: readonly number[]): void {
    if (ids.length === 0) return;
    for (const id of ids) this.#services.delete(id);
    this.#broadcast({ op: 'unadvertiseServices', serviceIds: ids });
  }

  /**
   * Sends one message to everyone subscribed to its channel.
   * @param lossy - true for best-effort topics: a slow client then keeps only the newest message
   */
  publish(channelId: number, logTimeNs: bigint, payload: Uint8Array, lossy: boolean): void {
    for (const session of this.#subscribers.get(channelId) ?? []) {
      const subscriptionId = session.subscriptionByChannel.get(channelId) as number;
      session.queue.sendData(channelId, messageDataFrame(subscriptionId, logTimeNs, payload), lossy);
    }
  }

  broadcastTime(timeNs: bigint): void {
    if (this.#sessions.size === 0) return;
    const frame = timeFrame(timeNs);
    for (const session of this.#sessions) session.queue.sendControl(frame);
  }

  /** Tells clients that asked for it what changed on the graph. */
  updateConnectionGraph(graph: ConnectionGraph): void {
    const update = connectionGraphUpdate(this.#graph, graph);
    this.#graph = graph;
    if (!update) return;
    for (const session of this.#sessions) if (session.wantsConnectionGraph) session.sendJson(update);
  }

  #onJson(session: ClientSession, message: ClientJsonMessage): void {
    switch (message.op) {
      case 'subscribe':
        for (const { id, channelId } of message.subscriptions) this.#subscribe(session, id, channelId);
        return;
      case 'unsubscribe':
        for (const id of message.subscriptionIds) this.#unsubscribe(session, id);
        return;
      case 'advertise':
        for (const channel of message.channels) {
          const refusal = this.#handlers.onClientAdvertise(
            channel.topic,
            channel.schemaName,
            channel.encoding,
          );
          if (refusal === undefined) session.advertised.set(channel.id, channel);
          else session.sendStatus(statusLevel.error, refusal);
        }
        return;
      case 'unadvertise':
        for (const id of message.channelIds) session.advertised.delete(id);
        return;
      case 'subscribeConnectionGraph': {
        session.wantsConnectionGraph = true;
        const update = connectionGraphUpdate(emptyConnectionGraph, this.#graph);
        if (update) session.sendJson(update);
        return;
      }
      case 'unsubscribeConnectionGraph':
        session.wantsConnectionGraph = false;
        return;
      case 'fetchAsset':
        void this.#fetchAsset(session, message.requestId, message.uri);
        return;
    }
  }

  #subscribe(session: ClientSession, subscriptionId: number, channelId: number): void {
    const channel = this.#channels.get(channelId);
    if (!channel) {
      session.sendStatus(statusLevel.warning, `channel ${channelId} is not advertised`);
      return;
    }
    if (session.channelBySubscription.has(subscriptionId) || session.subscriptionByChannel.has(channelId)) {
      session.sendStatus(
        statusLevel.warning,
        `${channel.topic} is already subscribed, or id ${subscriptionId} in use`,
      );
      return;
    }
    session.channelBySubscription.set(subscriptionId, channelId);
    session.subscriptionByChannel.set(channelId, subscriptionId);
    const subscribers = this.#subscribers.get(channelId) ?? new Set();
    this.#subscribers.set(channelId, subscribers);
    subscribers.add(session);
    if (subscribers.size === 1) this.#handlers.onChannelWanted(channel);
    else {
      for (const { logTimeNs, payload } of this.#handlers.latchedMessages(channel)) {
        session.queue.sendControl(messageDataFrame(subscriptionId, logTimeNs, payload));
      }
    }
  }

  #unsubscribe(session: ClientSession, subscriptionId: number): void {
    const channelId = session.channelBySubscription.get(subscriptionId);
    if (channelId === undefined) return;
    session.channelBySubscription.delete(subscriptionId);
    session.subscriptionByChannel.delete(channelId);
    session.queue.forget(channelId);
    const subscribers = this.#subscribers.get(channelId);
    subscribers?.delete(session);
    const channel = this.#channels.get(channelId);
    if (subscribers?.size === 0) {
      this.#subscribers.delete(channelId);
      if (channel) this.#handlers.onChannelUnwanted(channel);
    }
  }

  async #callService(
    session: ClientSession,
    serviceId: number,
    callId: number,
    encoding: string,
    payload: Uint8Array,
  ) {
    const fail = (message: string) =>
      session.sendJson({ op: 'serviceCallFailure', serviceId, callId, message });
    const service = this.#services.get(serviceId);
    if (!service) return fail(`service ${serviceId} is not advertised`);
    if (encoding !== service.request.encoding) {
      return fail(`${service.name} takes ${service.request.encoding}, got ${encoding}`);
    }
    try {
      const response = await this.#handlers.onServiceCall(service, payload, encoding);
      if (!this.#sessions.has(session)) return;
      session.queue.sendControl(serviceResponseFrame(serviceId, callId, service.response.encoding, response));
    } catch (error) {
      fail(error instanceof Error ? error.message : String(error));
    }
  }

  async #fetchAsset(session: ClientSession, requestId: number, uri: string): Promise<void> {
    let answer: { data: Uint8Array } | { problem: string };
    try {
      answer = { data: await this.#handlers.onFetchAsset(uri) };
    } catch (error) {
      answer = { problem: error instanceof Error ? error.message : String(error) };
    }
    if (this.#sessions.has(session)) session.queue.sendControl(assetFrame(requestId, answer));
  }

  #broadcast(message: object): void {
    for (const session of this.#sessions) session.sendJson(message);
  }
}
