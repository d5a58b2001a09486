import type { CycloneReader, CycloneWriter } from '@efferent/cyclonedds';
import { type Codec, codecOf } from '@efferent/interfaces';
import { MessageIntake } from '../message-intake.ts';
import type { SubscriptionSetup, TransportPublisher, TransportSubscription } from '../transport.ts';
import type { DdsGraph } from './dds-graph.ts';
import type { WriteQueue } from './write-queue.ts';

/** How long a count of matches is believed without news of the graph, ms. */
const matchLifetimeMs = 100;

/** Counts matches without asking DDS on every message. */
class MatchCount {
  readonly #graph: DdsGraph;
  readonly #count: () => number;
  #revision = -1;
  #untilMs = 0;
  #matched = 0;

  constructor(graph: DdsGraph, count: () => number) {
    this.#graph = graph;
    this.#count = count;
  }

  get(): number {
    const nowMs = performance.now();
    if (this.#revision !== this.#graph.revision || nowMs >= this.#untilMs) {
      this.#matched = this.#count();
      this.#revision = this.#graph.revision;
      this.#untilMs = nowMs + matchLifetimeMs;
    }
    return this.#matched;
  }
}

export class CyclonePublisher implements TransportPublisher {
  readonly #codec: Codec;
  readonly #queue: WriteQueue;
  readonly #matches: MatchCount;
  readonly #onClose: () => void;

  constructor(type: string, writer: CycloneWriter, queue: WriteQueue, graph: DdsGraph, onClose: () => void) {
    this.#codec = codecOf(type);
    this.#queue = queue;
    this.#matches = new MatchCount(graph, () => writer.matchedSubscriptions().length);
    this.#onClose = onClose;
  }

  get matched(): number {
    return this.#matches.get();
  }

  publish(message: object): void {
    this.#queue.write(this.#codec.encodeTransient(message));
  }

  close(): void {
    this.#queue.close();
    this.#onClose();
  }
}

export class CycloneSubscription implements TransportSubscription {
  readonly #intake: MessageIntake;
  readonly #reader: CycloneReader;
  readonly #matches: MatchCount;
  readonly #onClose: () => void;
  #isOpen = true;

  constructor(
    setup: SubscriptionSetup,
    createReader: (onSample: (bytes: Uint8Array) => void) => CycloneReader,
    graph: DdsGraph,
    onClose: () => void,
  ) {
    this.#intake = new MessageIntake(setup);
    this.#reader = createReader((bytes) => {
      if (this.#isOpen) this.#intake.take(bytes);
    });
    this.#matches = new MatchCount(graph, () => this.#reader.matchedPublications().length);
    this.#onClose = onClose;
  }

  get guid(): Uint8Array {
    return this.#reader.guid;
  }

  get matched(): number {
    return this.#matches.get();
  }

  get undecodable(): number {
    return this.#intake.undecodable;
  }

  close(): void {
    this.#isOpen = false;
    this.#reader.delete();
    this.#onClose();
  }
}
