import { type Clock, ContractError, MiddlewareError } from '@efferent/core';
import type { MessageTypes } from '@efferent/interfaces';
import { GenericActionClient } from './action-client.ts';
import { actionParts } from './action-names.ts';
import { type GenericActionCallbacks, GenericActionServer } from './action-server.ts';
import { type ClientHost, ServiceClient } from './client.ts';
import type { SchedulingClock } from './executor.ts';
import { createLogger, type LogLevel, type LogRecord, type LogSink, logLevels, logText } from './log.ts';
import { fullNodeName, resolveName } from './names.ts';
import { serveParameters } from './parameter-services.ts';
import { parameterMessage } from './parameter-values.ts';
import { type DeclaredParameter, type ParameterOverride, ParameterStore } from './parameters.ts';
import type * as port from './port.ts';
import { qosProfiles } from './qos.ts';
import { SimulatedClock } from './ros-clock.ts';
import { stampFromNs, stampToNs } from './stamp.ts';
import { PeriodicTimer } from './timer.ts';
import type { NodeIdentity, Report, Transport } from './transport.ts';
import { Waits } from './waits.ts';

export interface NodeSetup {
  readonly identity: NodeIdentity;
  readonly remaps: ReadonlyMap<string, string>;
  readonly overrides: ReadonlyMap<string, ParameterOverride>;
  readonly logLevel: LogLevel;
  readonly logSink: LogSink;
  readonly onDestroy: (node: GraphNode) => void;
}

interface Closable {
  close(): void;
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
  readonly #endpoints = new Map<object, Closable>();
  readonly #parameters: ParameterStore;
  readonly #clientHost: ClientHost;
  #isOpen = true;

  constructor(transport: Transport, setup: NodeSetup) {
    this.#transport = transport;
    this.#setup = setup;
    this.name = setup.identity.name;
    this.namespace = setup.identity.namespace;
    transport.addNode(setup.identity);
    const { executor, graph } = transport;
    const events: { parameters: readonly DeclaredParameter[]; isNew: boolean }[] = [];
    let publishEvent = (parameters: readonly DeclaredParameter[], isNew: boolean) => {
      events.push({ parameters, isNew });
    };
    this.#parameters = new ParameterStore(this.#fullName, setup.overrides, (parameters, isNew) =>
      publishEvent(parameters, isNew),
    );
    const description = 'take time from /clock instead of the machine';
    const usesSimTime = this.#parameters.declare('use_sim_time', false, {
      description,
      readOnly: true,
    }) as boolean;
    this.steadyClock = executor.steadyClock;
    this.#rosClock = usesSimTime && !executor.isVirtual ? this.#listenToClock() : executor.systemClock;
    this.clock = this.#rosClock;
    this.#clientHost = {
      waits: this.#waits,
      graph,
      clock: this.#rosClock,
      steadyClock: executor.steadyClock,
    };
    this.logger = this.#createLogger();
    const parameterEvents = this.createPublisher(
      'rcl_interfaces/msg/ParameterEvent',
      '/parameter_events',
      qosProfiles.parameterEvents,
    );
    publishEvent = (parameters, isNew) => {
      const messages = parameters.map(({ name, value, type }) => ({
        name,
        value: parameterMessage(value, type),
      }));
      const stamp = stampFromNs(this.clock.nowNs());
      parameterEvents.publish({
        stamp,
        node: this.#fullName,
        [isNew ? 'new_parameters' : 'changed_parameters']: messages,
      });
    };
    for (const { parameters, isNew } of events) publishEvent(parameters, isNew);
    serveParameters(this, this.#parameters);
  }

  createPublisher<T extends port.MessageTypeName>(
    type: T,
    topic: string,
    qos: port.QosProfile = qosProfiles.default,
  ): port.Publisher<MessageTypes[T]> {
    const name = this.#resolve(topic);
    const transport = this.#transport.createPublisher(this.#setup.identity, type, name, qos, this.#report);
    const publisher = {
      topic: name,
      publish: (message: object) => transport.publish(message),
      get subscriptionCount() {
        return transport.matched;
      },
    };
    this.#endpoints.set(publisher, transport);
    return publisher as port.Publisher<MessageTypes[T]>;
  }

  createSubscription<T extends port.MessageTypeName>(
    type: T,
    topic: string,
    options: port.SubscriptionOptions,
    callback: (message: MessageTypes[T]) => void,
  ): port.Subscription {
    return this.#subscribe(type, topic, options, false, callback as (message: object) => void);
  }

  createRawSubscription(
    type: string,
    topic: string,
    options: port.SubscriptionOptions,
    callback: (bytes: Uint8Array) => void,
  ): port.Subscription {
    return this.#subscribe(type, topic, options, true, callback as (message: object) => void);
  }

  destroyPublisher(publisher: port.Publisher<never>): void {
    this.#close(publisher);
  }

  destroySubscription(subscription: port.Subscription): void {
    this.#close(subscription);
  }

  createClient<S extends port.ServiceTypeName>(type: S, name: string): port.Client<S> {
    return this.#client(type, this.#resolve(name)) as unknown as port.Client<S>;
  }

  createService<S extends port.ServiceTypeName>(
    type: S,
    name: string,
    handler: Parameters<port.RosNode['createService']>[2],
  ): port.Service {
    const serviceName = this.#resolve(name);
    const onError = this.#errorReporter('service', serviceName);
    this.#serve(type, serviceName, (request, reply) => {
      const response = handler(request as never);
      if (!(response instanceof Promise)) return reply(response);
      response.then(reply).catch((error: unknown) => {
        onError(error);
        this.#transport.executor.fail(error);
      });
    });
    return { serviceName };
  }

  createActionClient<A extends port.ActionTypeName>(type: A, name: string): port.ActionClient<A> {
    const actionName = this.#resolve(name);
    const parts = actionParts(type, actionName);
    const clients = {
      sendGoal: this.#client(parts.sendGoal.type, parts.sendGoal.name),
      cancelGoal: this.#client(parts.cancelGoal.type, parts.cancelGoal.name),
      getResult: this.#client(parts.getResult.type, parts.getResult.name),
    };
    const client = new GenericActionClient(actionName, clients, this.#clientHost, () => this.#newGoalId());
    this.#subscribe(parts.feedback.type, parts.feedback.name, {}, false, client.onFeedback);
    this.#subscribe(
      parts.status.type,
      parts.status.name,
      { qos: qosProfiles.actionStatus },
      false,
      client.onStatus,
    );
    return client as unknown as port.ActionClient<A>;
  }

  createActionServer<A extends port.ActionTypeName>(
    type: A,
    name: string,
    callbacks: port.ActionServerCallbacks<A>,
  ): port.ActionServer {
    const actionName = this.#resolve(name);
    const parts = actionParts(type, actionName);
    const { identity } = this.#setup;
    const feedback = this.#transport.createPublisher(
      identity,
      parts.feedback.type,
      parts.feedback.name,
      qosProfiles.default,
      this.#report,
    );
    const status = this.#transport.createPublisher(
      identity,
      parts.status.type,
      parts.status.name,
      qosProfiles.actionStatus,
      this.#report,
    );
    const report = this.#errorReporter('action', actionName);
    const server = new GenericActionServer(actionName, callbacks as unknown as GenericActionCallbacks, {
      clock: this.#rosClock,
      logger: this.logger,
      publishFeedback: (message) => feedback.publish(message),
      publishStatus: (message) => status.publish(message),
      onCallbackError: (error) => {
        report(error);
        this.#transport.executor.fail(error);
      },
    });
    this.#serve(parts.sendGoal.type, parts.sendGoal.name, server.onSendGoal);
    this.#serve(parts.cancelGoal.type, parts.cancelGoal.name, server.onCancelGoal);
    this.#serve(parts.getResult.type, parts.getResult.name, server.onGetResult);
    this.#endpoints.set(feedback, feedback);
    this.#endpoints.set(status, status);
    this.#endpoints.set(server, server);
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
    return this.#parameters.declare(name, value, descriptor) as Value;
  }

  getParameter(name: string): port.ParameterValue {
    const parameter = this.#parameters.get(name);
    if (parameter !== undefined) return parameter.value;
    throw new ContractError({
      code: 'undeclared-parameter',
      message: `${this.#fullName}: parameter "${name}" was not declared`,
      fields: { node: this.#fullName, parameter: name },
    });
  }

  onSetParameters(callback: (changes: ReadonlyMap<string, port.ParameterValue>) => string | undefined): void {
    this.#parameters.addSetCallback(callback);
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
    for (const endpoint of [...this.#endpoints.values()].reverse()) endpoint.close();
    this.#endpoints.clear();
    this.#transport.removeNode(this.#setup.identity);
    this.#setup.onDestroy(this);
  }

  get #fullName(): string {
    return fullNodeName(this.name, this.namespace);
  }

  #resolve(name: string): string {
    if (!this.#isOpen) {
      throw new MiddlewareError({ code: 'node-destroyed', message: `node ${this.#fullName} was destroyed` });
    }
    return resolveName(name, this.name, this.namespace, this.#setup.remaps);
  }

  #subscribe(
    type: string,
    topic: string,
    options: port.SubscriptionOptions,
    isRaw: boolean,
    callback: (message: object) => void,
  ): port.Subscription {
    const name = this.#resolve(topic);
    const { executor } = this.#transport;
    const onError = this.#errorReporter('subscription', name);
    const transport = this.#transport.createSubscription(this.#setup.identity, {
      type,
      topic: name,
      qos: options.qos ?? qosProfiles.default,
      report: this.#report,
      isRaw,
      deliver: (message) => executor.guard(callback, message, onError),
    });
    const subscription: port.Subscription = {
      topic: name,
      get publisherCount() {
        return transport.matched;
      },
      get undecodable() {
        return transport.undecodable;
      },
    };
    this.#endpoints.set(subscription, transport);
    return subscription;
  }

  #client(type: string, name: string): ServiceClient {
    const transport = this.#transport.createClient(this.#setup.identity, type, name, this.#report);
    const client = new ServiceClient(name, transport, this.#clientHost);
    this.#endpoints.set(client, transport);
    return client;
  }

  #serve(
    type: string,
    name: string,
    handle: (request: object, reply: (response: object) => void) => void,
  ): void {
    const { executor } = this.#transport;
    const onError = this.#errorReporter('service', name);
    const service = this.#transport.createService(this.#setup.identity, {
      type,
      name,
      report: this.#report,
      handle: (request, reply) => executor.guard(() => handle(request, reply), undefined, onError),
    });
    this.#endpoints.set(service, service);
  }

  #close(endpoint: object): void {
    this.#endpoints.get(endpoint)?.close();
    this.#endpoints.delete(endpoint);
  }

  #listenToClock(): SimulatedClock {
    const clock = new SimulatedClock();
    this.#subscribe('rosgraph_msgs/msg/Clock', '/clock', { qos: qosProfiles.clock }, false, (message) =>
      clock.update(stampToNs((message as MessageTypes['rosgraph_msgs/msg/Clock']).clock)),
    );
    return clock;
  }

  #newGoalId(): Uint8Array {
    const id = new Uint8Array(16);
    this.#transport.executor.randomBytes(id);
    return id;
  }

  #createLogger(): port.Logger {
    const rosout = this.createPublisher('rcl_interfaces/msg/Log', '/rosout', qosProfiles.rosout);
    const toRosout = (record: LogRecord) => {
      if (!this.#isOpen) return;
      const stamp = stampFromNs(record.stampNs);
      const name = record.node.slice(1).replaceAll('/', '.');
      rosout.publish({ stamp, level: logLevels[record.level], name, msg: logText(record) });
    };
    const { logLevel, logSink } = this.#setup;
    return createLogger(this.#fullName, logLevel, () => this.clock.nowNs(), [logSink, toRosout]);
  }

  readonly #report: Report = (event, fields) => this.logger?.warn(event, fields);

  #errorReporter(kind: string, name: string): (error: unknown) => void {
    return (error) => {
      const stack = error instanceof Error ? error.stack : undefined;
      this.logger.error('callback-failed', { kind, name, error, stack });
    };
  }
}
