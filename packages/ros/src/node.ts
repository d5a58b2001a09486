import type { Clock } from '@efferent/core/clock';
import { ContractError, MiddlewareError } from '@efferent/core/errors';
import type { MessageTypes } from '@efferent/interfaces';
import type { GenericActionCallbacks } from './action-server.ts';
import type { ClientHost } from './client.ts';
import type { SchedulingClock } from './executor.ts';
import { createLogger, type LogLevel, type LogRecord, type LogSink, logLevels, logText } from './log.ts';
import { fullNodeName, type NameKind, resolveName } from './names.ts';
import { type ActionHost, createActionClient, createActionServer } from './node-actions.ts';
import { NodeEndpoints } from './node-endpoints.ts';
import { NodeParameters } from './node-parameters.ts';
import type { ParameterOverride } from './parameters.ts';
import type * as port from './port.ts';
import { qosProfiles } from './qos.ts';
import { stampFromNs, stampToNs } from './stamp.ts';
import { TimeSource } from './time-source.ts';
import { PeriodicTimer } from './timer.ts';
import type { NodeIdentity, Report, Transport } from './transport.ts';
import { serveTypeDescriptions } from './type-description-service.ts';
import { Waits } from './waits.ts';

export interface NodeSetup {
  readonly identity: NodeIdentity;
  readonly remaps: ReadonlyMap<string, string>;
  readonly overrides: ReadonlyMap<string, ParameterOverride>;
  readonly logLevel: LogLevel;
  readonly logSink: LogSink;
  /** Whether the log is published on `/rosout`. */
  readonly rosoutLogs: boolean;
  readonly onDestroy: (node: GraphNode) => void;
}

/** A ROS node on any transport; what all middlewares share. */
export class GraphNode implements port.RosNode {
  readonly name: string;
  readonly namespace: string;
  readonly logger: port.Logger;
  readonly clock: Clock;
  readonly steadyClock: Clock;
  readonly #transport: Transport;
  readonly #setup: NodeSetup;
  readonly #rosClock: SchedulingClock;
  readonly #waits = new Waits();
  readonly #timers = new Set<PeriodicTimer>();
  readonly #endpoints: NodeEndpoints;
  readonly #actionHost: ActionHost;
  readonly #parameters: NodeParameters;
  #isOpen = true;

  constructor(transport: Transport, setup: NodeSetup) {
    this.#transport = transport;
    this.#setup = setup;
    this.name = setup.identity.name;
    this.namespace = setup.identity.namespace;
    const report: Report = (event, fields) => this.logger?.warn(event, fields);
    transport.addNode(setup.identity, report);
    this.#parameters = new NodeParameters(this.#fullName, setup.overrides);
    const { executor, graph } = transport;
    this.steadyClock = executor.steadyClock;
    const timeSource = new TimeSource(executor.systemClock, (onTime) => this.#listenToClock(onTime));
    this.#rosClock = executor.isVirtual ? executor.systemClock : timeSource;
    this.clock = this.#rosClock;
    const clientHost: ClientHost = {
      waits: this.#waits,
      graph,
      clock: this.#rosClock,
      steadyClock: executor.steadyClock,
    };
    this.#endpoints = new NodeEndpoints(transport, {
      identity: setup.identity,
      clientHost,
      report,
      errorReporter: (kind, name) => this.#errorReporter(kind, name),
    });
    if (executor.isVirtual) this.#declareVirtualTime();
    else this.#declareSimTime(timeSource);
    this.logger = this.#createLogger();
    this.#actionHost = {
      endpoints: this.#endpoints,
      clientHost,
      logger: this.logger,
      newGoalId: () => this.#newGoalId(),
      onCallbackError: (name, error) => {
        this.#errorReporter('action', name)(error);
        executor.fail(error);
      },
    };
    this.#parameters.serve(this, this.#fullName);
    serveTypeDescriptions(this, () => this.#endpoints.types);
  }

  createPublisher<T extends port.MessageTypeName>(
    type: T,
    topic: string,
    qos: port.QosProfile = qosProfiles.default,
  ): port.Publisher<MessageTypes[T]> {
    return this.#endpoints.publisher(type, this.#resolve(topic), qos) as port.Publisher<MessageTypes[T]>;
  }

  createSubscription<T extends port.MessageTypeName>(
    type: T,
    topic: string,
    options: port.SubscriptionOptions,
    callback: (message: MessageTypes[T]) => void,
  ): port.Subscription {
    const name = this.#resolve(topic);
    return this.#endpoints.subscription(type, name, options, false, callback as (message: object) => void);
  }

  createRawSubscription(
    type: string,
    topic: string,
    options: port.SubscriptionOptions,
    callback: (bytes: Uint8Array) => void,
  ): port.Subscription {
    const name = this.#resolve(topic);
    return this.#endpoints.subscription(type, name, options, true, callback as (message: object) => void);
  }

  destroyPublisher(publisher: port.Publisher<never>): void {
    this.#endpoints.close(publisher);
  }

  destroySubscription(subscription: port.Subscription): void {
    this.#endpoints.close(subscription);
  }

  createClient<S extends port.ServiceTypeName>(type: S, name: string): port.Client<S> {
    return this.#endpoints.client(type, this.#resolve(name, 'service')) as unknown as port.Client<S>;
  }

  createService<S extends port.ServiceTypeName>(
    type: S,
    name: string,
    handler: Parameters<port.RosNode['createService']>[2],
  ): port.Service {
    const serviceName = this.#resolve(name, 'service');
    this.#endpoints.serve(type, serviceName, (request, reply) => {
      const response = handler(request as never);
      return response instanceof Promise ? response.then(reply) : reply(response);
    });
    return { serviceName };
  }

  createActionClient<A extends port.ActionTypeName>(type: A, name: string): port.ActionClient<A> {
    const client = createActionClient(this.#actionHost, type, this.#resolve(name, 'action'));
    return client as unknown as port.ActionClient<A>;
  }

  createActionServer<A extends port.ActionTypeName>(
    type: A,
    name: string,
    callbacks: port.ActionServerCallbacks<A>,
  ): port.ActionServer {
    const actionName = this.#resolve(name, 'action');
    createActionServer(this.#actionHost, type, actionName, callbacks as unknown as GenericActionCallbacks);
    return { actionName };
  }

  createTimer(
    periodNs: bigint,
    callback: (info: port.TimerInfo) => void,
    clock: Clock = this.clock,
  ): port.Timer {
    if (clock !== this.clock && clock !== this.steadyClock) {
      throw new ContractError({
        code: 'foreign-clock',
        message: `${this.#fullName}: a timer runs on this node's clock or steadyClock only`,
      });
    }
    const { executor } = this.#transport;
    const onError = this.#errorReporter('timer', `${Number(periodNs) / 1e6} ms`);
    const timer = new PeriodicTimer(clock as SchedulingClock, periodNs, (info) =>
      executor.guard(callback, info, onError),
    );
    this.#timers.add(timer);
    return timer;
  }

  sleep(durationMs: number, signal?: AbortSignal): Promise<void> {
    const forever = { timeoutMs: 2 ** 40, ...(signal && { signal }) };
    return this.#waits.wait<void>(this.#rosClock, forever, `${durationMs} ms`, (resolve) =>
      this.#rosClock.setAlarm(this.clock.nowNs() + BigInt(Math.round(durationMs * 1e6)), () => resolve()),
    );
  }

  declareParameter<Value extends port.ParameterValue>(
    name: string,
    value: Value,
    descriptor: port.ParameterDescriptor,
  ): Value {
    return this.#parameters.store.declare(name, value, descriptor) as Value;
  }

  getParameter(name: string): port.ParameterValue {
    const parameter = this.#parameters.store.get(name);
    if (parameter !== undefined) return parameter.value;
    throw new ContractError({
      code: 'undeclared-parameter',
      message: `${this.#fullName}: parameter "${name}" was not declared`,
      fields: { node: this.#fullName, parameter: name },
    });
  }

  onSetParameters(callback: port.ParameterCheck): () => void {
    return this.#parameters.store.addCheck(callback);
  }

  afterSetParameters(callback: port.ParameterListener): () => void {
    return this.#parameters.store.addListener(callback);
  }

  getTopicNamesAndTypes() {
    return this.#transport.graph.topics();
  }

  getServiceNamesAndTypes() {
    return this.#transport.graph.services();
  }

  getNodeNamesAndNamespaces() {
    return this.#transport.graph.nodes();
  }

  getPublishersInfoByTopic(topic: string): readonly port.EndpointInfo[] {
    return this.#transport.graph.publishers(this.#resolve(topic));
  }

  getSubscriptionsInfoByTopic(topic: string): readonly port.EndpointInfo[] {
    return this.#transport.graph.subscriptions(this.#resolve(topic));
  }

  getServiceNamesAndTypesByNode(name: string, namespace: string) {
    return this.#transport.graph.servicesOf({ name, namespace });
  }

  getClientNamesAndTypesByNode(name: string, namespace: string) {
    return this.#transport.graph.clientsOf({ name, namespace });
  }

  async destroy(): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    for (const timer of this.#timers) timer.cancel();
    this.#waits.abortAll(`node ${this.#fullName} was destroyed`);
    this.#endpoints.closeAll();
    this.#transport.removeNode(this.#setup.identity);
    this.#setup.onDestroy(this);
  }

  get #fullName(): string {
    return fullNodeName(this.name, this.namespace);
  }

  #resolve(name: string, kind: NameKind = 'topic'): string {
    if (!this.#isOpen) {
      throw new MiddlewareError({ code: 'node-destroyed', message: `node ${this.#fullName} was destroyed` });
    }
    return resolveName(name, this.name, this.namespace, this.#setup.remaps, kind);
  }

  #declareSimTime(timeSource: TimeSource): void {
    const name = 'use_sim_time';
    const isSimulated = this.declareParameter(name, false, {
      description: 'take time from /clock instead of the machine',
    });
    timeSource.useSimulatedTime(isSimulated);
    this.afterSetParameters((changes) => {
      const value = changes.get(name);
      if (value !== undefined) timeSource.useSimulatedTime(value as boolean);
    });
  }

  #declareVirtualTime(): void {
    this.declareParameter('use_sim_time', false as boolean, {
      description: 'take time from /clock instead of the machine',
      readOnly: true,
      constraints: 'in lockstep every node lives by the virtual clock',
    });
  }

  #listenToClock(onTime: (nowNs: bigint) => void): () => void {
    const subscription = this.createSubscription(
      'rosgraph_msgs/msg/Clock',
      '/clock',
      { qos: qosProfiles.clock },
      ({ clock }) => onTime(stampToNs(clock)),
    );
    return () => this.destroySubscription(subscription);
  }

  #newGoalId(): Uint8Array {
    const id = new Uint8Array(16);
    this.#transport.executor.randomBytes(id);
    return id;
  }

  #createLogger(): port.Logger {
    const { logLevel, logSink, rosoutLogs } = this.#setup;
    const log = (sinks: readonly LogSink[]) =>
      createLogger(this.#fullName, logLevel, () => this.clock.nowNs(), sinks);
    if (!rosoutLogs) return log([logSink]);
    const rosout = this.createPublisher('rcl_interfaces/msg/Log', '/rosout', qosProfiles.rosout);
    const toRosout = (record: LogRecord) => {
      if (!this.#isOpen) return;
      const stamp = stampFromNs(record.stampNs);
      const name = record.node.slice(1).replaceAll('/', '.');
      rosout.publish({ stamp, level: logLevels[record.level], name, msg: logText(record) });
    };
    return log([logSink, toRosout]);
  }

  #errorReporter(kind: string, name: string): (error: unknown) => void {
    return (error) => {
      const stack = error instanceof Error ? error.stack : undefined;
      this.logger.error('callback-failed', { kind, name, error, stack });
    };
  }
}
