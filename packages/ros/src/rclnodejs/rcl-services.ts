import { describeError } from '@efferent/core/errors';
import type { Report, ServiceSetup, TransportClient, TransportService } from '../transport.ts';
import type { RclNodeHost } from './rcl-node-host.ts';
import type { RclClient as Client, RclEntity, RclQos, ServiceClass } from './rclnodejs.ts';

/** rcl does not tell which server answered; that of an action is known by its status topic. */
const someServer = '';

export class RclClient implements TransportClient {
  readonly #host: RclNodeHost;
  readonly #client: Client;
  readonly #type: ServiceClass;
  readonly #name: string;
  readonly #report: Report;
  #isOpen = true;

  constructor(host: RclNodeHost, type: ServiceClass, name: string, qos: RclQos, report: Report) {
    this.#host = host;
    this.#type = type;
    this.#name = name;
    this.#report = report;
    this.#client = host.node.createClient(type, name, { qos });
  }

  isAvailable(): boolean {
    return this.#isOpen && this.#host.isOpen && this.#client.isServiceServerAvailable();
  }

  hasServer(): boolean {
    return this.isAvailable();
  }

  send(request: object, onResponse: (response: object, serverId: string) => void): () => void {
    const message = new this.#type.Request(request);
    const forget = new AbortController();
    this.#client.sendRequestAsync(message, { signal: forget.signal }).then(
      (response) => {
        if (response instanceof Error) this.#fail('reply-undecodable', response);
        else onResponse(response, someServer);
      },
      (error: unknown) => {
        if (!forget.signal.aborted) this.#fail('request-failed', error);
      },
    );
    return () => forget.abort();
  }

  close(): void {
    this.#isOpen = false;
    this.#host.release((node) => node.destroyClient(this.#client));
  }

  #fail(event: string, error: unknown): void {
    this.#report(event, { service: this.#name, reason: describeError(error) });
  }
}

export class RclService implements TransportService {
  readonly #host: RclNodeHost;
  readonly #service: RclEntity;
  #isOpen = true;

  constructor(host: RclNodeHost, setup: ServiceSetup, type: ServiceClass, qos: RclQos) {
    this.#host = host;
    this.#service = host.node.createService(type, setup.name, { qos }, (request, response) => {
      if (!this.#isOpen) return;
      if (request instanceof Error) {
        setup.report('request-undecodable', { service: setup.name, reason: describeError(request) });
        return;
      }
      const reply = (message: object) => {
        if (this.#isOpen && host.isOpen) response.send(message);
      };
      // rcl has no words for a handler that failed: its client waits until its own limit, as for any ROS node.
      setup.handle(request, reply, () => undefined);
    });
  }

  close(): void {
    this.#isOpen = false;
    this.#host.release((node) => node.destroyService(this.#service));
  }
}
