import { type Codec, codecOf } from '@efferent/interfaces';
import type { Executor } from '../executor.ts';
import type { NodeIdentity, ServiceSetup, TransportClient, TransportService } from '../transport.ts';

/** All servers and clients of one service name. */
export class InprocServiceName {
  readonly name: string;
  readonly servers = new Set<InprocService>();
  readonly clients = new Set<InprocClient>();

  constructor(name: string) {
    this.name = name;
  }

  get isUnused(): boolean {
    return this.servers.size === 0 && this.clients.size === 0;
  }

  types(): readonly string[] {
    return [...new Set([...this.servers, ...this.clients].map((endpoint) => endpoint.type))].sort();
  }

  serverOf(type: string): InprocService | undefined {
    for (const server of this.servers) if (server.type === type) return server;
    return undefined;
  }
}

export class InprocService implements TransportService {
  readonly owner: NodeIdentity;
  readonly setup: ServiceSetup;
  readonly id: string;
  isOpen = true;
  readonly #responseCodec: Codec;
  readonly #onClose: () => void;

  constructor(owner: NodeIdentity, setup: ServiceSetup, id: string, onClose: () => void) {
    this.owner = owner;
    this.setup = setup;
    this.id = id;
    this.#responseCodec = codecOf(`${setup.type}_Response`);
    this.#onClose = onClose;
  }

  get type(): string {
    return this.setup.type;
  }

  handle(request: object, onResponse: (response: object) => void, onFailure: (reason: string) => void): void {
    const reply = (response: object) => {
      const whole = this.#responseCodec.complete(response);
      if (this.isOpen) onResponse(whole);
    };
    const fail = (reason: string) => {
      if (this.isOpen) onFailure(reason);
    };
    this.setup.handle(request, reply, fail);
  }

  close(): void {
    this.isOpen = false;
    this.#onClose();
  }
}

export class InprocClient implements TransportClient {
  readonly owner: NodeIdentity;
  readonly type: string;
  readonly #service: InprocServiceName;
  readonly #executor: Executor;
  readonly #requestCodec: Codec;
  readonly #onClose: () => void;
  #isOpen = true;

  constructor(
    owner: NodeIdentity,
    type: string,
    service: InprocServiceName,
    executor: Executor,
    onClose: () => void,
  ) {
    this.owner = owner;
    this.type = type;
    this.#service = service;
    this.#executor = executor;
    this.#requestCodec = codecOf(`${type}_Request`);
    this.#onClose = onClose;
  }

  isAvailable(): boolean {
    return this.#service.serverOf(this.type) !== undefined;
  }

  hasServer(serverId: string): boolean {
    return this.serverIds().includes(serverId);
  }

  /** Servers that could answer. */
  serverIds(): readonly string[] {
    return [...this.#service.servers].filter(({ type }) => type === this.type).map(({ id }) => id);
  }

  send(
    request: object,
    onResponse: (response: object, serverId: string) => void,
    onFailure: (reason: string) => void,
  ): () => void {
    const whole = this.#requestCodec.complete(request);
    const server = this.#service.serverOf(this.type);
    let isWanted = true;
    if (server !== undefined) {
      this.#executor.enqueue(() => {
        if (!server.isOpen) return;
        const later = (deliver: () => void) =>
          this.#executor.enqueue(() => {
            if (isWanted && this.#isOpen) deliver();
          });
        server.handle(
          whole,
          (response) => later(() => onResponse(response, server.id)),
          (reason) => later(() => onFailure(reason)),
        );
      });
    }
    return () => {
      isWanted = false;
    };
  }

  close(): void {
    this.#isOpen = false;
    this.#onClose();
  }
}
