import type { CycloneParticipant } from '@efferent/cyclonedds';
import { typeHash } from '@efferent/interfaces/node';
import { GraphChecks } from '../graph-checks.ts';
import type { QosProfile } from '../port.ts';
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

/** Carries messages and services over DDS, by the conventions of ROS 2 and rmw_cyclonedds. */
export class CycloneTransport implements Transport {
  readonly middleware = 'cyclonedds';
  readonly executor: RealTimeExecutor;
  readonly graph: DdsGraph;
  readonly #participant: CycloneParticipant;
  readonly #announcer: NodeAnnouncer;
  readonly #host: ServiceHost;
  readonly #pacer = SendPacer.forThisMachine();
  readonly #checks: GraphChecks;
  #nextId = 1;
  #checkTimer: NodeJS.Timeout | undefined;

  /** @param report - gets what concerns the process and no endpoint */
  constructor(participant: CycloneParticipant, executor: RealTimeExecutor, report: Report) {
    this.#participant = participant;
    this.executor = executor;
    this.graph = new DdsGraph(participant, report);
    this.#checks = new GraphChecks(this.graph);
    this.#announcer = new NodeAnnouncer(participant, executor);
    this.#host = { participant, executor, graph: this.graph, newId: () => this.#newId() };
    this.graph.onChange(() => this.#checkWhenQuiet());
  }

  async hasNode(): Promise<boolean> {
    return false;
  }

  addNode(node: NodeIdentity, report: Report): void {
    this.#announcer.addNode(node);
    this.#checks.watchNode(node, report);
  }

  removeNode(node: NodeIdentity): void {
    this.#announcer.removeNode(node);
    this.#checks.forgetNode(node);
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
    const unwatch = this.#checks.watchEndpoint({ topic, type, qos, isPublisher: true, report });
    return new CyclonePublisher(type, writer, queue, this.graph, () => {
      unwatch();
      retract();
    });
  }

  createSubscription(node: NodeIdentity, setup: SubscriptionSetup): TransportSubscription {
    const { topic, type, qos, report } = setup;
    let retract: (() => void) | undefined;
    const unwatch = this.#checks.watchEndpoint({ topic, type, qos, isPublisher: false, report });
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

  /** A starting graph changes all the time, and looking at all of it is work. */
  #checkWhenQuiet(): void {
    clearTimeout(this.#checkTimer);
    this.#checkTimer = setTimeout(() => this.#checks.run(), quietMs);
  }
}
