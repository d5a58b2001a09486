import {
  type Binding,
  type EndpointDescription,
  type EndpointHandle,
  type GraphSide,
  type HeldSample,
  loadBinding,
  type MatchedEndpoint,
} from './binding.ts';
import { collectLentMemory } from './lent-memory.ts';

/** Quality of service and announcement of one DDS endpoint. */
export interface EndpointOptions {
  /** DDS topic name, e.g. `rt/chatter`. */
  readonly topic: string;
  /** DDS type name, e.g. `std_msgs::msg::dds_::String_`. */
  readonly type: string;
  readonly reliable: boolean;
  readonly transientLocal: boolean;
  readonly keepAll: boolean;
  /** Samples kept with keep-last. */
  readonly depth: number;
  /** How long a sample of a writer may be given to readers, ms; forever without it. */
  readonly lifespanMs?: number;
  /** Text that discovery carries to peers, e.g. `typehash=RIHS01_…;`. */
  readonly userData: string;
}

/** Called on the JavaScript thread with one sample; `writer` is the matched writer's handle when asked for. */
export type SampleCallback = (bytes: Uint8Array, writer: bigint) => void;

/** Samples taken from one reader before others get their turn. */
const samplesPerTurn = 256;
/** Filled by `take`, see there: four numbers of the whole, then the buffer, offset and length of each sample. */
const layout = new Int32Array(4 + 3 * samplesPerTurn);
/** Filled by `take` with the handle of each sample's writer. */
const writers = new BigUint64Array(samplesPerTurn);
/** Where `take` copies small samples to. */
let sharedBuffer = new ArrayBuffer(0);

/** Spreads the addon's one wake over the readers of this process. */
class Dispatcher {
  readonly #drains = new Map<number, () => boolean>();
  #nextId = 1;
  #again = new Set<number>();

  constructor(binding: Binding) {
    const ids = new Int32Array(256);
    binding.setReadyCallback(ids, (count) => {
      // A callback may delete readers, never wake some: `ids` stays as it is.
      for (let i = 0; i < count; i++) this.#drain(ids[i]!);
    });
  }

  /** @param drain - takes one batch; returns true when more may be waiting */
  register(drain: () => boolean): number {
    const id = this.#nextId++;
    this.#drains.set(id, drain);
    return id;
  }

  unregister(id: number): void {
    this.#drains.delete(id);
    this.#again.delete(id);
  }

  #drain(id: number): void {
    if (!this.#drains.get(id)?.()) return;
    if (this.#again.size === 0) setImmediate(() => this.#continue());
    this.#again.add(id);
  }

  #continue(): void {
    const ids = this.#again;
    this.#again = new Set();
    for (const id of ids) this.#drain(id);
  }
}

let dispatcher: Dispatcher | undefined;
/** Participants of this process that keep it alive. */
const holders = new Set<CycloneParticipant>();

/** Writes serialised samples to one topic. */
export class CycloneWriter {
  readonly #binding: Binding;
  readonly #handle: EndpointHandle;
  readonly #forget: (endpoint: { delete(): void }) => void;
  #isPacked = false;

  constructor(binding: Binding, handle: EndpointHandle, forget: (endpoint: { delete(): void }) => void) {
    this.#binding = binding;
    this.#handle = handle;
    this.#forget = forget;
  }

  /** 16 bytes. */
  get guid(): Uint8Array {
    return this.#binding.guid(this.#handle);
  }

  /** What a matched reader calls this writer. */
  get instanceHandle(): bigint {
    return this.#binding.instanceHandle(this.#handle);
  }

  /**
   * Sends one sample. Never blocks. Samples written in one turn of JavaScript share packets, which leave at its end.
   *
   * @param sample - CDR with its 4-byte encapsulation header, or what {@link hold} has made of that
   * @returns false when the history of a reliable keep-all writer is full: try again later
   */
  write(sample: Uint8Array | HeldSample): boolean {
    if (!this.#isPacked) {
      this.#isPacked = true;
      queueMicrotask(this.#flush);
    }
    return this.#binding.write(this.#handle, sample);
  }

  /** Copies a sample that has to wait, so that another attempt to write it costs no copy. */
  hold(bytes: Uint8Array): HeldSample {
    return this.#binding.hold(this.#handle, bytes);
  }

  matchedSubscriptions(): MatchedEndpoint[] {
    return this.#binding.matched(this.#handle, 'subscriptions');
  }

  delete(): void {
    this.#flush();
    this.#forget(this);
    this.#binding.deleteEndpoint(this.#handle);
  }

  readonly #flush = (): void => {
    if (!this.#isPacked) return;
    this.#isPacked = false;
    this.#binding.flush(this.#handle);
  };
}

/** Hands the samples of one topic to a callback. */
export class CycloneReader {
  readonly #binding: Binding;
  readonly #handle: EndpointHandle;
  readonly #forget: (endpoint: { delete(): void }) => void;

  constructor(binding: Binding, handle: EndpointHandle, forget: (endpoint: { delete(): void }) => void) {
    this.#binding = binding;
    this.#handle = handle;
    this.#forget = forget;
  }

  /** 16 bytes. */
  get guid(): Uint8Array {
    return this.#binding.guid(this.#handle);
  }

  matchedPublications(): MatchedEndpoint[] {
    return this.#binding.matched(this.#handle, 'publications');
  }

  delete(): void {
    this.#forget(this);
    this.#binding.deleteEndpoint(this.#handle);
  }
}

/** One DDS participant: the process's presence on a domain. */
export class CycloneParticipant {
  readonly #binding: Binding;
  readonly #dispatcher: Dispatcher;
  readonly #participant: number;
  readonly #discovery: { readonly handle: EndpointHandle; readonly side: GraphSide; readonly id: number }[] =
    [];
  readonly #endpoints = new Set<{ delete(): void }>();
  #closed = false;

  /**
   * Joins a DDS domain.
   *
   * @param domainId - 0 to 232
   * @param configuration - Cyclone DDS XML, see `cycloneConfiguration`; the first participant of a process decides
   * @param userData - text for peers, `enclave=/;` in ROS 2
   * @throws {@link MiddlewareError} when the addon is missing
   */
  constructor(domainId: number, configuration: string, userData: string) {
    this.#binding = loadBinding();
    dispatcher ??= new Dispatcher(this.#binding);
    this.#dispatcher = dispatcher;
    this.#participant = this.#binding.createParticipant(domainId, configuration, userData);
  }

  /** 16 bytes. */
  get guid(): Uint8Array {
    return this.#binding.guid(this.#participant);
  }

  createWriter(options: EndpointOptions): CycloneWriter {
    const handle = this.#binding.createWriter(this.#participant, options);
    const writer = new CycloneWriter(this.#binding, handle, (endpoint) => this.#endpoints.delete(endpoint));
    this.#endpoints.add(writer);
    return writer;
  }

  /** @param withWriter - hand each sample's writer handle to the callback (services need it); else it is 0n */
  createReader(options: EndpointOptions, callback: SampleCallback, withWriter = false): CycloneReader {
    const binding = this.#binding;
    let handle: EndpointHandle | undefined;
    const drain = (): boolean => {
      if (handle === undefined) return false;
      const newBuffers = binding.take(handle, layout, writers);
      const taken = layout[0]!;
      const count = layout[1]!;
      collectLentMemory(layout[2]!);
      const sharedBefore = sharedBuffer;
      if (layout[3]! > 0) sharedBuffer = newBuffers![layout[3]! - 1]!;
      for (let i = 0, at = 4; i < count; i++, at += 3) {
        const buffer = layout[at]! === 0 ? sharedBefore : newBuffers![layout[at]! - 1]!;
        const bytes = new Uint8Array(buffer, layout[at + 1]!, layout[at + 2]!);
        callback(bytes, withWriter ? writers[i]! : 0n);
      }
      return taken === samplesPerTurn;
    };
    const id = this.#dispatcher.register(drain);
    handle = binding.createReader(this.#participant, { ...options, id });
    const reader = new CycloneReader(binding, handle, (endpoint) => {
      this.#dispatcher.unregister(id);
      this.#endpoints.delete(endpoint);
    });
    this.#endpoints.add(reader);
    return reader;
  }

  /** Calls back whenever a publication or subscription appears in or leaves the domain. */
  watchGraph(onChange: (side: GraphSide) => void): void {
    for (const side of ['publications', 'subscriptions'] as const) {
      let handle: EndpointHandle | undefined;
      const id = this.#dispatcher.register(() => {
        if (handle !== undefined) this.#binding.forgetLost(handle);
        onChange(side);
        return false;
      });
      handle = this.#binding.createDiscoveryReader(this.#participant, side, id);
      this.#discovery.push({ handle, side, id });
    }
  }

  /** Returns every endpoint of the domain that is alive now; {@link watchGraph} must have been called. */
  discovered(side: GraphSide): EndpointDescription[] {
    const reader = this.#discovery.find((entry) => entry.side === side);
    return reader ? this.#binding.discovered(reader.handle) : [];
  }

  /** Whether the participant alone keeps the process alive, until it is closed. */
  holdProcess(hold: boolean): void {
    if (hold) holders.add(this);
    else holders.delete(this);
    this.#binding.holdProcess(holders.size > 0);
  }

  /** Leaves the domain; peers see it at once. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const endpoint of [...this.#endpoints]) endpoint.delete();
    for (const { handle, id } of this.#discovery) {
      this.#dispatcher.unregister(id);
      this.#binding.deleteEndpoint(handle);
    }
    this.#binding.deleteParticipant(this.#participant);
    this.holdProcess(false);
  }
}
