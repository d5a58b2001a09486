import type { Channel, ServiceInfo, ServicePayload } from './foxglove/protocol.ts';
import { isHidden, isJudgesSide, type NamePatterns } from './names.ts';

export interface NamedType {
  readonly name: string;
  readonly types: readonly string[];
}

/** Where definitions come from. */
export interface Definitions {
  /** Text of a message type and all it depends on (`ros2msg`), or undefined when the type is not known. */
  messageSchema(type: string): string | undefined;
  /** The two halves of a service type, or undefined when the type is not known. */
  serviceSchemas(
    type: string,
  ): { readonly request: ServicePayload; readonly response: ServicePayload } | undefined;
}

export interface Difference<Item> {
  readonly added: readonly Item[];
  readonly removed: readonly number[];
}

/**
 * Turns what the graph looks like now into channels to add and remove.
 *
 * A topic keeps its channel id as long as it exists with the same type. Topics of unknown types, of more than one type,
 * hidden ones and the judge's side get none.
 */
export class ChannelTable {
  readonly #definitions: Definitions;
  readonly #byTopic = new Map<string, Channel>();
  #nextId = 1;

  constructor(definitions: Definitions) {
    this.#definitions = definitions;
  }

  get channels(): IterableIterator<Channel> {
    return this.#byTopic.values();
  }

  update(topics: readonly NamedType[]): Difference<Channel> {
    const wanted = new Map<string, string>();
    for (const { name, types } of topics) {
      if (types.length === 1 && !isJudgesSide(name) && !isHidden(name)) wanted.set(name, types[0] as string);
    }
    const removed: number[] = [];
    for (const [topic, channel] of this.#byTopic) {
      if (channel.encoding === 'json' || wanted.get(topic) === channel.schemaName) continue;
      removed.push(channel.id);
      this.#byTopic.delete(topic);
    }
    const added: Channel[] = [];
    for (const [topic, schemaName] of wanted) {
      if (this.#byTopic.has(topic)) continue;
      const schema = this.#definitions.messageSchema(schemaName);
      if (schema !== undefined) added.push(this.#add(topic, 'cdr', schemaName, schema, 'ros2msg'));
    }
    return { added, removed };
  }

  /** Adds a channel of the bridge's own, in JSON, that no topic backs. */
  addJson(topic: string, schemaName: string, schema: object): Channel {
    return this.#add(topic, 'json', schemaName, JSON.stringify(schema), 'jsonschema');
  }

  #add(
    topic: string,
    encoding: Channel['encoding'],
    schemaName: string,
    schema: string,
    schemaEncoding: Channel['schemaEncoding'],
  ): Channel {
    const channel: Channel = { id: this.#nextId++, topic, encoding, schemaName, schema, schemaEncoding };
    this.#byTopic.set(topic, channel);
    return channel;
  }
}

/** The same for services: only those that match `offered` are told to clients. */
export class ServiceTable {
  readonly #definitions: Definitions;
  readonly #offered: NamePatterns;
  readonly #byName = new Map<string, ServiceInfo>();
  #nextId = 1;

  constructor(definitions: Definitions, offered: NamePatterns) {
    this.#definitions = definitions;
    this.#offered = offered;
  }

  update(services: readonly NamedType[]): Difference<ServiceInfo> {
    const wanted = new Map<string, string>();
    for (const { name, types } of services) {
      const type = types[0];
      if (type !== undefined && this.#offered.matches(name) && !isJudgesSide(name)) wanted.set(name, type);
    }
    const removed: number[] = [];
    for (const [name, service] of this.#byName) {
      if (service.request.encoding === 'json' || wanted.get(name) === service.type) continue;
      removed.push(service.id);
      this.#byName.delete(name);
    }
    const added: ServiceInfo[] = [];
    for (const [name, type] of wanted) {
      if (this.#byName.has(name)) continue;
      const schemas = this.#definitions.serviceSchemas(type);
      if (schemas) added.push(this.#add(name, type, schemas.request, schemas.response));
    }
    return { added, removed };
  }

  /** Adds a service of the bridge's own, in JSON. */
  addJson(name: string, type: string, request: object, response: object): ServiceInfo {
    const payload = (half: string, schema: object): ServicePayload => ({
      encoding: 'json',
      schemaName: `${type}_${half}`,
      schemaEncoding: 'jsonschema',
      schema: JSON.stringify(schema),
    });
    return this.#add(name, type, payload('Request', request), payload('Response', response));
  }

  #add(name: string, type: string, request: ServicePayload, response: ServicePayload): ServiceInfo {
    const service: ServiceInfo = { id: this.#nextId++, name, type, request, response };
    this.#byName.set(name, service);
    return service;
  }
}
