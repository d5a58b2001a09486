import type { GenericActionCallbacks } from './action-server.ts';
import type { Executor, SchedulingClock } from './executor.ts';
import type { EndpointInfo, Logger, QosProfile } from './port.ts';

/** The one who owns an endpoint. */
export interface NodeIdentity {
  readonly name: string;
  readonly namespace: string;
}

export interface NamedTypes {
  readonly name: string;
  readonly types: readonly string[];
}

/** Tells the owner of an endpoint that something is wrong with it, as an event and its facts. */
export type Report = (event: string, fields: Readonly<Record<string, unknown>>) => void;

export interface TransportPublisher {
  /** @throws {@link ContractError} code `invalid-message` */
  publish(message: object): void;
  readonly matched: number;
  close(): void;
}

export interface TransportSubscription {
  readonly matched: number;
  readonly undecodable: number;
  close(): void;
}

export interface SubscriptionSetup {
  readonly type: string;
  readonly topic: string;
  readonly qos: QosProfile;
  readonly report: Report;
  /** Gets CDR with its header instead of a message. */
  readonly isRaw: boolean;
  /** Called by the transport; must not throw. */
  deliver(message: object): void;
}

export interface TransportClient {
  isAvailable(): boolean;
  /** Tells whether the server that gave a response is still there. */
  hasServer(serverId: string): boolean;
  /**
   * Sends one request to a server.
   *
   * @param onFailure - called with the reason when the server's handler failed and its response type cannot say so;
   *   servers that are not efferent's say nothing
   * @returns a function that forgets the request
   */
  send(
    request: object,
    onResponse: (response: object, serverId: string) => void,
    onFailure: (reason: string) => void,
  ): () => void;
  close(): void;
}

export interface ServiceSetup {
  /** `pkg/srv/Name`, or a service of an action such as `pkg/action/Name_SendGoal`. */
  readonly type: string;
  readonly name: string;
  readonly report: Report;
  /** Called by the transport; must not throw. Ends with one call of `reply` or `fail`. */
  handle(request: object, reply: (response: object) => void, fail: (reason: string) => void): void;
}

export interface TransportService {
  close(): void;
}

export interface ActionClientSetup {
  readonly type: string;
  readonly name: string;
  readonly report: Report;
  /** Gets what comes on the action's feedback topic. */
  onFeedback(message: object): void;
  /** Gets what comes on the action's status topic. */
  onStatus(message: object): void;
}

/** The three services of an action, as its client calls them. */
export interface TransportActionClient {
  readonly sendGoal: TransportClient;
  readonly cancelGoal: TransportClient;
  readonly getResult: TransportClient;
  close(): void;
}

export interface ActionServerSetup {
  readonly type: string;
  readonly name: string;
  readonly callbacks: GenericActionCallbacks;
  /** ROS time of the node. */
  readonly clock: SchedulingClock;
  readonly logger: Logger;
  /** Reports what a callback threw that is not part of a goal's own work. */
  onCallbackError(error: unknown): void;
}

/** Actions of a middleware's own. */
export interface ActionTransport {
  createClient(node: NodeIdentity, setup: ActionClientSetup): TransportActionClient;
  createServer(node: NodeIdentity, setup: ActionServerSetup): TransportService;
}

/** What a node finds out about others; names as they are on the graph, hidden ones among them. */
export interface Graph {
  topics(): readonly NamedTypes[];
  services(): readonly NamedTypes[];
  nodes(): readonly NodeIdentity[];
  publishers(topic: string): readonly EndpointInfo[];
  subscriptions(topic: string): readonly EndpointInfo[];
  servicesOf(node: NodeIdentity): readonly NamedTypes[];
  clientsOf(node: NodeIdentity): readonly NamedTypes[];
  /** Who serves a service in a way that cannot be called from here, when nobody else serves it; `node` is empty while unknown. */
  incompatibleServer?(service: string): { readonly node: string; readonly vendor: string } | undefined;
  /** Calls `listener` after endpoints come or go. */
  onChange(listener: () => void): () => void;
}

/** One middleware: carries messages and services between nodes by absolute name. */
export interface Transport {
  readonly middleware: 'rclnodejs' | 'cyclonedds' | 'inproc';
  readonly executor: Executor;
  readonly graph: Graph;
  /** Without it a node makes an action of three services and two topics. */
  readonly actions?: ActionTransport;
  /** Tells whether another node of the same process, in whatever thread, has this name. */
  hasNode(node: NodeIdentity): Promise<boolean>;
  addNode(node: NodeIdentity, report: Report): void;
  removeNode(node: NodeIdentity): void;
  createPublisher(
    node: NodeIdentity,
    type: string,
    topic: string,
    qos: QosProfile,
    report: Report,
  ): TransportPublisher;
  createSubscription(node: NodeIdentity, setup: SubscriptionSetup): TransportSubscription;
  createClient(node: NodeIdentity, type: string, name: string, report: Report): TransportClient;
  createService(node: NodeIdentity, setup: ServiceSetup): TransportService;
  close(): Promise<void>;
}
