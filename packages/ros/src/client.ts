import { MiddlewareError } from '@efferent/core/errors';
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
    const { waits, graph, steadyClock } = this.#host;
    try {
      return await waits.wait<boolean>(
        steadyClock,
        { timeoutMs },
        `a server of ${this.serviceName}`,
        (resolve) =>
          graph.onChange(() => {
            if (this.#transport.isAvailable()) resolve(true);
          }),
      );
    } catch (error) {
      if ((error as { code?: unknown }).code === 'timeout') return false;
      throw error;
    }
  }

  async sendRequestAsync(request: object, options: WaitOptions): Promise<object> {
    return (await this.request(request, options)).response;
  }

  /** Sends as soon as a server is there, within the same limit of time, and tells which server answered. */
  request(request: object, options: WaitOptions): Promise<Reply> {
    const { waits, graph, clock } = this.#host;
    let wasSent = false;
    const what = () => (wasSent ? `a reply of ${this.serviceName}` : `a server of ${this.serviceName}`);
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
      else {
        const stopListening = graph.onChange(() => {
          if (!this.#transport.isAvailable()) return;
          stopListening();
          try {
            send();
          } catch (error) {
            reject(error);
          }
        });
        stop = stopListening;
      }
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
