import type { QosProfile } from './port.ts';

/** Profiles of rmw/qos_profiles.h, tf2_ros and rclcpp by the names ROS uses for them. */
export const qosProfiles = {
  default: { history: 'keep-last', depth: 10, reliability: 'reliable', durability: 'volatile' },
  sensorData: { history: 'keep-last', depth: 5, reliability: 'best-effort', durability: 'volatile' },
  /** Newest value for latecomers: `robot_description`, plans, beliefs. */
  latched: { history: 'keep-last', depth: 1, reliability: 'reliable', durability: 'transient-local' },
  clock: { history: 'keep-last', depth: 1, reliability: 'best-effort', durability: 'volatile' },
  tf: { history: 'keep-last', depth: 100, reliability: 'reliable', durability: 'volatile' },
  tfStaticPublisher: {
    history: 'keep-last',
    depth: 1,
    reliability: 'reliable',
    durability: 'transient-local',
  },
  tfStaticSubscription: {
    history: 'keep-last',
    depth: 100,
    reliability: 'reliable',
    durability: 'transient-local',
  },
  services: { history: 'keep-last', depth: 10, reliability: 'reliable', durability: 'volatile' },
  actionStatus: { history: 'keep-last', depth: 1, reliability: 'reliable', durability: 'transient-local' },
  parameterEvents: { history: 'keep-last', depth: 1000, reliability: 'reliable', durability: 'volatile' },
  rosout: {
    history: 'keep-last',
    depth: 1000,
    reliability: 'reliable',
    durability: 'transient-local',
    lifespanMs: 10_000,
  },
} as const satisfies Record<string, QosProfile>;

/**
 * The profile that hears every publisher of a topic: reliable, or latched, only when all of them are.
 *
 * @param offered - profiles of its publishers
 * @param depth - messages kept
 */
export function qosHearingAll(offered: readonly QosProfile[], depth: number): QosProfile {
  const isReliable = offered.length > 0 && offered.every(({ reliability }) => reliability === 'reliable');
  const isLatched = isReliable && offered.every(({ durability }) => durability === 'transient-local');
  return {
    history: 'keep-last',
    depth,
    reliability: isReliable ? 'reliable' : 'best-effort',
    durability: isLatched ? 'transient-local' : 'volatile',
  };
}
