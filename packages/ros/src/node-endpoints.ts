import { describeError } from '@efferent/core/errors';
import type { ActionClientParts } from './action-client.ts';
import { actionParts } from './action-names.ts';
import { type ClientHost, ServiceClient } from './client.ts';
import type * as port from './port.ts';
import { qosProfiles } from './qos.ts';
import { failureResponse } from './service-failure.ts';
import type {
  ActionClientSetup,
  ActionServerSetup,
  NodeIdentity,
  Report,
  Transport,
  TransportClient,
} from './transport.ts';

interface Closable {
  close(): void;
}

/** Builds a function that reports what a callback threw; `kind` and `name` tell which callback. */
export type ErrorReporter = (kind: string, name: string) => (error: unknown) => void;

export interface EndpointHost {
  readonly identity: NodeIdentity;
  readonly clientHost: ClientHost;
  readonly report: Report;
  /** Gets the types of all endpoints. */
  readonly types: Set<string>;
  readonly errorReporter: ErrorReporter;
}

/** Answers a request at once or later; what it throws or rejects with is logged and told to the client. */
type Handle = (request: object, reply: (response: object) => void) => Promise<void> | undefined | void;

/** The endpoints of one node, by absolute name and without types; runs their callbacks guarded and closes them with the node. */
export class NodeEndpoints {
  readonly #transport: Transport;
  readonly #host: EndpointHost;
  readonly #open = new Map<object, Closable>();

  constructor(transport: Transport, host: EndpointHost) {
    this.#transport = transport;
    this.#host = host;
  }

  /** Counts a type as one that the node uses. */
  use(type: string): void {
    this.#host.types.add(type);
  }

  publisher(type: string, topic: string, qos: port.QosProfile): port.Publisher<object> {
    this.use(type);
    const { identity, report } = this.#host;
    const transport = this.#transport.createPublisher(identity, type, topic, qos, report);
    const publisher: port.Publisher<object> = {
      topic,
      publish: (message) => transport.publish(message),
      get subscriptionCount() {
        return transport.matched;
      },
    };
    this.#open.set(publisher, transport);
    return publisher;
  }

  subscription(
    type: string,
    topic: string,
    options: port.SubscriptionOptions,
    isRaw: boolean,
    callback: (message: object) => void,
  ): port.Subscription {
    this.use(type);
    const { executor } = this.#transport;
    const onError = this.#host.errorReporter('subscription', topic);
    const transport = this.#transport.createSubscription(this.#host.identity, {
      type,
      topic,
      qos: options.qos ?? qosProfiles.default,
      report: this.#host.report,
      isRaw,
      deliver: (message) => executor.guard(callback, message, onError),
    });
    const subscription: port.Subscription = {
      topic,
      get publisherCount() {
        return transport.matched;
      },
      get undecodable() {
        return transport.undecodable;
      },
    };
    this.#open.set(subscription, transport);
    return subscription;
  }

  client(type: string, name: string): ServiceClient {
    this.use(type);
    const { identity, report } = this.#host;
    const transport = this.#transport.createClient(identity, type, name, report);
    const client = this.#serviceClient(name, transport);
    this.#open.set(client, transport);
    return client;
  }

  /** The three clients of an action, where the middleware has actions of its own. */
  actionClients(setup: Omit<ActionClientSetup, 'report'>): ActionClientParts | undefined {
    const { identity, report } = this.#host;
    const transport = this.#transport.actions?.createClient(identity, { ...setup, report });
    if (transport === undefined) return undefined;
    this.keep(transport);
    const parts = actionParts(setup.type, setup.name);
    return {
      sendGoal: this.#serviceClient(parts.sendGoal.name, transport.sendGoal),
      cancelGoal: this.#serviceClient(parts.cancelGoal.name, transport.cancelGoal),
      getResult: this.#serviceClient(parts.getResult.name, transport.getResult),
    };
  }

  /** Serves an action, where the middleware has actions of its own. @returns whether it does */
  serveAction(setup: ActionServerSetup): boolean {
    const server = this.#transport.actions?.createServer(this.#host.identity, setup);
    if (server !== undefined) this.keep(server);
    return server !== undefined;
  }

  serve(type: string, name: string, handle: Handle): void {
    this.use(type);
    const { executor } = this.#transport;
    const { identity, report, errorReporter } = this.#host;
    const log = errorReporter('service', name);
    const service = this.#transport.createService(identity, {
      type,
      name,
      report,
      handle: (request, reply, fail) => {
        const onError = (error: unknown) => {
          log(error);
          const response = failureResponse(type, describeError(error));
          if (response === undefined) fail(describeError(error));
          else reply(response);
        };
        const run = () => {
          const pending = handle(request, reply);
          pending?.catch((error: unknown) => {
            onError(error);
            executor.fail(error);
          });
        };
        executor.guard(run, undefined, onError);
      },
    });
    this.#open.set(service, service);
  }

  /** Closes something together with the node. */
  keep(closable: Closable): void {
    this.#open.set(closable, closable);
  }

  close(endpoint: object): void {
    this.#open.get(endpoint)?.close();
    this.#open.delete(endpoint);
  }

  /** Closes all of them, the newest first. */
  closeAll(): void {
    for (const endpoint of [...this.#open.values()].reverse()) endpoint.close();
    this.#open.clear();
  }

  #serviceClient(name: string, transport: TransportClient): ServiceClient {
    return new ServiceClient(name, transport, this.#host.clientHost);
  }
}
