import type { EndpointInfo, QosProfile } from '../port.ts';
import type { NamedTypes, NodeIdentity } from '../transport.ts';

/**
 * What goes over a message port between the graph of the process and a thread with nodes of its own.
 *
 * `id` names an endpoint of the thread, `request` one request of a client.
 */
export type FromThread =
  | { readonly kind: 'add-node' | 'remove-node'; readonly node: NodeIdentity }
  | { readonly kind: 'find-node'; readonly request: number; readonly node: NodeIdentity }
  | (EndpointOf<'publisher'> & { readonly qos: QosProfile })
  | (EndpointOf<'subscription'> & { readonly qos: QosProfile })
  | EndpointOf<'client'>
  | EndpointOf<'service'>
  | { readonly kind: 'publish'; readonly id: number; readonly message: object }
  | {
      readonly kind: 'request' | 'reply';
      readonly id: number;
      readonly request: number;
      readonly content: object;
    }
  | { readonly kind: 'fail'; readonly id: number; readonly request: number; readonly reason: string }
  | { readonly kind: 'forget'; readonly id: number; readonly request: number }
  | { readonly kind: 'close'; readonly id: number };

interface EndpointOf<Kind extends string> {
  readonly kind: Kind;
  readonly id: number;
  readonly node: NodeIdentity;
  readonly type: string;
  /** Topic or service. */
  readonly name: string;
}

export type ToThread =
  | { readonly kind: 'message'; readonly id: number; readonly message: object }
  | { readonly kind: 'request'; readonly id: number; readonly request: number; readonly content: object }
  | {
      readonly kind: 'response';
      readonly id: number;
      readonly request: number;
      readonly content: object;
      readonly server: string;
    }
  | { readonly kind: 'failure'; readonly id: number; readonly request: number; readonly reason: string }
  | { readonly kind: 'node-found'; readonly request: number; readonly isFound: boolean }
  | {
      readonly kind: 'report';
      readonly id: number;
      readonly event: string;
      readonly fields: Readonly<Record<string, unknown>>;
    }
  | { readonly kind: 'graph'; readonly graph: GraphCopy };

/** The graph as a thread sees it. */
export interface GraphCopy {
  readonly topics: readonly NamedTypes[];
  readonly services: readonly NamedTypes[];
  readonly nodes: readonly (NodeIdentity & {
    readonly services: readonly NamedTypes[];
    readonly clients: readonly NamedTypes[];
  })[];
  readonly publishers: ReadonlyMap<string, readonly EndpointInfo[]>;
  readonly subscriptions: ReadonlyMap<string, readonly EndpointInfo[]>;
  /** Of the thread's own endpoints: peers outside of the thread. */
  readonly matched: ReadonlyMap<number, number>;
  /** Servers that the thread's own clients reach. */
  readonly servers: ReadonlyMap<number, readonly string[]>;
}
