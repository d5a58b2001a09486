import {
  cycloneDdsProblem,
  cycloneDdsVersion,
  domainIdFromEnvironment,
  installedCycloneDds,
  maxParticipantsOnHost,
} from '@efferent/cyclonedds';

/** What a person who looks for a fault wants to know of DDS on this machine; loads nothing of it until asked. */
export { type ForeignPeer, findForeignPeers } from './foreign-peers.ts';

/** Where the ports of a domain begin, and how far domains and participants are apart. @see DDSI-RTPS 2.5, section 9.6.1.1 */
const portBase = 7400;
const domainGain = 250;
const participantGain = 2;
const metatrafficOffset = 10;

/** Which Cyclone DDS is there, and why the addon on it does not load. */
export function describeDds(): {
  readonly version: string | undefined;
  readonly addonProblem: string | undefined;
} {
  const addonProblem = cycloneDdsProblem();
  return {
    version: addonProblem === undefined ? cycloneDdsVersion() : installedCycloneDds(),
    addonProblem,
  };
}

/**
 * Lists the UDP ports that participants of this machine take in the domain of the environment, one a participant.
 *
 * @throws {@link ConfigurationError} code `bad-domain-id`
 */
export function dataPorts(environment: Readonly<Record<string, string | undefined>>): {
  readonly domainId: number;
  readonly participants: readonly number[];
} {
  const domainId = domainIdFromEnvironment(environment);
  const first = portBase + domainGain * domainId + metatrafficOffset;
  const participants = Array.from(
    { length: maxParticipantsOnHost + 1 },
    (_, i) => first + participantGain * i,
  );
  return { domainId, participants };
}
