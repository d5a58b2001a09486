import type { CycloneParticipant, CycloneWriter } from '@efferent/cyclonedds';
import { codecOf } from '@efferent/interfaces';
import type { Executor } from '../executor.ts';
import type { NodeIdentity } from '../transport.ts';
import { discoveryInfoType } from './dds-names.ts';
import { discoveryInfoOptions } from './endpoint-options.ts';

interface OwnedEndpoints {
  readonly readers: Set<Uint8Array>;
  readonly writers: Set<Uint8Array>;
}

const codec = codecOf(discoveryInfoType);

/** Tells the graph which node of this process owns which endpoint, by which `ros2 node list` knows it. */
export class NodeAnnouncer {
  readonly #participantGuid: Uint8Array;
  readonly #writer: CycloneWriter;
  readonly #executor: Executor;
  readonly #nodes = new Map<NodeIdentity, OwnedEndpoints>();
  #isAnnouncing = false;
  #isOpen = true;

  constructor(participant: CycloneParticipant, executor: Executor) {
    this.#participantGuid = participant.guid;
    this.#executor = executor;
    this.#writer = participant.createWriter(discoveryInfoOptions({ history: 'keep-last', depth: 1 }));
  }

  addNode(node: NodeIdentity): void {
    this.#nodes.set(node, { readers: new Set(), writers: new Set() });
    this.#announceSoon();
  }

  removeNode(node: NodeIdentity): void {
    this.#nodes.delete(node);
    this.#announceSoon();
  }

  /** @returns a function that takes the endpoint off the announcement */
  add(node: NodeIdentity, kind: 'readers' | 'writers', guid: Uint8Array): () => void {
    const owned = this.#nodes.get(node)?.[kind];
    owned?.add(guid);
    this.#announceSoon();
    return () => {
      owned?.delete(guid);
      this.#announceSoon();
    };
  }

  /** Takes all nodes off first: ROS 2 would keep them until the lease of the participant has run out, 10 s. */
  close(): void {
    this.#isOpen = false;
    this.#nodes.clear();
    this.#writer.write(codec.encodeTransient(this.#message()));
    this.#writer.delete();
  }

  /** Many endpoints made in one turn are announced together. */
  #announceSoon(): void {
    if (this.#isAnnouncing) return;
    this.#isAnnouncing = true;
    this.#executor.enqueue(() => {
      this.#isAnnouncing = false;
      if (this.#isOpen) this.#writer.write(codec.encodeTransient(this.#message()));
    });
  }

  #message(): object {
    const gids = (endpoints: ReadonlySet<Uint8Array>) => [...endpoints].map((data) => ({ data }));
    return {
      gid: { data: this.#participantGuid },
      node_entities_info_seq: [...this.#nodes].map(([{ name, namespace }, { readers, writers }]) => ({
        node_namespace: namespace,
        node_name: name,
        reader_gid_seq: gids(readers),
        writer_gid_seq: gids(writers),
      })),
    };
  }
}
