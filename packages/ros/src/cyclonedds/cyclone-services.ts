import type { CycloneParticipant, CycloneReader, CycloneWriter } from '@efferent/cyclonedds';
import { type Codec, codecOf } from '@efferent/interfaces';
import { typeHash } from '@efferent/interfaces/node';
import type { Executor } from '../executor.ts';
import type { QosProfile } from '../port.ts';
import { Rejections } from '../rejections.ts';
import type { Report, ServiceSetup, TransportClient, TransportService } from '../transport.ts';
import type { DdsGraph } from './dds-graph.ts';
import { ddsReplyTopic, ddsRequestTopic, ddsType, dottedId, userDataEntry, userDataOf } from './dds-names.ts';
import { isCyclone } from './dds-vendor.ts';
import { endpointOptions } from './endpoint-options.ts';
import { failureOf, readFailure, writeFailure } from './service-failures.ts';
import { type ServiceHeader, splitServiceHeader, withServiceHeader } from './service-header.ts';

/** Readers keep all requests and replies, as 10 kept ones lose replies to clients with more calls in flight. */
const readerQos: QosProfile = {
  history: 'keep-all',
  depth: 0,
  reliability: 'reliable',
  durability: 'volatile',
};
/** Writers do not: one stopped client would hold up the replies to all others. */
const writerQos: QosProfile = {
  history: 'keep-last',
  depth: 100,
  reliability: 'reliable',
  durability: 'volatile',
};

/** How long a server waits for the reader of a client's replies before it answers anyway; as rmw_cyclonedds. */
const replyReaderWaitNs = 100_000_000n;
const replyReaderPollNs = 1_000_000n;

/** A request that waits for its reply. */
interface Waiting {
  onResponse(response: object, serverId: string): void;
  onFailure(reason: string): void;
}

/** What the services of one process share. */
export interface ServiceHost {
  readonly participant: CycloneParticipant;
  readonly executor: Executor;
  readonly graph: DdsGraph;
  /** 16 bytes that no other client or server has. */
  newId(): Uint8Array;
}

/** Codecs of a service, made when they are used: most services of parameters are never called. */
class ServiceCodecs {
  readonly #type: string;

  constructor(type: string) {
    this.#type = type;
  }

  get requests(): Codec {
    return codecOf(`${this.#type}_Request`);
  }

  get responses(): Codec {
    return codecOf(`${this.#type}_Response`);
  }
}

/** Calls one service in rmw_cyclonedds's mapping. */
export class CycloneClient implements TransportClient {
  readonly writer: CycloneWriter;
  readonly reader: CycloneReader;
  readonly #graph: DdsGraph;
  readonly #codecs: ServiceCodecs;
  readonly #rejections: Rejections;
  readonly #handle: bigint;
  readonly #open = new Map<bigint, Waiting>();
  #sequence = 0n;
  #servers:
    | {
        readonly revision: number;
        readonly untilMs: number;
        readonly ready: boolean;
        readonly ids: ReadonlySet<string>;
      }
    | undefined;

  constructor(host: ServiceHost, type: string, name: string, report: Report) {
    this.#graph = host.graph;
    this.#codecs = new ServiceCodecs(type);
    this.#rejections = new Rejections(report, 'reply-undecodable', { service: name });
    const userData = userDataOf({ clientid: dottedId(host.newId()), typehash: typeHash(type) });
    const reply = endpointOptions(ddsReplyTopic(name), ddsType(`${type}_Response`), readerQos, userData);
    this.reader = host.participant.createReader(reply, (bytes, writer) => this.#onReply(bytes, writer), true);
    const request = endpointOptions(ddsRequestTopic(name), ddsType(`${type}_Request`), writerQos, userData);
    this.writer = host.participant.createWriter(request);
    this.#handle = this.writer.instanceHandle;
  }

  /** Replies that did not decode. */
  get undecodable(): number {
    return this.#rejections.count;
  }

  isAvailable(): boolean {
    return this.#matched().ready;
  }

  hasServer(serverId: string): boolean {
    return this.#matched().ids.has(serverId);
  }

  send(
    request: object,
    onResponse: (response: object, serverId: string) => void,
    onFailure: (reason: string) => void,
  ): () => void {
    const sequence = ++this.#sequence;
    const bytes = withServiceHeader(
      { client: this.#handle, sequence },
      this.#codecs.requests.encodeTransient(request),
    );
    this.#open.set(sequence, { onResponse, onFailure });
    this.writer.write(bytes);
    return () => this.#open.delete(sequence);
  }

  close(): void {
    this.#open.clear();
    this.writer.delete();
    this.reader.delete();
  }

  #onReply(bytes: Uint8Array, writer: bigint): void {
    const split = splitServiceHeader(bytes);
    if (split === undefined) return;
    const { client, sequence } = split.header;
    const isFailure = client === failureOf(this.#handle);
    const waiting = this.#open.get(sequence);
    if (waiting === undefined || (client !== this.#handle && !isFailure)) return;
    if (isFailure) {
      this.#open.delete(sequence);
      waiting.onFailure(readFailure(split.message, this.#codecs.responses));
      return;
    }
    let response: object;
    try {
      response = this.#codecs.responses.decode(split.message);
    } catch (error) {
      // The call stays open: what a stranger sends in the server's name must not end it.
      this.#rejections.add(error);
      return;
    }
    this.#open.delete(sequence);
    waiting.onResponse(response, String(writer));
  }

  /** A server counts once its request reader and its reply writer are both matched. */
  #matched() {
    const nowMs = performance.now();
    const known = this.#servers;
    // Matching follows discovery by a moment, so that a fresh answer is only kept for a short while.
    if (known !== undefined && known.revision === this.#graph.revision && nowMs < known.untilMs) return known;
    // Other vendors' services match as topics do, and do not understand the header of the requests.
    const repliers = this.reader.matchedPublications().filter(({ guid }) => isCyclone(guid));
    const servers = this.writer.matchedSubscriptions().filter(({ guid }) => isCyclone(guid));
    const listening = new Set(servers.map(({ userData }) => userDataEntry(userData, 'serviceid')));
    const ready = repliers.some(({ userData }) => listening.has(userDataEntry(userData, 'serviceid')));
    const ids = new Set(repliers.map(({ handle }) => String(handle)));
    this.#servers = { revision: this.#graph.revision, untilMs: nowMs + (ready ? 100 : 5), ready, ids };
    return this.#servers;
  }
}

/** Serves one service in rmw_cyclonedds's mapping. */
export class CycloneService implements TransportService {
  readonly writer: CycloneWriter;
  readonly reader: CycloneReader;
  readonly #host: ServiceHost;
  readonly #setup: ServiceSetup;
  readonly #rejections: Rejections;
  readonly #codecs: ServiceCodecs;
  /** Clients whose reply reader was seen to be matched since the graph last changed, by the handle of their request writer. */
  readonly #matchedClients = new Set<bigint>();
  #revision = -1;
  #isOpen = true;

  constructor(host: ServiceHost, setup: ServiceSetup) {
    const { type, name } = setup;
    this.#host = host;
    this.#setup = setup;
    this.#rejections = new Rejections(setup.report, 'request-undecodable', { service: name });
    this.#codecs = new ServiceCodecs(type);
    const userData = userDataOf({ serviceid: dottedId(host.newId()), typehash: typeHash(type) });
    const reply = endpointOptions(ddsReplyTopic(name), ddsType(`${type}_Response`), writerQos, userData);
    this.writer = host.participant.createWriter(reply);
    const request = endpointOptions(ddsRequestTopic(name), ddsType(`${type}_Request`), readerQos, userData);
    this.reader = host.participant.createReader(
      request,
      (bytes, writer) => this.#onRequest(bytes, writer),
      true,
    );
  }

  /** Requests that did not decode. */
  get undecodable(): number {
    return this.#rejections.count;
  }

  close(): void {
    this.#isOpen = false;
    this.reader.delete();
    this.writer.delete();
  }

  #onRequest(bytes: Uint8Array, client: bigint): void {
    if (!this.#isOpen) return;
    const split = splitServiceHeader(bytes);
    let request: object;
    try {
      if (split === undefined) throw new RangeError(`${bytes.length} bytes are too few for a request`);
      request = this.#codecs.requests.decode(split.message);
    } catch (error) {
      this.#rejections.add(error);
      return;
    }
    const { header } = split;
    const send = (answer: ServiceHeader, message: Uint8Array) => {
      const untilNs = this.#host.executor.steadyClock.nowNs() + replyReaderWaitNs;
      this.#sendWhenMatched(withServiceHeader(answer, message), client, untilNs);
    };
    this.#setup.handle(
      request,
      (response) => send(header, this.#codecs.responses.encodeTransient(response)),
      (reason) =>
        send({ ...header, client: failureOf(header.client) }, writeFailure(reason, this.#codecs.responses)),
    );
  }

  #sendWhenMatched(reply: Uint8Array, client: bigint, untilNs: bigint): void {
    if (!this.#isOpen) return;
    const clock = this.#host.executor.steadyClock;
    const nowNs = clock.nowNs();
    if (this.#isReplyReaderMatched(client) || nowNs >= untilNs) this.writer.write(reply);
    else clock.setAlarm(nowNs + replyReaderPollNs, () => this.#sendWhenMatched(reply, client, untilNs));
  }

  #isReplyReaderMatched(client: bigint): boolean {
    // Those who left are forgotten, and those who stay are asked about again.
    if (this.#revision !== this.#host.graph.revision) this.#matchedClients.clear();
    this.#revision = this.#host.graph.revision;
    if (this.#matchedClients.has(client)) return true;
    const requester = this.reader.matchedPublications().find(({ handle }) => handle === client);
    const id = requester === undefined ? undefined : userDataEntry(requester.userData, 'clientid');
    // A client without an id, or one that has left, cannot be waited for.
    const isMatched =
      id === undefined ||
      this.writer.matchedSubscriptions().some(({ userData }) => userDataEntry(userData, 'clientid') === id);
    if (isMatched) this.#matchedClients.add(client);
    return isMatched;
  }
}
