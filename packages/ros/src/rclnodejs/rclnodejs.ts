/**
 * The part of rclnodejs 2.2.0 that this backend uses, by structure.
 *
 * Its own types exist only where it was prepared for a sourced ROS 2, and importing it elsewhere starts a build.
 */
export interface Rclnodejs {
  readonly Context: new () => RclContext;
  readonly Node: new (
    name: string,
    namespace: string,
    context: RclContext,
    options: RclNodeOptions,
    argv: readonly string[],
    useGlobalArguments: boolean,
  ) => RclNode;
  /** Numbers of rmw_qos_history_policy_t, _reliability_policy_t and _durability_policy_t. */
  readonly QoS: new (
    history: number,
    depth: number,
    reliability: number,
    durability: number,
  ) => RclQos;
  readonly Time: new (seconds: bigint, nanoseconds: bigint, clockType: number) => object;
  readonly ActionClient: new (
    node: RclNode,
    type: ActionClass,
    name: string,
    options: { readonly qos: ActionQos },
  ) => RclActionClient;
  readonly ClientGoalHandle: new (
    client: RclActionClient,
    goalId: object,
    response: { readonly accepted: boolean },
  ) => RclClientGoal;
  readonly ActionServer: new (
    node: RclNode,
    type: ActionClass,
    name: string,
    execute: (goal: RclServerGoal) => Promise<object>,
    onGoal: (goal: object) => number,
    onAccepted: undefined,
    onCancel: (goal: RclServerGoal) => number,
    options: { readonly resultTimeout: number; readonly qos: ActionQos },
  ) => RclEntity;
  init(context: RclContext, argv: readonly string[]): Promise<void>;
  removeSignalHandlers(): void;
  /** Class that was generated for an interface, e.g. `std_srvs/srv/Trigger`. */
  require(interfaceName: string): object;
  serializeMessage(message: RclMessage, type: MessageClass): Uint8Array;
  deserializeMessage(bytes: Buffer, type: MessageClass): RclMessage;
}

export type RclQos = object;

interface ActionQos {
  readonly feedbackSubQosProfile: RclQos;
}

export interface RclNodeOptions {
  readonly startParameterServices: boolean;
  readonly startTypeDescriptionService: boolean;
  readonly enableRosout: boolean;
}

export interface RclContext {
  shutdown(): void;
}

export interface RclNode {
  /** Publisher of the parameters that rclnodejs gives every node. */
  readonly _parameterEventPublisher?: RclPublisher;
  /** Waits on a thread of its own; callbacks run on this one. */
  spin(waitMs: number): void;
  stop(): void;
  destroy(): void;
  getClock(): RclClock;
  createPublisher(type: InterfaceClass, topic: string, options: { readonly qos: RclQos }): RclPublisher;
  createSubscription(
    type: InterfaceClass,
    topic: string,
    options: { readonly qos: RclQos; readonly isRaw: true },
    callback: (bytes: Uint8Array) => void,
  ): RclSubscription;
  createClient(type: ServiceClass, name: string, options: { readonly qos: RclQos }): RclClient;
  createService(
    type: ServiceClass,
    name: string,
    options: { readonly qos: RclQos },
    callback: (request: object, response: RclResponse) => void,
  ): RclEntity;
  destroyPublisher(publisher: RclPublisher): void;
  destroySubscription(subscription: RclSubscription): void;
  destroyClient(client: RclClient): void;
  destroyService(service: RclEntity): void;
  countPublishers(topic: string): number;
  countSubscribers(topic: string): number;
  getTopicNamesAndTypes(): RclNamedTypes;
  getServiceNamesAndTypes(): RclNamedTypes;
  getNodeNamesAndNamespaces(): readonly { readonly name: string; readonly namespace: string }[];
  getPublishersInfoByTopic(topic: string): readonly RclEndpoint[];
  getSubscriptionsInfoByTopic(topic: string): readonly RclEndpoint[];
  getServiceNamesAndTypesByNode(name: string, namespace: string): RclNamedTypes;
  getClientNamesAndTypesByNode(name: string, namespace: string): RclNamedTypes;
}

export type RclNamedTypes = readonly { readonly name: string; readonly types: readonly string[] }[];

export interface RclEndpoint {
  readonly node_name: string;
  readonly node_namespace: string;
  readonly topic_type: string;
  readonly endpoint_gid: readonly number[];
  readonly qos_profile: {
    readonly history: number;
    readonly depth: number;
    readonly reliability: number;
    readonly durability: number;
  };
}

interface RclClock {
  isRosTimeActive: boolean;
  rosTimeOverride: object;
}

export interface RclEntity {
  destroy?(): void;
}

export interface RclPublisher {
  readonly subscriptionCount: number;
  /** Sends CDR with its header. */
  publish(bytes: Buffer): void;
}

export interface RclSubscription {
  readonly publisherCount: number;
}

export interface RclClient {
  isServiceServerAvailable(): boolean;
  sendRequestAsync(request: RclMessage, options: { readonly signal: AbortSignal }): Promise<object>;
}

export interface RclResponse {
  send(response: object): void;
}

export interface RclActionClient {
  processFeedbackMessage(message: RclMessage): void;
  processStatusMessage(message: RclMessage): void;
  isActionServerAvailable(): boolean;
  sendGoal(
    goal: object,
    onFeedback: undefined,
    goalId: object,
  ): Promise<{ readonly accepted: boolean; readonly stamp: object }>;
  destroy(): void;
}

export interface RclClientGoal {
  readonly status: number;
  getResult(): Promise<object>;
  cancelGoal(): Promise<object>;
}

export interface RclServerGoal {
  readonly request: object;
  readonly goalId: { readonly uuid: Uint8Array };
  readonly status: number;
  readonly isActive: boolean;
  readonly isCancelRequested: boolean;
  publishFeedback(feedback: object): void;
  succeed(): void;
  abort(): void;
  canceled(): void;
}

/** What rclnodejs asks of a message while it moves it between C memory and JavaScript. */
export interface RclMessage {
  /** Memory of the C struct. */
  readonly refObject: RefObject;
  toRawROS(): Buffer;
  serialize(): Buffer;
  deserialize(struct: RefObject): void;
  toPlainObject(enableTypedArray?: boolean): object;
}

export interface RefObject {
  /** Points to the struct. */
  ref(): Buffer;
}

export interface InterfaceClass {
  type(): { readonly pkgName: string; readonly subFolder: string; readonly interfaceName: string };
}

export interface MessageClass extends InterfaceClass {
  new (message?: object): RclMessage;
  /** Frees what hangs on the C struct. */
  destroyRawROS(message: RclMessage): void;
}

export interface ServiceClass extends InterfaceClass {
  readonly Request: MessageClass;
  readonly Response: MessageClass;
}

export interface ActionClass extends InterfaceClass {
  readonly impl: {
    readonly SendGoalService: Pick<ServiceClass, 'Request' | 'Response'>;
    readonly GetResultService: Pick<ServiceClass, 'Request' | 'Response'>;
    readonly FeedbackMessage: MessageClass;
    readonly CancelGoal: object;
    readonly GoalStatusArray: object;
  };
}
