import { type QosProfile, qosProfiles } from '@efferent/ros';

/** What `--qos-…` said; words have dashes. */
export interface QosChoice {
  readonly qosProfile?: string;
  readonly qosDepth?: number;
  readonly qosHistory?: string;
  readonly qosReliability?: string;
  readonly qosDurability?: string;
}

const profiles: Readonly<Record<string, QosProfile>> = {
  default: qosProfiles.default,
  'sensor-data': qosProfiles.sensorData,
  'services-default': qosProfiles.services,
  parameters: { ...qosProfiles.services, depth: 1000 },
  'parameter-events': qosProfiles.parameterEvents,
  'action-status-default': qosProfiles.actionStatus,
};

/** Applies what was asked for; `system-default` and `best-available` leave what would be taken. */
export function chosenQos(choice: QosChoice, base: QosProfile): QosProfile {
  const profile = profiles[choice.qosProfile ?? ''] ?? base;
  const { qosHistory, qosReliability, qosDurability } = choice;
  return {
    history: qosHistory === 'keep-all' || qosHistory === 'keep-last' ? qosHistory : profile.history,
    depth: choice.qosDepth ?? profile.depth,
    reliability:
      qosReliability === 'reliable' || qosReliability === 'best-effort'
        ? qosReliability
        : profile.reliability,
    durability:
      qosDurability === 'volatile' || qosDurability === 'transient-local'
        ? qosDurability
        : profile.durability,
  };
}
