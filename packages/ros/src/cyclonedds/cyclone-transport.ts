import type { CycloneParticipant } from '@efferent/cyclonedds';
import { typeHash } from '@efferent/interfaces/node';
import { fullNodeName } from '../names.ts';
import type { QosProfile } from '../port.ts';
import { mismatchOf, reportMismatch } from '../qos-mismatch.ts';
import type { RealTimeExecutor } from '../real-time-executor.ts';
import type {
  NodeIdentity,
  Report,
  ServiceSetup,
  SubscriptionSetup,
  Transport,
  TransportClient,
  TransportPublisher,
  TransportService,
  TransportSubscription,
} from '../transport.ts';
import { CycloneClient, CycloneService, type ServiceHost } from './cyclone-services.ts';
import { CyclonePublisher, CycloneSubscription } from './cyclone-topics.ts';
import { DdsGraph } from './dds-graph.ts';
import { ddsTopic, ddsType, userDataOf } from './dds-names.ts';
import { endpointOptions } from './endpoint-options.ts';
import { NodeAnnouncer } from './node-announcer.ts';
import { SendPacer } from './send-pacer.ts';
import { WriteQueue } from './write-queue.ts';

/** Endpoints are checked for mismatches when the graph has not changed for this long, ms. */
const quietMs = 1000;

/** An endpoint whose peers are watched for offers that do not match. */
interface Watched {
  readonly topic: string;
  readonly type: string;
  readonly qos: QosProfile;
  readonly isPublisher: boolean;
  readonly report: Report;
  readonly reported: Set<string>;
}

/** Carries messages and services over DDS, by the conventions of ROS 2 and rmw_cyclonedds. */
export class CycloneTransport implements Transport {
  readonly middleware = 'cyclonedds';
  readonly executor: RealTimeExecutor;
  readonly graph: DdsGraph;
  readonly #participant: CycloneParticipant;
  readonly #announcer: NodeAnnouncer;
  readonly #host: ServiceHost;
  readonly #pacer = SendPacer.forThisMachine();
  readonly #watched = new Set<Watched>();
  /** Nodes of this process by full name, until a namesake was reported. */
  readonly #nodeReports = new Map<string, Report>();
  #nextId = 1;
  #checkTimer: NodeJS.Timeout | undefined;

  /** @param report - gets what concerns the process and no endpoint */
  constructor(participant: CycloneParticipant, executor: RealTimeExecutor, report: Report) {
    this.#participant = participant;
    this.executor = executor;
    this.graph = new DdsGraph(participant, report);
    this.#announcer = new NodeAnnouncer(participant, executor);
    this.#host = { participant, executor, graph: this.graph, newId: () => this.#newId() };
    this.graph.onChange(() => this.#checkWhenQuiet());
  }

  async hasNode(): Promise<boolean> {
    return false;
  }

  addNode(node: NodeIdentity, report: Report): void {
    this.#announcer.addNode(node);
    this.#nodeReports.set(fullNodeName(node.name, node.namespace), report);
  }

  removeNode(node: NodeIdentity): void {
    this.#announcer.removeNode(node);
    this.#nodeReports.delete(fullNodeName(node.name, node.namespace));
  }

  createPublisher(
    node: NodeIdentity,
    type: string,
    topic: string,
    qos: QosProfile,
    report: Report,
  ): TransportPublisher {
    const writer = this.#participant.createWriter(this.#topicOptions(topic, type, qos));
    const queue = new WriteQueue(writer, this.executor, this.#pacer, topic, report);
    const retract = this.#announcer.add(node, 'writers', writer.guid);
    const unwatch = this.#watch({ topic, type, qos, isPublisher: true, report, reported: new Set() });
    return new CyclonePublisher(type, writer, queue, this.graph, () => {
      unwatch();
      retract();
    });
  }

  createSubscription(node: NodeIdentity, setup: SubscriptionSetup): TransportSubscription {
    const { topic, type, qos, report } = setup;
    let retract: (() => void) | undefined;
    const unwatch = this.#watch({ topic, type, qos, isPublisher: false, report, reported: new Set() });
    const options = this.#topicOptions(topic, type, qos);
    const subscription = new CycloneSubscription(
      setup,
      (onSample) => this.#participant.createReader(options, onSample),
      this.graph,
      () => {
        unwatch();
        retract?.();
      },
    );
    retract = this.#announcer.add(node, 'readers', subscription.guid);
    return subscription;
  }

  createClient(node: NodeIdentity, type: string, name: string, report: Report): TransportClient {
    return this.#announceService(node, new CycloneClient(this.#host, type, name, report));
  }

  createService(node: NodeIdentity, setup: ServiceSetup): TransportService {
    return this.#announceService(node, new CycloneService(this.#host, setup));
  }

  async close(): Promise<void> {
    clearTimeout(this.#checkTimer);
    this.graph.close();
    this.#announcer.close();
    this.#participant.close();
    this.executor.close();
  }

  #announceService<Endpoint extends CycloneClient | CycloneService>(
    node: NodeIdentity,
    endpoint: Endpoint,
  ): Endpoint {
    const retractReader = this.#announcer.add(node, 'readers', endpoint.reader.guid);
    const retractWriter = this.#announcer.add(node, 'writers', endpoint.writer.guid);
    const close = endpoint.close.bind(endpoint);
    endpoint.close = () => {
      close();
      retractReader();
      retractWriter();
    };
    return endpoint;
  }

  #topicOptions(topic: string, type: string, qos: QosProfile) {
    return endpointOptions(ddsTopic(topic), ddsType(type), qos, userDataOf({ typehash: typeHash(type) }));
  }

  /** The participant's prefix and a counter, as rmw_cyclonedds makes them. */
  #newId(): Uint8Array {
    const id = new Uint8Array(16);
    id.set(this.#participant.guid.subarray(0, 12));
    new DataView(id.buffer).setUint32(12, this.#nextId++);
    return id;
  }

  #watch(watched: Watched): () => void {
    this.#watched.add(watched);
    return () => this.#watched.delete(watched);
  }

  /** A starting graph changes all the time, and looking at all of it is work. */
  #checkWhenQuiet(): void {
    clearTimeout(this.#checkTimer);
    this.#checkTimer = setTimeout(() => {
      this.#findMismatches();
      this.#findNamesakes();
    }, quietMs);
  }

  /** Says once per kind of mismatch why an endpoint and its peers do not talk. */
  #findMismatches(): void {
    for (const watched of this.#watched) {
      const { topic, isPublisher, report, reported } = watched;
      const peers = isPublisher ? this.graph.subscriptions(topic) : this.graph.publishers(topic);
      for (const { nodeName, nodeNamespace, topicType, qos } of peers) {
        const peer = { type: topicType, qos };
        const mismatch = isPublisher ? mismatchOf(watched, peer) : mismatchOf(peer, watched);
        const key = `${mismatch?.reason} ${nodeNamespace} ${nodeName}`;
        if (mismatch === undefined || reported.has(key)) continue;
        reported.add(key);
        reportMismatch(report, topic, { name: nodeName, namespace: nodeNamespace }, mismatch);
      }
    }
  }

  /** Names must be unique, says ROS, and nobody sees to it: two nodes of one name are told apart by nothing. */
  #findNamesakes(): void {
    const counts = new Map<string, number>();
    for (const { name, namespace } of this.graph.nodes()) {
      const fullName = fullNodeName(name, namespace);
      counts.set(fullName, (counts.get(fullName) ?? 0) + 1);
    }
    for (const [fullName, report] of this.#nodeReports) {
      if ((counts.get(fullName) ?? 0) < 2) continue;
      this.#nodeReports.delete(fullName);
      report('node-name-taken', {
        node: fullName,
        by: 'another process; rename one with --ros-args -r __node:=name',
      });
    }
  }
}
