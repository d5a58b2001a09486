import { type Codec, codecOf } from '@efferent/interfaces';
import { Rejections } from './rejections.ts';
import type { SubscriptionSetup } from './transport.ts';

/** Decodes what arrives on a topic; what does not decode is dropped and counted. */
export class MessageIntake {
  readonly #setup: SubscriptionSetup;
  readonly #codec: Codec | undefined;
  readonly #rejections: Rejections;

  constructor(setup: SubscriptionSetup) {
    this.#setup = setup;
    this.#codec = setup.isRaw ? undefined : codecOf(setup.type);
    this.#rejections = new Rejections(setup.report, 'message-undecodable', { topic: setup.topic });
  }

  get undecodable(): number {
    return this.#rejections.count;
  }

  take(bytes: Uint8Array): void {
    let message: object;
    try {
      message = this.#codec === undefined ? bytes : this.#codec.decode(bytes);
    } catch (error) {
      this.#rejections.add(error);
      return;
    }
    this.#setup.deliver(message);
  }
}
