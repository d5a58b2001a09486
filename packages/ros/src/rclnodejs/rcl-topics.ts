import { type Codec, codecOf } from '@efferent/interfaces';
import { MessageIntake } from '../message-intake.ts';
import type { SubscriptionSetup, TransportPublisher, TransportSubscription } from '../transport.ts';
import type { RclNodeHost } from './rcl-node-host.ts';
import type {
  InterfaceClass,
  RclPublisher as Publisher,
  RclQos,
  RclSubscription as Subscription,
} from './rclnodejs.ts';

/** Publishes CDR that our codec wrote; rclnodejs's own conversion copies every field. */
export class RclPublisher implements TransportPublisher {
  readonly #host: RclNodeHost;
  readonly #publisher: Publisher;
  readonly #codec: Codec;
  readonly #onClose: () => void;
  #isOpen = true;

  constructor(
    host: RclNodeHost,
    typeName: string,
    type: InterfaceClass,
    topic: string,
    qos: RclQos,
    onClose: () => void,
  ) {
    this.#onClose = onClose;
    this.#host = host;
    this.#codec = codecOf(typeName);
    this.#publisher = host.node.createPublisher(type, topic, { qos });
  }

  get matched(): number {
    return this.#isOpen && this.#host.isOpen ? this.#publisher.subscriptionCount : 0;
  }

  publish(message: object): void {
    const bytes = this.#codec.encode(message);
    // A timer of the user's own may fire once more after the node has gone.
    if (!this.#isOpen || !this.#host.isOpen) return;
    this.#publisher.publish(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  }

  close(): void {
    this.#isOpen = false;
    this.#onClose();
    this.#host.release((node) => node.destroyPublisher(this.#publisher));
  }
}

export class RclSubscription implements TransportSubscription {
  readonly #host: RclNodeHost;
  readonly #intake: MessageIntake;
  readonly #subscription: Subscription;
  readonly #onClose: () => void;
  #isOpen = true;

  constructor(
    host: RclNodeHost,
    setup: SubscriptionSetup,
    type: InterfaceClass,
    qos: RclQos,
    onClose: () => void,
  ) {
    this.#onClose = onClose;
    this.#host = host;
    this.#intake = new MessageIntake(setup);
    this.#subscription = host.node.createSubscription(type, setup.topic, { qos, isRaw: true }, (bytes) => {
      if (this.#isOpen) this.#intake.take(bytes);
    });
  }

  get matched(): number {
    return this.#isOpen && this.#host.isOpen ? this.#subscription.publisherCount : 0;
  }

  get undecodable(): number {
    return this.#intake.undecodable;
  }

  close(): void {
    this.#isOpen = false;
    this.#onClose();
    this.#host.release((node) => node.destroySubscription(this.#subscription));
  }
}
