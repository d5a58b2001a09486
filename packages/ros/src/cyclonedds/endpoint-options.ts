import type { EndpointDescription, EndpointOptions } from '@efferent/cyclonedds';
import { typeHash } from '@efferent/interfaces/node';
import type { QosProfile } from '../port.ts';
import { ddsType, discoveryInfoTopic, discoveryInfoType, userDataOf } from './dds-names.ts';

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
    ...(qos.lifespanMs !== undefined && { lifespanMs: qos.lifespanMs }),
    userData,
  };
}

/** Builds what the two ends of `ros_discovery_info` need; peers warn about one that does not tell its type hash. */
export function discoveryInfoOptions(history: Pick<QosProfile, 'history' | 'depth'>): EndpointOptions {
  const qos = { ...history, reliability: 'reliable', durability: 'transient-local' } as const;
  const userData = userDataOf({ typehash: typeHash(discoveryInfoType) });
  return endpointOptions(discoveryInfoTopic, ddsType(discoveryInfoType), qos, userData);
}

/** Reads the quality of service that discovery knows of an endpoint. */
export function qosOf(endpoint: EndpointDescription): QosProfile {
  return {
    history: endpoint.keepAll ? 'keep-all' : 'keep-last',
    depth: endpoint.depth,
    reliability: endpoint.reliable ? 'reliable' : 'best-effort',
    durability: endpoint.transientLocal ? 'transient-local' : 'volatile',
    ...(endpoint.lifespanMs > 0 && { lifespanMs: endpoint.lifespanMs }),
  };
}
