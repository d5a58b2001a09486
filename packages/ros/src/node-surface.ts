import type { Clock } from '@efferent/core/clock';
import { ContractError, MiddlewareError } from '@efferent/core/errors';
import type { MessageTypes } from '@efferent/interfaces';
import type { GenericActionCallbacks } from './action-server.ts';
import type { ClientHost } from './client.ts';
import type { SchedulingClock } from './executor.ts';
import { fullNodeName, type NameKind, resolveName } from './names.ts';
import { type ActionHost, createActionClient, createActionServer } from './node-actions.ts';
import { NodeEndpoints } from './node-endpoints.ts';
import type { ParameterStore } from './parameters.ts';
import type * as port from './port.ts';
import { qosProfiles } from './qos.ts';
import { PeriodicTimer } from './timer.ts';
import type { NodeIdentity, Report, Transport } from './transport.ts';
import { Waits } from './waits.ts';

/** What a node and its scopes share. */
export interface NodeCore {
  readonly identity: NodeIdentity;
  readonly transport: Transport;
  readonly remaps: ReadonlyMap<string, string>;
  readonly rosClock: SchedulingClock;
  readonly parameters: ParameterStore;
  readonly report: Report;
  /** Types of all endpoints that there were. */
  readonly types: Set<string>;
  logger(): port.Logger;
}

/** What a node offers, with endpoints, timers and waits that end together. */
export abstract class NodeSurface implements port.RosNode {
  readonly name: string;
  readonly namespace: string;
  readonly clock: Clock;
  readonly steadyClock: Clock;
  protected readonly core: NodeCore;
  readonly #waits = new Waits();
  readonly #timers = new Set<PeriodicTimer>();
  readonly #endpoints: NodeEndpoints;
  readonly #actionHost: ActionHost;
  readonly #removers: (() => void)[] = [];
  #isOpen = true;

  constructor(core: NodeCore) {
    this.core = core;
    this.name = core.identity.name;
    this.namespace = core.identity.namespace;
    this.clock = core.rosClock;
    const { executor, graph } = core.transport;
    this.steadyClock = executor.steadyClock;
    const clientHost: ClientHost = {
      waits: this.#waits,
      graph,
      clock: core.rosClock,
      steadyClock: executor.steadyClock,
    };
    this.#endpoints = new NodeEndpoints(core.transport, {
      identity: core.identity,
      clientHost,
      report: core.report,
      types: core.types,
      errorReporter: (kind, name) => this.#errorReporter(kind, name),
    });
    this.#actionHost = {
      endpoints: this.#endpoints,
      clientHost,
      logger: () => core.logger(),
      newGoalId: () => this.#newGoalId(),
      onCallbackError: (name, error) => {
        this.#errorReporter('action', name)(error);
        executor.fail(error);
      },
    };
  }

  get logger(): port.Logger {
    return this.core.logger();
  }

  abstract openScope(gate: port.ScopeGate): port.NodeScope;

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
        message: `${this.fullName}: a timer runs on this node's clock or steadyClock only`,
      });
    }
    const { executor } = this.core.transport;
    const onError = this.#errorReporter('timer', `${Number(periodNs) / 1e6} ms`);
    return new PeriodicTimer(clock as SchedulingClock, periodNs, this.#timers, (info) =>
      executor.guard(callback, info, onError),
    );
  }

  sleep(durationMs: number, signal?: AbortSignal): Promise<void> {
    const forever = { timeoutMs: 2 ** 40, ...(signal && { signal }) };
    return this.#waits.wait<void>(this.core.rosClock, forever, `${durationMs} ms`, (resolve) =>
      this.core.rosClock.setAlarm(this.clock.nowNs() + BigInt(Math.round(durationMs * 1e6)), () => resolve()),
    );
  }

  declareParameter<Value extends port.ParameterValue>(
    name: string,
    value: Value,
    descriptor: port.ParameterDescriptor,
  ): Value {
    return this.core.parameters.declare(name, value, descriptor) as Value;
  }

  getParameter(name: string): port.ParameterValue {
    const parameter = this.core.parameters.get(name);
    if (parameter !== undefined) return parameter.value;
    throw new ContractError({
      code: 'undeclared-parameter',
      message: `${this.fullName}: parameter "${name}" was not declared`,
      fields: { node: this.fullName, parameter: name },
    });
  }

  onSetParameters(callback: port.ParameterCheck): () => void {
    return this.#removable(this.core.parameters.addCheck(callback));
  }

  afterSetParameters(callback: port.ParameterListener): () => void {
    return this.#removable(this.core.parameters.addListener(callback));
  }

  getTopicNamesAndTypes() {
    return this.core.transport.graph.topics();
  }

  getServiceNamesAndTypes() {
    return this.core.transport.graph.services();
  }

  getNodeNamesAndNamespaces() {
    return this.core.transport.graph.nodes();
  }

  getPublishersInfoByTopic(topic: string): readonly port.EndpointInfo[] {
    return this.core.transport.graph.publishers(this.#resolve(topic));
  }

  getSubscriptionsInfoByTopic(topic: string): readonly port.EndpointInfo[] {
    return this.core.transport.graph.subscriptions(this.#resolve(topic));
  }

  getServiceNamesAndTypesByNode(name: string, namespace: string) {
    return this.core.transport.graph.servicesOf({ name, namespace });
  }

  getClientNamesAndTypesByNode(name: string, namespace: string) {
    return this.core.transport.graph.clientsOf({ name, namespace });
  }

  async destroy(): Promise<void> {
    this.close('was destroyed');
  }

  protected get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Ends timers, waits and endpoints. @returns false when that was done before */
  protected close(what: string): boolean {
    if (!this.#isOpen) return false;
    this.#isOpen = false;
    for (const timer of [...this.#timers]) timer.cancel();
    this.#waits.abortAll(`node ${this.fullName} ${what}`);
    for (const remove of this.#removers) remove();
    this.#endpoints.closeAll();
    return true;
  }

  protected get fullName(): string {
    return fullNodeName(this.name, this.namespace);
  }

  #resolve(name: string, kind: NameKind = 'topic'): string {
    if (!this.#isOpen) {
      throw new MiddlewareError({ code: 'node-destroyed', message: `node ${this.fullName} was destroyed` });
    }
    return resolveName(name, this.name, this.namespace, this.core.remaps, kind);
  }

  #removable(remove: () => void): () => void {
    this.#removers.push(remove);
    return remove;
  }

  #newGoalId(): Uint8Array {
    const id = new Uint8Array(16);
    this.core.transport.executor.randomBytes(id);
    return id;
  }

  #errorReporter(kind: string, name: string): (error: unknown) => void {
    return (error) => {
      const stack = error instanceof Error ? error.stack : undefined;
      this.logger.error('callback-failed', { kind, name, error, stack });
    };
  }
}
