import type { Clock } from '@efferent/core';
import type { ActionTypes, MessageTypes, ServiceTypes } from '@efferent/interfaces';

/**
 * The ROS 2 client port: a structural subset of rclnodejs 2.2.0, so that its backend is an adapter.
 *
 * One convention for messages on every backend: plain objects with the field names of the definition; 64-bit
 * integers are `bigint`; numeric arrays are typed arrays (`Float64Array`, `Uint8Array`, …), other arrays are
 * arrays; times and durations are `{ sec, nanosec }`. A received message must not be changed by its receiver.
 * Missing fields of a published message take the definition's default.
 */

export type MessageTypeName = keyof MessageTypes & string;
export type ServiceTypeName = keyof ServiceTypes & string;
export type ActionTypeName = keyof ActionTypes & string;
type GoalOf<A extends ActionTypeName> = ActionTypes[A]['Goal'];
type ResultOf<A extends ActionTypeName> = ActionTypes[A]['Result'];
type FeedbackOf<A extends ActionTypeName> = ActionTypes[A]['Feedback'];
type RequestOf<S extends ServiceTypeName> = ServiceTypes[S]['Request'];
type ResponseOf<S extends ServiceTypeName> = ServiceTypes[S]['Response'];

/** What a sender may leave out: every field, at any depth, takes its definition's default. */
export type Partially<T> = T extends bigint | number | string | boolean | ArrayBufferView
  ? T
  : T extends readonly (infer Item)[]
    ? readonly Partially<Item>[]
    : { readonly [Key in keyof T]?: Partially<T[Key]> | undefined };

export interface QosProfile {
  readonly history: 'keep-last' | 'keep-all';
  /** Messages kept with `keep-last`. */
  readonly depth: number;
  readonly reliability: 'reliable' | 'best-effort';
  readonly durability: 'volatile' | 'transient-local';
  /** Messages older than this are not given to anybody, ms; they live forever without it. */
  readonly lifespanMs?: number;
}

export interface Publisher<Message> {
  readonly topic: string;
  /** Sends one message. Never blocks; a full reliable queue is retried in the background. */
  publish(message: Partially<Message>): void;
  /** Number of matched subscriptions, in this process and in others. */
  readonly subscriptionCount: number;
}

export interface Subscription {
  readonly topic: string;
  readonly publisherCount: number;
  /** Messages dropped because they did not decode. */
  readonly undecodable: number;
}

export interface SubscriptionOptions {
  readonly qos?: QosProfile;
}

export interface WaitOptions {
  /** Give up after this long on the node's ROS clock, ms. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

export interface Client<S extends ServiceTypeName> {
  readonly serviceName: string;
  isServiceServerAvailable(): boolean;
  /**
   * Resolves true when a server is there, false after `timeoutMs` (steady time).
   *
   * @throws {@link MiddlewareError} code `server-incompatible`, within 3 s, when only another vendor's DDS serves it
   */
  waitForService(timeoutMs: number): Promise<boolean>;
  /**
   * @throws {@link MiddlewareError} code `timeout`, `aborted`, `server-incompatible`, or `service-failed` when the handler
   *   broke
   */
  sendRequestAsync(request: Partially<RequestOf<S>>, options: WaitOptions): Promise<ResponseOf<S>>;
}

export interface Service {
  readonly serviceName: string;
}

/** When a timer's callback was due and when it ran, ns on the timer's clock; see rcl_timer_call_info_t. */
export interface TimerInfo {
  readonly expectedCallTime: bigint;
  readonly actualCallTime: bigint;
}

export interface Timer {
  cancel(): void;
  reset(): void;
  isCanceled(): boolean;
}

/** Where a goal of an action is; numbers of action_msgs/msg/GoalStatus. */
export const goalStatus = {
  unknown: 0,
  accepted: 1,
  executing: 2,
  canceling: 3,
  succeeded: 4,
  canceled: 5,
  aborted: 6,
} as const;

export interface ClientGoalHandle<A extends ActionTypeName> {
  readonly accepted: boolean;
  /** UUID as 32 hexadecimal digits. */
  readonly goalId: string;
  /** Newest status, see {@link goalStatus}. */
  readonly status: number;
  /**
   * Resolves when the goal has ended; `status` then is final.
   *
   * @throws {@link MiddlewareError} code `timeout`, `aborted`, `goal-rejected`, or `server-lost` when the server died
   */
  getResult(options: WaitOptions): Promise<{ readonly status: number; readonly result: ResultOf<A> }>;
  /** Asks the server to cancel; resolves true when it accepted. */
  cancelGoal(options: WaitOptions): Promise<boolean>;
}

export interface SendGoalOptions<Feedback> extends WaitOptions {
  readonly onFeedback?: (feedback: Feedback) => void;
  /** Hexadecimal digits that the goal's id begins with, so that its sender can tell its goals after a restart. */
  readonly goalIdPrefix?: string;
}

export interface ActionClient<A extends ActionTypeName> {
  readonly actionName: string;
  isActionServerAvailable(): boolean;
  /** As {@link Client.waitForService}. */
  waitForServer(timeoutMs: number): Promise<boolean>;
  sendGoal(goal: Partially<GoalOf<A>>, options: SendGoalOptions<FeedbackOf<A>>): Promise<ClientGoalHandle<A>>;
}

export interface ServerGoalHandle<A extends ActionTypeName> {
  readonly goalId: string;
  readonly request: GoalOf<A>;
  readonly isCancelRequested: boolean;
  /** Aborts when a client cancels the goal or the server is destroyed. */
  readonly cancelSignal: AbortSignal;
  publishFeedback(feedback: Partially<FeedbackOf<A>>): void;
  /** Exactly one of these before `execute` returns; else the goal is aborted. */
  succeed(): void;
  abort(): void;
  canceled(): void;
}

export interface ActionServerCallbacks<A extends ActionTypeName> {
  /** Decides about a new goal; default accepts. */
  onGoal?(goal: GoalOf<A>): boolean;
  /** Decides about a cancel request; default accepts. */
  onCancel?(goal: ServerGoalHandle<A>): boolean;
  /** Runs the goal; its return value is the result. A throw aborts the goal and is logged. */
  execute(goal: ServerGoalHandle<A>): Promise<Partially<ResultOf<A>>>;
}

export interface ActionServer {
  readonly actionName: string;
}

export type ParameterValue =
  | boolean
  | number
  | string
  | readonly string[]
  | readonly number[]
  | readonly boolean[];

export interface ParameterDescriptor {
  readonly description: string;
  readonly readOnly?: boolean;
  /** Inclusive range of a number. */
  readonly range?: readonly [number, number];
  /** Distance of allowed values from the lower end of `range`; its upper end is allowed as well. */
  readonly step?: number;
  /** Declares an `integer` parameter; a `number` default is a `double` without it. */
  readonly integer?: boolean;
  /** What else is asked of a value, or why it is read-only, for people. */
  readonly constraints?: string;
}

/** Asked before parameters are set; a string refuses all of them with that reason. */
export type ParameterCheck = (changes: ReadonlyMap<string, ParameterValue>) => string | undefined;

/** Told after parameters were set. */
export type ParameterListener = (changes: ReadonlyMap<string, ParameterValue>) => void;

export interface EndpointInfo {
  readonly nodeName: string;
  readonly nodeNamespace: string;
  readonly topicType: string;
  readonly qos: QosProfile;
}

export interface Logger {
  debug(event: string, fields?: Readonly<Record<string, unknown>>): void;
  info(event: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(event: string, fields?: Readonly<Record<string, unknown>>): void;
  error(event: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** A ROS node. Names without a leading `/` are resolved in the node's namespace, `~/x` in the node's own. */
export interface RosNode {
  readonly name: string;
  /** Absolute namespace, `/` for the root. */
  readonly namespace: string;
  readonly logger: Logger;
  createPublisher<T extends MessageTypeName>(
    type: T,
    topic: string,
    qos?: QosProfile,
  ): Publisher<MessageTypes[T]>;
  createSubscription<T extends MessageTypeName>(
    type: T,
    topic: string,
    options: SubscriptionOptions,
    callback: (message: MessageTypes[T]) => void,
  ): Subscription;
  /**
   * Subscribes without decoding: `bytes` is the message in CDR with its 4-byte encapsulation header, and stays valid.
   * On `inproc`, which passes objects, the message is encoded for it. For relays and recorders.
   */
  createRawSubscription(
    type: string,
    topic: string,
    options: SubscriptionOptions,
    callback: (bytes: Uint8Array) => void,
  ): Subscription;
  /** Removes a publisher of this node from the graph. */
  destroyPublisher(publisher: Publisher<never>): void;
  /** Removes a subscription of this node from the graph. */
  destroySubscription(subscription: Subscription): void;
  createClient<S extends ServiceTypeName>(type: S, name: string): Client<S>;
  /**
   * Serves requests. What the handler throws is logged; a response type with `success` and `message` (or the like)
   * carries it to the client, which otherwise gets the error `service-failed` from efferent, or no answer from others.
   */
  createService<S extends ServiceTypeName>(
    type: S,
    name: string,
    handler: (request: RequestOf<S>) => Partially<ResponseOf<S>> | Promise<Partially<ResponseOf<S>>>,
  ): Service;
  createActionClient<A extends ActionTypeName>(type: A, name: string): ActionClient<A>;
  createActionServer<A extends ActionTypeName>(
    type: A,
    name: string,
    callbacks: ActionServerCallbacks<A>,
  ): ActionServer;
  /**
   * Calls back every `periodNs` on `clock` (default: the node's ROS clock).
   * Control loops pass {@link RosNode.steadyClock}; on a virtual clock both are the same.
   */
  createTimer(periodNs: bigint, callback: (info: TimerInfo) => void, clock?: Clock): Timer;
  /** ROS time: `/clock` when the parameter `use_sim_time` is true, else wall time since the Unix epoch. */
  readonly clock: Clock;
  readonly steadyClock: Clock;
  /** Resolves after `durationMs` of ROS time. @throws {@link MiddlewareError} code `aborted`. */
  sleep(durationMs: number, signal?: AbortSignal): Promise<void>;
  /** Declares a parameter and returns its value after overrides. @throws {@link ConfigurationError} naming it. */
  declareParameter<Value extends ParameterValue>(
    name: string,
    value: Value,
    descriptor: ParameterDescriptor,
  ): Value;
  getParameter(name: string): ParameterValue;
  /** Asks `callback` before every set. @returns how to take it away */
  onSetParameters(callback: ParameterCheck): () => void;
  /** Calls back after every set, when `getParameter` has the new values. @returns how to take it away */
  afterSetParameters(callback: ParameterListener): () => void;
  getTopicNamesAndTypes(): readonly { readonly name: string; readonly types: readonly string[] }[];
  getServiceNamesAndTypes(): readonly { readonly name: string; readonly types: readonly string[] }[];
  getNodeNamesAndNamespaces(): readonly { readonly name: string; readonly namespace: string }[];
  getPublishersInfoByTopic(topic: string): readonly EndpointInfo[];
  getSubscriptionsInfoByTopic(topic: string): readonly EndpointInfo[];
  /** Services served by one node. */
  getServiceNamesAndTypesByNode(
    nodeName: string,
    namespace: string,
  ): readonly { readonly name: string; readonly types: readonly string[] }[];
  /** Services that one node calls. */
  getClientNamesAndTypesByNode(
    nodeName: string,
    namespace: string,
  ): readonly { readonly name: string; readonly types: readonly string[] }[];
  /** Opens a part of the node whose endpoints, timers and callbacks can be taken away before the node. */
  openScope(gate: ScopeGate): NodeScope;
  /** Removes the node and everything created on it from the graph. */
  destroy(): Promise<void>;
}

/** Decides whether a scope acts. */
export interface ScopeGate {
  /** Why its action servers take no goals now, for people; undefined while they do. */
  whyRefusesGoals(): string | undefined;
  /** Whether its lifecycle publishers send nothing now. */
  isSilent(): boolean;
}

/**
 * A part of a node with a life of its own. Its gate decides whether its action servers take goals and its lifecycle
 * publishers send. `destroy` closes this part only; a parameter that was declared in it stays, with its value.
 */
export interface NodeScope extends RosNode {
  /** Resolves when no goal of its action servers runs any more. */
  whenGoalsEnded(): Promise<void>;
  createLifecyclePublisher<T extends MessageTypeName>(
    type: T,
    topic: string,
    qos?: QosProfile,
  ): Publisher<MessageTypes[T]>;
}

export interface NodeOptions {
  readonly namespace?: string;
  /** Arguments after `--ros-args`, as `parseRosArguments` returns them. */
  readonly rosArguments?: RosArguments;
}

/** One parameter from a file or the command line, and the nodes it means. */
export interface ParameterRule {
  /** Full node name; `*` is one word, `**` any number of them. */
  readonly node: string;
  readonly name: string;
  readonly value: ParameterValue;
  /** Where it was said: file and line, or the argument. */
  readonly source: string;
}

/** A rule `__node:=…` or `__ns:=…`. */
export interface IdentityRule {
  /** The node that it means; every node of the process when undefined. */
  readonly node: string | undefined;
  readonly part: 'name' | 'namespace';
  readonly to: string;
}

/** Parsed `--ros-args`. */
export interface RosArguments {
  readonly nodeName?: string;
  readonly namespace?: string;
  readonly remaps: ReadonlyMap<string, string>;
  /** Parameters given with `-p`, for every node of the process. */
  readonly parameters: ReadonlyMap<string, ParameterValue>;
  /** Parameters of files and `-p` in their order, later ones win; takes the place of `parameters` when there. */
  readonly parameterRules?: readonly ParameterRule[];
  readonly logLevel?: string;
  /** In their order; takes the place of `nodeName` and `namespace` when there. */
  readonly identityRules?: readonly IdentityRule[];
  /** Levels of named loggers. */
  readonly loggerLevels?: ReadonlyMap<string, string>;
  /** Whether nodes write their log to the standard streams; yes when undefined. */
  readonly stdoutLogs?: boolean;
  /** Whether nodes publish their log on `/rosout`; yes when undefined. */
  readonly rosoutLogs?: boolean;
}

/** One middleware, joined to one graph. */
export interface RosContext {
  readonly middleware: 'rclnodejs' | 'cyclonedds' | 'inproc';
  createNode(name: string, options?: NodeOptions): Promise<RosNode>;
  /** Destroys every node and leaves the graph. */
  shutdown(): Promise<void>;
}
