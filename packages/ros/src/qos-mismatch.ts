import { fullNodeName } from './names.ts';
import type { QosProfile } from './port.ts';
import type { NodeIdentity, Report } from './transport.ts';

/** What matters of an endpoint to whether it talks with others. */
export interface EndpointTerms {
  readonly owner: NodeIdentity;
  readonly type: string;
  readonly qos: QosProfile;
}

/** Why a publisher and a subscription do not match, and the QoS policy it is about, by its name in DDS. */
export interface Mismatch {
  readonly policy?: 'RELIABILITY' | 'DURABILITY';
  readonly reason: string;
}

/** Tells why a publisher does not reach a subscription, or undefined when it does. */
export function mismatchOf(
  publisher: Pick<EndpointTerms, 'type' | 'qos'>,
  subscription: Pick<EndpointTerms, 'type' | 'qos'>,
): Mismatch | undefined {
  if (publisher.type !== subscription.type)
    return { reason: `the publisher sends ${publisher.type}, the subscription wants ${subscription.type}` };
  if (publisher.qos.reliability === 'best-effort' && subscription.qos.reliability === 'reliable')
    return { policy: 'RELIABILITY', reason: 'the publisher is best effort, the subscription wants reliable' };
  if (publisher.qos.durability === 'volatile' && subscription.qos.durability === 'transient-local')
    return {
      policy: 'DURABILITY',
      reason: 'the publisher is volatile, the subscription wants transient local',
    };
  return undefined;
}

/** Tells the owner of an endpoint that it does not hear, or is not heard by, an endpoint of `peer`. */
export function reportMismatch(report: Report, topic: string, peer: NodeIdentity, mismatch: Mismatch): void {
  report('endpoints-incompatible', { topic, peer: fullNodeName(peer.name, peer.namespace), ...mismatch });
}
