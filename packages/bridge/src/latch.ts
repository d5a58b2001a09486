/** One message as it came from the graph. */
export interface KeptMessage {
  readonly logTimeNs: bigint;
  readonly payload: Uint8Array;
}

/**
 * Remembers the newest messages of a latched topic for clients that come late.
 *
 * The graph replays them only when the bridge subscribes, once for all its clients. Equal messages are kept once, because
 * a topic such as `/tf_static` has several publishers and each repeats its own.
 */
export class Latch {
  readonly #depth: number;
  #messages: KeptMessage[] = [];

  /** @param depth - messages kept: 1 for a topic with one publisher. */
  constructor(depth: number) {
    this.#depth = depth;
  }

  get messages(): readonly KeptMessage[] {
    return this.#messages;
  }

  add(message: KeptMessage): void {
    const others = this.#messages.filter(({ payload }) => !equalBytes(payload, message.payload));
    this.#messages = [...others, message].slice(-this.#depth);
  }
}

function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && Buffer.compare(a, b) === 0;
}
