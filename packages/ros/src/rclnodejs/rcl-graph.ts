import type { EndpointInfo } from '../port.ts';
import type { Graph, NamedTypes, NodeIdentity } from '../transport.ts';
import { qosOf } from './rcl-qos.ts';
import type { RclEndpoint, RclNamedTypes, RclNode } from './rclnodejs.ts';

/** rclnodejs does not show rcl's graph events, so that those who wait for a change are asked to look so often, ms. */
const pollMs = 20;

/** What rcl tells about the graph. */
export class RclGraph implements Graph {
  readonly #anyNode: () => RclNode | undefined;
  readonly #listeners = new Set<() => void>();
  #timer: NodeJS.Timeout | undefined;

  /** @param anyNode - a node that is there; every node of a context sees the same graph */
  constructor(anyNode: () => RclNode | undefined) {
    this.#anyNode = anyNode;
  }

  topics(): readonly NamedTypes[] {
    return this.#anyNode()?.getTopicNamesAndTypes() ?? [];
  }

  services(): readonly NamedTypes[] {
    return this.#anyNode()?.getServiceNamesAndTypes() ?? [];
  }

  nodes(): readonly NodeIdentity[] {
    return this.#anyNode()?.getNodeNamesAndNamespaces() ?? [];
  }

  publishers(topic: string): readonly EndpointInfo[] {
    return this.#anyNode()?.getPublishersInfoByTopic(topic).map(endpointInfo) ?? [];
  }

  subscriptions(topic: string): readonly EndpointInfo[] {
    return this.#anyNode()?.getSubscriptionsInfoByTopic(topic).map(endpointInfo) ?? [];
  }

  servicesOf({ name, namespace }: NodeIdentity): readonly NamedTypes[] {
    return this.#ofNode({ name, namespace }, (node) => node.getServiceNamesAndTypesByNode(name, namespace));
  }

  clientsOf({ name, namespace }: NodeIdentity): readonly NamedTypes[] {
    return this.#ofNode({ name, namespace }, (node) => node.getClientNamesAndTypesByNode(name, namespace));
  }

  /** A text that differs when nodes, or endpoints of some topics, have come or gone. */
  fingerprint(topics: Iterable<string>): string {
    const node = this.#anyNode();
    if (node === undefined) return '';
    const counts = [...topics].map(
      (topic) => `${node.countPublishers(topic)}/${node.countSubscribers(topic)}`,
    );
    return `${node.getNodeNamesAndNamespaces().length} ${counts.join(' ')}`;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    this.#timer ??= setInterval(() => this.#tellAll(), pollMs).unref();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.close();
    };
  }

  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #tellAll(): void {
    for (const listener of [...this.#listeners]) listener();
  }

  /** rcl throws for a node that is not there, which is no error here. */
  #ofNode(wanted: NodeIdentity, ask: (node: RclNode) => RclNamedTypes): readonly NamedTypes[] {
    const node = this.#anyNode();
    const isThere = this.nodes().some(
      ({ name, namespace }) => name === wanted.name && namespace === wanted.namespace,
    );
    return node === undefined || !isThere ? [] : ask(node);
  }
}

function endpointInfo(endpoint: RclEndpoint): EndpointInfo {
  return {
    nodeName: endpoint.node_name,
    nodeNamespace: endpoint.node_namespace,
    topicType: endpoint.topic_type,
    qos: qosOf(endpoint),
  };
}
