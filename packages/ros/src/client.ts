import { MiddlewareError } from '@efferent/core/errors';
import { awaitServer, incompatibleServer } from './await-server.ts';
import type { SchedulingClock } from './executor.ts';
import type { WaitOptions } from './port.ts';
import type { Graph, TransportClient } from './transport.ts';
import type { Waits } from './waits.ts';

/** What a client of a node needs from it. */
export interface ClientHost {
  readonly waits: Waits;
  readonly graph: Graph;
  readonly clock: SchedulingClock;
  readonly steadyClock: SchedulingClock;
}

export interface Reply {
  readonly response: object;
  readonly serverId: string;
}

/** A service client without types; the node's public surface gives it some. */
export class ServiceClient {
  readonly serviceName: string;
  readonly #host: ClientHost;
  readonly #transport: TransportClient;

  constructor(serviceName: string, transport: TransportClient, host: ClientHost) {
    this.serviceName = serviceName;
    this.#transport = transport;
    this.#host = host;
  }

  isServiceServerAvailable(): boolean {
    return this.#transport.isAvailable();
  }

  hasServer(serverId: string): boolean {
    return this.#transport.hasServer(serverId);
  }

  async waitForService(timeoutMs: number): Promise<boolean> {
    if (this.#transport.isAvailable()) return true;
    return waitForServers(this.#host, this.serviceName, [this.serviceName], timeoutMs, () =>
      this.#transport.isAvailable(),
    );
  }

  async sendRequestAsync(request: object, options: WaitOptions): Promise<object> {
    return (await this.request(request, options)).response;
  }

  /** Sends as soon as a server is there, within the same limit of time, and tells which server answered. */
  request(request: object, options: WaitOptions): Promise<Reply> {
    const { waits, graph, clock } = this.#host;
    const services = [this.serviceName];
    let wasSent = false;
    const what = () => {
      if (wasSent) return `a reply of ${this.serviceName}`;
      const problem = incompatibleServer(graph, services);
      return `a server of ${this.serviceName}${problem === undefined ? '' : `: ${problem.message}`}`;
    };
    return waits.wait<Reply>(clock, options, what, (resolve, reject) => {
      let stop: () => void;
      const send = () => {
        wasSent = true;
        stop = this.#transport.send(
          request,
          (response, serverId) => resolve({ response, serverId }),
          (reason) => reject(this.#failed(reason)),
        );
      };
      if (this.#transport.isAvailable()) send();
      else stop = awaitServer(this.#host, services, () => this.#transport.isAvailable(), send, reject);
      return () => stop();
    });
  }

  #failed(reason: string): MiddlewareError {
    return new MiddlewareError({
      code: 'service-failed',
      message: `${this.serviceName}: its handler failed: ${reason}`,
      fields: { service: this.serviceName },
    });
  }
}

/**
 * Waits until a server of every service is there.
 *
 * @param name - what to call it in messages
 * @returns false after `timeoutMs`
 * @throws {@link MiddlewareError} code `server-incompatible` when only another vendor's DDS serves it
 */
export async function waitForServers(
  host: ClientHost,
  name: string,
  services: readonly string[],
  timeoutMs: number,
  isAvailable: () => boolean,
): Promise<boolean> {
  try {
    return await host.waits.wait<boolean>(
      host.steadyClock,
      { timeoutMs },
      `a server of ${name}`,
      (resolve, reject) => awaitServer(host, services, isAvailable, () => resolve(true), reject),
    );
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'timeout') throw error;
    const problem = incompatibleServer(host.graph, services);
    if (problem !== undefined) throw problem;
    return false;
  }
}
