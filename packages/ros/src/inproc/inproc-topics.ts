import type { Clock } from '@efferent/core';
import { type Codec, codecOf } from '@efferent/interfaces';
import type { Executor } from '../executor.ts';
import { MessageQueue } from '../message-queue.ts';
import type { EndpointInfo, QosProfile } from '../port.ts';
import { mismatchOf, reportMismatch } from '../qos-mismatch.ts';
import type {
  NodeIdentity,
  Report,
  SubscriptionSetup,
  TransportPublisher,
  TransportSubscription,
} from '../transport.ts';
import { deepFreeze } from './deep-freeze.ts';

/** All publishers and subscriptions of one topic. */
export class InprocTopic {
  readonly name: string;
  readonly steadyClock: Clock;
  readonly publishers = new Set<InprocPublisher>();
  readonly subscriptions = new Set<InprocSubscription>();

  constructor(name: string, steadyClock: Clock) {
    this.name = name;
    this.steadyClock = steadyClock;
  }

  get isUnused(): boolean {
    return this.publishers.size === 0 && this.subscriptions.size === 0;
  }

  types(): readonly string[] {
    return [...new Set([...this.publishers, ...this.subscriptions].map((endpoint) => endpoint.type))].sort();
  }

  add(endpoint: InprocPublisher | InprocSubscription): void {
    if (endpoint instanceof InprocPublisher) this.publishers.add(endpoint);
    else this.subscriptions.add(endpoint);
    this.#match();
    for (const publisher of this.publishers) {
      for (const subscription of this.subscriptions) {
        if (publisher === endpoint || subscription === endpoint) this.#meet(publisher, subscription);
      }
    }
  }

  remove(endpoint: InprocPublisher | InprocSubscription): void {
    if (endpoint instanceof InprocPublisher) this.publishers.delete(endpoint);
    else this.subscriptions.delete(endpoint);
    this.#match();
  }

  /** Lets every publisher know whom it reaches, so that publishing only walks a list. */
  #match(): void {
    for (const subscription of this.subscriptions) subscription.matched = 0;
    for (const publisher of this.publishers) {
      publisher.receivers = [...this.subscriptions].filter((subscription) =>
        canMatch(publisher, subscription),
      );
      for (const subscription of publisher.receivers) subscription.matched++;
    }
  }

  #meet(publisher: InprocPublisher, subscription: InprocSubscription): void {
    if (areJoinedElsewhere(publisher, subscription)) return;
    const mismatch = mismatchOf(publisher, subscription);
    if (mismatch === undefined) {
      publisher.replayTo(subscription);
      return;
    }
    reportMismatch(publisher.report, this.name, subscription.owner, mismatch);
    reportMismatch(subscription.setup.report, this.name, publisher.owner, mismatch);
  }
}

function canMatch(publisher: InprocPublisher, subscription: InprocSubscription): boolean {
  return mismatchOf(publisher, subscription) === undefined && !areJoinedElsewhere(publisher, subscription);
}

/** Endpoints that stand for those of one thread are joined in that thread. */
const areJoinedElsewhere = (publisher: InprocPublisher, subscription: InprocSubscription): boolean =>
  publisher.origin !== undefined && publisher.origin === subscription.origin;

export class InprocPublisher implements TransportPublisher {
  readonly owner: NodeIdentity;
  readonly type: string;
  readonly qos: QosProfile;
  readonly report: Report;
  readonly origin: object | undefined;
  receivers: readonly InprocSubscription[] = [];
  readonly #topic: InprocTopic;
  readonly #codec: Codec;
  readonly #freezes: boolean;
  readonly #onClose: () => void;
  /** What latecomers get, with the steady time of its publication, ns. */
  readonly #history = new MessageQueue<{ readonly message: object; readonly atNs: bigint }>();

  constructor(
    owner: NodeIdentity,
    type: string,
    topic: InprocTopic,
    qos: QosProfile,
    report: Report,
    freezes: boolean,
    origin: object | undefined,
    onClose: () => void,
  ) {
    this.owner = owner;
    this.type = type;
    this.origin = origin;
    this.qos = qos;
    this.report = report;
    this.#topic = topic;
    this.#codec = codecOf(type);
    this.#freezes = freezes;
    this.#onClose = onClose;
  }

  get matched(): number {
    return this.receivers.length;
  }

  publish(message: object): void {
    const whole = this.#codec.complete(message);
    if (this.#freezes) deepFreeze(whole);
    if (this.qos.durability === 'transient-local') {
      this.#history.push({ message: whole, atNs: this.#topic.steadyClock.nowNs() });
      if (this.qos.history === 'keep-last' && this.#history.length > this.qos.depth) this.#history.shift();
    }
    const receivers = this.receivers;
    for (let i = 0; i < receivers.length; i++) receivers[i]!.receive(whole);
  }

  replayTo(subscription: InprocSubscription): void {
    if (subscription.qos.durability !== 'transient-local') return;
    const lifespanNs = BigInt(this.qos.lifespanMs ?? 0) * 1_000_000n;
    const oldestNs = lifespanNs === 0n ? 0n : this.#topic.steadyClock.nowNs() - lifespanNs;
    for (const { message, atNs } of this.#history) if (atNs >= oldestNs) subscription.receive(message);
  }

  info(): EndpointInfo {
    return endpointInfo(this.owner, this.type, this.qos);
  }

  close(): void {
    this.#topic.remove(this);
    this.#history.clear();
    this.#onClose();
  }
}

export class InprocSubscription implements TransportSubscription {
  readonly owner: NodeIdentity;
  readonly setup: SubscriptionSetup;
  readonly origin: object | undefined;
  matched = 0;
  readonly undecodable = 0;
  readonly #topic: InprocTopic;
  readonly #executor: Executor;
  readonly #pending = new MessageQueue<object>();
  readonly #limit: number;
  readonly #onClose: () => void;
  #isOpen = true;

  constructor(
    owner: NodeIdentity,
    setup: SubscriptionSetup,
    topic: InprocTopic,
    executor: Executor,
    origin: object | undefined,
    onClose: () => void,
  ) {
    this.owner = owner;
    this.setup = setup;
    this.origin = origin;
    this.#topic = topic;
    this.#executor = executor;
    this.#limit = setup.qos.history === 'keep-last' ? setup.qos.depth : Number.POSITIVE_INFINITY;
    this.#onClose = onClose;
  }

  get type(): string {
    return this.setup.type;
  }

  get qos(): QosProfile {
    return this.setup.qos;
  }

  /** Queues a message; the oldest one makes room when the subscriber is `depth` behind. */
  receive(message: object): void {
    this.#pending.push(message);
    if (this.#pending.length > this.#limit) this.#pending.shift();
    else this.#executor.enqueue(this.#deliverOne);
  }

  info(): EndpointInfo {
    return endpointInfo(this.owner, this.type, this.qos);
  }

  close(): void {
    this.#isOpen = false;
    this.#pending.clear();
    this.#topic.remove(this);
    this.#onClose();
  }

  readonly #deliverOne = (): void => {
    const message = this.#pending.shift();
    if (message === undefined || !this.#isOpen) return;
    this.setup.deliver(this.setup.isRaw ? codecOf(this.setup.type).encode(message) : message);
  };
}

function endpointInfo(owner: NodeIdentity, topicType: string, qos: QosProfile): EndpointInfo {
  return { nodeName: owner.name, nodeNamespace: owner.namespace, topicType, qos };
}
