import { describeError } from '@efferent/core/errors';
import { type Codec, codecOf } from '@efferent/interfaces';
import type { SubscriptionSetup } from './transport.ts';

/** Decodes what arrives on a topic; what does not decode is dropped, counted and reported, seldom when it is often. */
export class MessageIntake {
  undecodable = 0;
  readonly #setup: SubscriptionSetup;
  readonly #codec: Codec | undefined;

  constructor(setup: SubscriptionSetup) {
    this.#setup = setup;
    this.#codec = setup.isRaw ? undefined : codecOf(setup.type);
  }

  take(bytes: Uint8Array): void {
    let message: object;
    try {
      message = this.#codec === undefined ? bytes : this.#codec.decode(bytes);
    } catch (error) {
      const count = ++this.undecodable;
      // The first, the second, the fourth, the eighth, … one.
      if ((count & (count - 1)) === 0) {
        this.#setup.report('message-undecodable', {
          topic: this.#setup.topic,
          count,
          reason: describeError(error),
        });
      }
      return;
    }
    this.#setup.deliver(message);
  }
}
