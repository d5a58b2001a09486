import { fullNodeName } from './names.ts';
import type { QosProfile } from './port.ts';
import { mismatchOf, reportMismatch } from './qos-mismatch.ts';
import type { Graph, NodeIdentity, Report } from './transport.ts';

/** An endpoint whose peers are looked at for offers that do not match. */
export interface WatchedEndpoint {
  readonly topic: string;
  readonly type: string;
  readonly qos: QosProfile;
  readonly isPublisher: boolean;
  readonly report: Report;
}

/** Finds what is wrong between the endpoints and nodes of this process and those of others, and says it once. */
export class GraphChecks {
  readonly #graph: Graph;
  readonly #endpoints = new Map<WatchedEndpoint, Set<string>>();
  /** Nodes of this process by full name, until a namesake was reported. */
  readonly #nodeReports = new Map<string, Report>();

  constructor(graph: Graph) {
    this.#graph = graph;
  }

  /** Topics of the endpoints that are watched. */
  get topics(): ReadonlySet<string> {
    return new Set([...this.#endpoints.keys()].map(({ topic }) => topic));
  }

  watchNode(node: NodeIdentity, report: Report): void {
    this.#nodeReports.set(fullNodeName(node.name, node.namespace), report);
  }

  forgetNode(node: NodeIdentity): void {
    this.#nodeReports.delete(fullNodeName(node.name, node.namespace));
  }

  /** @returns a function that forgets the endpoint */
  watchEndpoint(endpoint: WatchedEndpoint): () => void {
    this.#endpoints.set(endpoint, new Set());
    return () => this.#endpoints.delete(endpoint);
  }

  run(): void {
    this.#findMismatches();
    this.#findNamesakes();
  }

  /** Says once per kind of mismatch why an endpoint and its peers do not talk. */
  #findMismatches(): void {
    for (const [endpoint, reported] of this.#endpoints) {
      const { topic, isPublisher, report } = endpoint;
      const peers = isPublisher ? this.#graph.subscriptions(topic) : this.#graph.publishers(topic);
      for (const { nodeName, nodeNamespace, topicType, qos } of peers) {
        const peer = { type: topicType, qos };
        const mismatch = isPublisher ? mismatchOf(endpoint, peer) : mismatchOf(peer, endpoint);
        const key = `${mismatch?.reason} ${nodeNamespace} ${nodeName}`;
        if (mismatch === undefined || reported.has(key)) continue;
        reported.add(key);
        reportMismatch(report, topic, { name: nodeName, namespace: nodeNamespace }, mismatch);
      }
    }
  }

  /** Names must be unique, says ROS, and nobody sees to it: two nodes of one name are told apart by nothing. */
  #findNamesakes(): void {
    const counts = new Map<string, number>();
    for (const { name, namespace } of this.#graph.nodes()) {
      const fullName = fullNodeName(name, namespace);
      counts.set(fullName, (counts.get(fullName) ?? 0) + 1);
    }
    for (const [fullName, report] of this.#nodeReports) {
      if ((counts.get(fullName) ?? 0) < 2) continue;
      this.#nodeReports.delete(fullName);
      report('node-name-taken', {
        node: fullName,
        by: 'another process; rename one with --ros-args -r __node:=name',
      });
    }
  }
}
