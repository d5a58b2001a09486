import { GraphChecks } from '../graph-checks.ts';
import { fullNodeName } from '../names.ts';
import type { QosProfile } from '../port.ts';
import { qosProfiles } from '../qos.ts';
import { RealTimeExecutor } from '../real-time-executor.ts';
import type {
  ActionTransport,
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
import type { InterfaceClasses } from './interface-classes.ts';
import { RclActionClient } from './rcl-action-client.ts';
import { RclActionServer } from './rcl-action-server.ts';
import { RclGraph } from './rcl-graph.ts';
import { RclNodeHost } from './rcl-node-host.ts';
import { rclQos } from './rcl-qos.ts';
import { RclClient, RclService } from './rcl-services.ts';
import { RclPublisher, RclSubscription } from './rcl-topics.ts';
import type { RclContext, Rclnodejs } from './rclnodejs.ts';

/** The default of 10 loses requests and replies of clients with more calls in flight. */
const serviceQos: QosProfile = { ...qosProfiles.services, depth: 100 };

/** The graph counts as quiet when it has not changed for this long, ms. */
const quietMs = 500;

/** Carries messages, services and actions by rcl. */
export class RclTransport implements Transport {
  readonly middleware = 'rclnodejs';
  readonly executor = new RealTimeExecutor();
  readonly graph = new RclGraph(() => this.#hosts.values().next().value?.node);
  readonly actions: ActionTransport;
  readonly #rcl: Rclnodejs;
  readonly #context: RclContext;
  readonly #classes: InterfaceClasses;
  readonly #hosts = new Map<string, RclNodeHost>();
  readonly #checks = new GraphChecks(this.graph);
  readonly #checkTimer = setInterval(() => this.#checkWhenQuiet(), quietMs).unref();
  /** Peers would keep the nodes of a process that ends by `process.exit()` or an error for ten seconds. */
  readonly #leave = () => {
    for (const host of this.#hosts.values()) host.close();
    this.#context.shutdown();
  };
  #seen = '';
  #checked = '';

  constructor(rcl: Rclnodejs, context: RclContext, classes: InterfaceClasses) {
    this.#rcl = rcl;
    this.#context = context;
    this.#classes = classes;
    process.once('exit', this.#leave);
    const feedbackQos = rclQos(rcl, qosProfiles.default);
    this.actions = {
      createClient: (node, setup) =>
        new RclActionClient(rcl, this.#host(node), setup, classes.action(setup.type), feedbackQos),
      createServer: (node, setup) => {
        const type = classes.action(setup.type);
        const { systemClock } = this.executor;
        return new RclActionServer(rcl, this.#host(node), setup, type, feedbackQos, systemClock);
      },
    };
  }

  async hasNode(): Promise<boolean> {
    return false;
  }

  addNode(node: NodeIdentity, report: Report): void {
    this.#hosts.set(keyOf(node), new RclNodeHost(this.#rcl, this.#context, node));
    this.#checks.watchNode(node, report);
  }

  removeNode(node: NodeIdentity): void {
    const host = this.#host(node);
    this.#hosts.delete(keyOf(node));
    this.#checks.forgetNode(node);
    host.close();
  }

  createPublisher(
    node: NodeIdentity,
    type: string,
    topic: string,
    qos: QosProfile,
    report: Report,
  ): TransportPublisher {
    const host = this.#host(node);
    const unwatch = this.#checks.watchEndpoint({ topic, type, qos, isPublisher: true, report });
    return new RclPublisher(host, type, this.#classes.topic(type), topic, rclQos(this.#rcl, qos), unwatch);
  }

  createSubscription(node: NodeIdentity, setup: SubscriptionSetup): TransportSubscription {
    const { topic, type, qos, report } = setup;
    const host = this.#host(node);
    const unwatch = this.#checks.watchEndpoint({ topic, type, qos, isPublisher: false, report });
    return new RclSubscription(host, setup, this.#classes.topic(type), rclQos(this.#rcl, qos), unwatch);
  }

  createClient(node: NodeIdentity, type: string, name: string, report: Report): TransportClient {
    const qos = rclQos(this.#rcl, serviceQos);
    return new RclClient(this.#host(node), this.#classes.service(type), name, qos, report);
  }

  createService(node: NodeIdentity, setup: ServiceSetup): TransportService {
    const qos = rclQos(this.#rcl, serviceQos);
    return new RclService(this.#host(node), setup, this.#classes.service(setup.type), qos);
  }

  async close(): Promise<void> {
    process.off('exit', this.#leave);
    clearInterval(this.#checkTimer);
    this.graph.close();
    this.#context.shutdown();
    this.executor.close();
  }

  /** Looks for what is wrong once the graph has stopped changing. */
  #checkWhenQuiet(): void {
    const seen = this.graph.fingerprint(this.#checks.topics);
    if (seen === this.#seen && seen !== this.#checked) {
      this.#checks.run();
      this.#checked = seen;
    }
    this.#seen = seen;
  }

  #host(node: NodeIdentity): RclNodeHost {
    return this.#hosts.get(keyOf(node))!;
  }
}

const keyOf = ({ name, namespace }: NodeIdentity): string => fullNodeName(name, namespace);
