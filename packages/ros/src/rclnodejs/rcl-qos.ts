import type { QosProfile } from '../port.ts';
import type { RclEndpoint, Rclnodejs, RclQos } from './rclnodejs.ts';

/** Numbers of rmw/types.h. */
const keepAll = 2;
const bestEffort = 2;
const transientLocal = 1;

/** Builds rclnodejs's form of a profile. */
export function rclQos(rcl: Rclnodejs, qos: QosProfile): RclQos {
  return new rcl.QoS(
    qos.history === 'keep-all' ? keepAll : 1,
    qos.depth,
    qos.reliability === 'best-effort' ? bestEffort : 1,
    qos.durability === 'transient-local' ? transientLocal : 2,
  );
}

/** Reads what discovery knows of an endpoint. */
export function qosOf({ qos_profile }: RclEndpoint): QosProfile {
  return {
    history: qos_profile.history === keepAll ? 'keep-all' : 'keep-last',
    depth: qos_profile.depth,
    reliability: qos_profile.reliability === bestEffort ? 'best-effort' : 'reliable',
    durability: qos_profile.durability === transientLocal ? 'transient-local' : 'volatile',
  };
}
