import type { MessageTypes, ServiceTypes } from '@efferent/interfaces';
import { Backoff } from './backoff.ts';
import { decodeMessage, encodeMessage } from './codec.ts';
import { publishFrame, readServerFrame, serviceFrame } from './frames.ts';
import { Observable } from './observable.ts';

type MessageType = keyof MessageTypes & string;
type ServiceType = keyof ServiceTypes & string;

export interface TopicInfo {
  readonly id: number;
  readonly topic: string;
  readonly schemaName: string;
  readonly encoding: string;
}

interface ServiceEntry {
  readonly id: number;
  readonly name: string;
  readonly type: string;
}

interface PendingCall {
  resolve(data: Uint8Array): void;
  reject(error: Error): void;
}

/** How the page stands with the robot: `stalled` means connected, and silent for too long. */
export type LinkState = 'connecting' | 'connected' | 'stalled' | 'lost';

const stallMs = 2500;
const callTimeoutMs = 15_000;

/**
 * The page's connection to the ROS graph: topics by name, services, reconnection.
 *
 * A subscription made once holds for good: it starts when the topic appears and comes back after a reconnect.
 */
export class GraphLink {
  readonly state = new Observable<LinkState>('connecting');
  readonly topics = new Observable<ReadonlyMap<string, TopicInfo>>(new Map());
  readonly services = new Observable<ReadonlyMap<string, ServiceEntry>>(new Map());
  /** Counts received messages, for rates. */
  onMessage: (topic: string, bytes: number) => void = () => undefined;
  readonly #url: string;
  readonly #handlers = new Map<string, Set<(data: Uint8Array, timeNs: bigint, encoding: string) => void>>();
  readonly #topicOfSubscription = new Map<number, TopicInfo>();
  readonly #subscriptionOfTopic = new Map<string, number>();
  readonly #calls = new Map<number, PendingCall>();
  readonly #ownChannels = new Map<string, number>();
  readonly #backoff = new Backoff();
  #socket: WebSocket | undefined;
  #nextId = 1;
  #lastFrameMs = 0;

  constructor(url: string) {
    this.#url = url;
  }

  /** Connects and keeps reconnecting for as long as the page lives. */
  open(): void {
    this.#connect();
    setInterval(() => this.#watchSilence(), 500);
  }

  /** Calls back with every decoded message of a topic. Returns a function that ends it. */
  subscribe<T extends MessageType>(
    type: T,
    topic: string,
    callback: (message: MessageTypes[T], timeNs: bigint) => void,
  ): () => void {
    return this.#listen(topic, (data, timeNs) => callback(decodeMessage(type, data), timeNs));
  }

  /** The same for a channel of the bridge's own, in JSON. */
  subscribeJson(topic: string, callback: (message: unknown) => void): () => void {
    return this.#listen(topic, (data) => callback(JSON.parse(new TextDecoder().decode(data))));
  }

  /** Publishes one message; the bridge refuses topics that are not on its list. */
  publish<T extends MessageType>(type: T, topic: string, message: MessageTypes[T]): void {
    if (this.#socket?.readyState !== WebSocket.OPEN) return;
    let channelId = this.#ownChannels.get(topic);
    if (channelId === undefined) {
      channelId = this.#nextId++;
      this.#ownChannels.set(topic, channelId);
      this.#send({
        op: 'advertise',
        channels: [{ id: channelId, topic, encoding: 'cdr', schemaName: type }],
      });
    }
    this.#socket.send(publishFrame(channelId, encodeMessage(type, message)));
  }

  /** Calls a ROS service through the bridge. Rejects with one sentence when it fails or takes too long. */
  async call<S extends ServiceType>(
    type: S,
    name: string,
    request: ServiceTypes[S]['Request'],
  ): Promise<ServiceTypes[S]['Response']> {
    const data = await this.#callRaw(name, 'cdr', encodeMessage(`${type}_Request`, request));
    return decodeMessage(`${type}_Response`, data);
  }

  /** Calls one of the bridge's own services, in JSON. */
  async callJson(name: string, request: object): Promise<unknown> {
    const payload = new TextEncoder().encode(JSON.stringify(request));
    return JSON.parse(new TextDecoder().decode(await this.#callRaw(name, 'json', payload)));
  }

  #listen(topic: string, handler: (data: Uint8Array, timeNs: bigint, encoding: string) => void): () => void {
    const handlers = this.#handlers.get(topic) ?? new Set();
    this.#handlers.set(topic, handlers);
    handlers.add(handler);
    this.#subscribeWanted();
    return () => {
      handlers.delete(handler);
      if (handlers.size > 0) return;
      this.#handlers.delete(topic);
      const id = this.#subscriptionOfTopic.get(topic);
      if (id === undefined) return;
      this.#send({ op: 'unsubscribe', subscriptionIds: [id] });
      this.#forgetSubscription(topic);
    };
  }

  #callRaw(name: string, encoding: string, payload: Uint8Array): Promise<Uint8Array> {
    const service = this.services.value.get(name);
    if (!service || this.#socket?.readyState !== WebSocket.OPEN) {
      return Promise.reject(new Error(`${name} is not available now`));
    }
    const callId = this.#nextId++;
    const socket = this.#socket;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#calls.delete(callId);
        reject(new Error(`${name} did not answer within ${callTimeoutMs / 1000} s`));
      }, callTimeoutMs);
      this.#calls.set(callId, {
        resolve: (data) => {
          clearTimeout(timer);
          resolve(data);
        },
        reject: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      });
      socket.send(serviceFrame(service.id, callId, encoding, payload));
    });
  }

  #connect(): void {
    const socket = new WebSocket(this.#url, ['foxglove.sdk.v1', 'foxglove.websocket.v1']);
    socket.binaryType = 'arraybuffer';
    this.#socket = socket;
    socket.onopen = () => {
      this.#backoff.succeeded();
      this.#lastFrameMs = performance.now();
      this.state.set('connected');
    };
    socket.onmessage = ({ data }) => {
      this.#lastFrameMs = performance.now();
      if (this.state.value === 'stalled') this.state.set('connected');
      if (typeof data === 'string') this.#onText(JSON.parse(data));
      else this.#onBinary(data);
    };
    socket.onclose = () => {
      this.#reset();
      this.state.set('lost');
      setTimeout(() => this.#connect(), this.#backoff.next());
    };
  }

  #reset(): void {
    this.#topicOfSubscription.clear();
    this.#subscriptionOfTopic.clear();
    this.#ownChannels.clear();
    for (const call of this.#calls.values()) call.reject(new Error('the connection was lost'));
    this.#calls.clear();
    this.topics.set(new Map());
    this.services.set(new Map());
  }

  #watchSilence(): void {
    if (this.state.value === 'connected' && performance.now() - this.#lastFrameMs > stallMs)
      this.state.set('stalled');
  }

  #onText(message: { op: string } & Record<string, unknown>): void {
    switch (message.op) {
      case 'advertise': {
        const topics = new Map(this.topics.value);
        for (const channel of message.channels as TopicInfo[]) topics.set(channel.topic, channel);
        this.topics.set(topics);
        this.#subscribeWanted();
        return;
      }
      case 'unadvertise': {
        const gone = new Set(message.channelIds as number[]);
        const topics = new Map([...this.topics.value].filter(([, channel]) => !gone.has(channel.id)));
        for (const [topic, id] of [...this.#subscriptionOfTopic]) {
          if (gone.has(this.#topicOfSubscription.get(id)?.id ?? -1)) this.#forgetSubscription(topic);
        }
        this.topics.set(topics);
        return;
      }
      case 'advertiseServices': {
        const services = new Map(this.services.value);
        for (const service of message.services as ServiceEntry[]) services.set(service.name, service);
        this.services.set(services);
        return;
      }
      case 'unadvertiseServices': {
        const gone = new Set(message.serviceIds as number[]);
        this.services.set(new Map([...this.services.value].filter(([, service]) => !gone.has(service.id))));
        return;
      }
      case 'serviceCallFailure': {
        const call = this.#calls.get(message.callId as number);
        this.#calls.delete(message.callId as number);
        call?.reject(new Error(String(message.message)));
        return;
      }
      case 'status':
        if (message.level === 2) console.warn(message.message);
        return;
    }
  }

  #onBinary(buffer: ArrayBuffer): void {
    const frame = readServerFrame(buffer);
    if (frame === undefined) return;
    if (frame.op === 'time') return;
    if (frame.op === 'service') {
      const call = this.#calls.get(frame.callId);
      this.#calls.delete(frame.callId);
      call?.resolve(frame.data);
      return;
    }
    const channel = this.#topicOfSubscription.get(frame.subscriptionId);
    if (!channel) return;
    this.onMessage(channel.topic, frame.data.byteLength);
    for (const handler of this.#handlers.get(channel.topic) ?? []) {
      handler(frame.data, frame.timeNs, channel.encoding);
    }
  }

  #subscribeWanted(): void {
    const subscriptions: { id: number; channelId: number }[] = [];
    for (const topic of this.#handlers.keys()) {
      const channel = this.topics.value.get(topic);
      if (!channel || this.#subscriptionOfTopic.has(topic)) continue;
      const id = this.#nextId++;
      this.#subscriptionOfTopic.set(topic, id);
      this.#topicOfSubscription.set(id, channel);
      subscriptions.push({ id, channelId: channel.id });
    }
    if (subscriptions.length > 0) this.#send({ op: 'subscribe', subscriptions });
  }

  #forgetSubscription(topic: string): void {
    const id = this.#subscriptionOfTopic.get(topic);
    if (id !== undefined) this.#topicOfSubscription.delete(id);
    this.#subscriptionOfTopic.delete(topic);
  }

  #send(message: object): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }
}
