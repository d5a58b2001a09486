import type { EndpointDescription, EndpointOptions } from '@efferent/cyclonedds';
import type { QosProfile } from '../port.ts';

/** Builds what an endpoint on the wire needs. */
export function endpointOptions(
  topic: string,
  type: string,
  qos: QosProfile,
  userData: string,
): EndpointOptions {
  return {
    topic,
    type,
    reliable: qos.reliability === 'reliable',
    transientLocal: qos.durability === 'transient-local',
    keepAll: qos.history === 'keep-all',
    depth: qos.depth,
    userData,
  };
}

/** Reads the quality of service that discovery knows of an endpoint. */
export function qosOf(endpoint: EndpointDescription): QosProfile {
  return {
    history: endpoint.keepAll ? 'keep-all' : 'keep-last',
    depth: endpoint.depth,
    reliability: endpoint.reliable ? 'reliable' : 'best-effort',
    durability: endpoint.transientLocal ? 'transient-local' : 'volatile',
  };
}
