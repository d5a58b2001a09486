import type { CycloneParticipant, CycloneReader, EndpointDescription } from '@efferent/cyclonedds';
import { codecOf } from '@efferent/interfaces';
import type { EndpointInfo } from '../port.ts';
import { Rejections } from '../rejections.ts';
import type { Graph, NamedTypes, NodeIdentity, Report } from '../transport.ts';
import {
  ddsRequestTopic,
  ddsTopic,
  discoveryInfoTopic,
  discoveryInfoType,
  serviceOfReplies,
  serviceOfRequests,
  serviceTypeOf,
  topicOf,
  typeOf,
} from './dds-names.ts';
import { isCyclone, vendorOf } from './dds-vendor.ts';
import { discoveryInfoOptions, qosOf } from './endpoint-options.ts';

/** Listeners hear of a burst of changes once. */
const settleMs = 10;
/** Announcements kept, beside twice those of the participants there, before those of the gone ones are looked for. */
const keptInfos = 16;

interface Gid {
  readonly data: Uint8Array;
}

interface NodeEntities {
  readonly node_namespace: string;
  readonly node_name: string;
  readonly reader_gid_seq: readonly Gid[];
  readonly writer_gid_seq: readonly Gid[];
}

interface ParticipantEntities {
  readonly gid: Gid;
  readonly node_entities_info_seq: readonly NodeEntities[];
}

const infoCodec = codecOf(discoveryInfoType);

/** Keys a 16-byte id. */
export function guidText(guid: Uint8Array): string {
  return Buffer.from(guid.buffer, guid.byteOffset, guid.byteLength).toString('latin1');
}

/** Full name of a node; empty when it has not announced one. */
const nodeText = (node: NodeEntities | undefined): string =>
  node === undefined ? '' : `${node.node_namespace.replace(/\/$/, '')}/${node.node_name}`;

/** The graph at one moment. */
interface Snapshot {
  readonly publications: readonly EndpointDescription[];
  readonly subscriptions: readonly EndpointDescription[];
  readonly nodes: readonly NodeEntities[];
  /** Nodes by the ids of their readers and writers. */
  readonly owners: ReadonlyMap<string, NodeEntities>;
  readonly publishers: EndpointsByTopic;
  readonly subscribers: EndpointsByTopic;
}

/** What DDS discovery and `ros_discovery_info` tell about the graph. */
export class DdsGraph implements Graph {
  readonly #participant: CycloneParticipant;
  readonly #infoReader: CycloneReader;
  readonly #rejections: Rejections;
  readonly #listeners = new Set<() => void>();
  readonly #infos = new Map<string, ParticipantEntities>();
  #mostInfos = keptInfos;
  #snapshot: Snapshot | undefined;
  #timer: NodeJS.Timeout | undefined;
  #revision = 0;

  constructor(participant: CycloneParticipant, report: Report) {
    this.#participant = participant;
    this.#rejections = new Rejections(report, 'message-undecodable', { topic: discoveryInfoTopic });
    participant.watchGraph(() => this.#changed());
    const options = discoveryInfoOptions({ history: 'keep-all', depth: 0 });
    this.#infoReader = participant.createReader(options, (bytes) => {
      try {
        const info = infoCodec.decode(bytes) as ParticipantEntities;
        this.#infos.set(guidText(info.gid.data), info);
        this.#changed();
        if (this.#infos.size > this.#mostInfos) this.#now();
      } catch (error) {
        // Humble and older announce ids of 24 bytes; their nodes stay nameless here.
        this.#rejections.add(error);
      }
    });
  }

  /** Announcements that did not decode. */
  get undecodable(): number {
    return this.#rejections.count;
  }

  /** Grows whenever something may have come or gone; what is derived from the graph is kept by it. */
  get revision(): number {
    return this.#revision;
  }

  topics(): readonly NamedTypes[] {
    const { publications, subscriptions } = this.#now();
    return group([...publications, ...subscriptions], topicOf, typeOf);
  }

  services(): readonly NamedTypes[] {
    const { publications, subscriptions } = this.#now();
    return group([...publications, ...subscriptions], serviceOfRequests, serviceTypeOf);
  }

  nodes(): readonly NodeIdentity[] {
    return this.#now().nodes.map(({ node_name, node_namespace }) => ({
      name: node_name,
      namespace: node_namespace,
    }));
  }

  publishers(topic: string): readonly EndpointInfo[] {
    return this.#now().publishers.infosOf(ddsTopic(topic));
  }

  subscriptions(topic: string): readonly EndpointInfo[] {
    return this.#now().subscribers.infosOf(ddsTopic(topic));
  }

  servicesOf(node: NodeIdentity): readonly NamedTypes[] {
    return group(this.#readersOf(node), serviceOfRequests, serviceTypeOf);
  }

  clientsOf(node: NodeIdentity): readonly NamedTypes[] {
    return group(this.#readersOf(node), serviceOfReplies, serviceTypeOf);
  }

  incompatibleServer(service: string): { readonly node: string; readonly vendor: string } | undefined {
    const { subscriptions, owners } = this.#now();
    const topic = ddsRequestTopic(service);
    const servers = subscriptions.filter((endpoint) => endpoint.topic === topic);
    const [foreign] = servers;
    if (foreign === undefined || servers.some(({ guid }) => isCyclone(guid))) return undefined;
    return { node: nodeText(owners.get(guidText(foreign.guid))), vendor: vendorOf(foreign.guid) };
  }

  /** Nodes that another vendor's DDS carries; `node` is empty where no participant announces one. */
  foreignNodes(): readonly { readonly node: string; readonly vendor: string }[] {
    const { publications, subscriptions, owners } = this.#now();
    const found = new Map<string, { readonly node: string; readonly vendor: string }>();
    for (const { guid, participantGuid } of [...publications, ...subscriptions]) {
      if (isCyclone(guid)) continue;
      const owner = owners.get(guidText(guid));
      const key = owner === undefined ? guidText(participantGuid) : nodeText(owner);
      found.set(key, { node: nodeText(owner), vendor: vendorOf(guid) });
    }
    const nodes = [...found.values()];
    const named = nodes.filter(({ node }) => node !== '');
    return named.length > 0 ? named : nodes;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#listeners.clear();
    this.#infoReader.delete();
  }

  #changed(): void {
    this.#snapshot = undefined;
    this.#revision++;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      for (const listener of [...this.#listeners]) listener();
    }, settleMs);
  }

  #now(): Snapshot {
    this.#snapshot ??= this.#takeSnapshot();
    return this.#snapshot;
  }

  #takeSnapshot(): Snapshot {
    const publications = this.#participant.discovered('publications');
    const subscriptions = this.#participant.discovered('subscriptions');
    const nodes = this.#aliveNodes(publications);
    const owners = new Map<string, NodeEntities>();
    for (const node of nodes) {
      for (const { data } of node.writer_gid_seq) owners.set(guidText(data), node);
      for (const { data } of node.reader_gid_seq) owners.set(guidText(data), node);
    }
    return {
      publications,
      subscriptions,
      nodes,
      owners,
      publishers: new EndpointsByTopic(publications, owners),
      subscribers: new EndpointsByTopic(subscriptions, owners),
    };
  }

  /** Nodes of the participants that are there; a participant that is gone takes its announcements with it. */
  #aliveNodes(publications: readonly EndpointDescription[]): readonly NodeEntities[] {
    const alive = new Set<string>();
    for (const { topic, participantGuid } of publications) {
      if (topic === discoveryInfoTopic) alive.add(guidText(participantGuid));
    }
    for (const participant of this.#infos.keys())
      if (!alive.has(participant)) this.#infos.delete(participant);
    this.#mostInfos = 2 * this.#infos.size + keptInfos;
    return [...this.#infos.values()].flatMap((info) => info.node_entities_info_seq);
  }

  #readersOf({ name, namespace }: NodeIdentity): readonly EndpointDescription[] {
    const { subscriptions, owners } = this.#now();
    return subscriptions.filter(({ guid }) => {
      const owner = owners.get(guidText(guid));
      return owner?.node_name === name && owner.node_namespace === namespace;
    });
  }
}

/** Endpoints by DDS topic; described only when asked for, since a node asks for few of all the topics. */
class EndpointsByTopic {
  readonly #endpoints: ReadonlyMap<string, readonly EndpointDescription[]>;
  readonly #owners: ReadonlyMap<string, NodeEntities>;
  readonly #infos = new Map<string, readonly EndpointInfo[]>();

  constructor(endpoints: readonly EndpointDescription[], owners: ReadonlyMap<string, NodeEntities>) {
    this.#endpoints = Map.groupBy(endpoints, ({ topic }) => topic);
    this.#owners = owners;
  }

  infosOf(topic: string): readonly EndpointInfo[] {
    const known = this.#infos.get(topic);
    if (known !== undefined) return known;
    const infos = (this.#endpoints.get(topic) ?? []).map((endpoint): EndpointInfo => {
      const owner = this.#owners.get(guidText(endpoint.guid));
      return {
        nodeName: owner?.node_name ?? '_NODE_NAME_UNKNOWN_',
        nodeNamespace: owner?.node_namespace ?? '_NODE_NAMESPACE_UNKNOWN_',
        topicType: typeOf(endpoint.type),
        qos: qosOf(endpoint),
      };
    });
    this.#infos.set(topic, infos);
    return infos;
  }
}

function group(
  endpoints: readonly EndpointDescription[],
  nameOf: (topic: string) => string | undefined,
  rosTypeOf: (type: string) => string,
): readonly NamedTypes[] {
  const found = new Map<string, Set<string>>();
  for (const { topic, type } of endpoints) {
    const name = nameOf(topic);
    if (name === undefined) continue;
    const types = found.get(name) ?? new Set();
    found.set(name, types.add(rosTypeOf(type)));
  }
  return [...found].map(([name, types]) => ({ name, types: [...types].sort() }));
}
