import { ConfigurationError } from '@efferent/core';

/** Environment variables that say how far DDS discovery reaches; names as in ROS 2. */
export interface DiscoveryEnvironment {
  readonly CYCLONEDDS_URI?: string | undefined;
  readonly ROS_AUTOMATIC_DISCOVERY_RANGE?: string | undefined;
  readonly ROS_STATIC_PEERS?: string | undefined;
  readonly ROS_DOMAIN_ID?: string | undefined;
}

/** Participants on one host that find each other without multicast; the DDS default of 9 is too few for one robot. */
const maxParticipantsOnHost = 32;

/**
 * Returns the domain id from the environment; 0 when it says none.
 *
 * @throws {@link ConfigurationError} `bad-domain-id` when `ROS_DOMAIN_ID` is not an integer in [0, 232]
 */
export function domainIdFromEnvironment(environment: DiscoveryEnvironment): number {
  const text = environment.ROS_DOMAIN_ID;
  if (text === undefined || text === '') return 0;
  const id = Number(text);
  if (!Number.isInteger(id) || id < 0 || id > 232) {
    throw new ConfigurationError({
      code: 'bad-domain-id',
      message: `ROS_DOMAIN_ID is "${text}", expected an integer from 0 to 232`,
      fields: { variable: 'ROS_DOMAIN_ID', value: text },
    });
  }
  return id;
}

/** How long peers keep a process that was killed without a word; the DDS default is 10 s. */
const leaseSeconds = 3;

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}

/**
 * Returns the Cyclone DDS configuration (XML) for an environment; empty when the user's own `CYCLONEDDS_URI` decides.
 *
 * Without any wish discovery stays on the loopback interface. `ROS_AUTOMATIC_DISCOVERY_RANGE=SUBNET` widens it,
 * `LOCALHOST` is the default here, `OFF` finds only static peers, `SYSTEM_DEFAULT` leaves everything to Cyclone DDS.
 *
 * @throws {@link ConfigurationError} `bad-discovery-range`
 */
export function cycloneConfiguration(environment: DiscoveryEnvironment): string {
  if (environment.CYCLONEDDS_URI) return '';
  const range = environment.ROS_AUTOMATIC_DISCOVERY_RANGE || 'LOCALHOST';
  if (range === 'SYSTEM_DEFAULT') return '';
  if (!['LOCALHOST', 'SUBNET', 'OFF'].includes(range)) {
    throw new ConfigurationError({
      code: 'bad-discovery-range',
      message: `ROS_AUTOMATIC_DISCOVERY_RANGE is "${range}", expected LOCALHOST, SUBNET, OFF or SYSTEM_DEFAULT`,
      fields: { variable: 'ROS_AUTOMATIC_DISCOVERY_RANGE', value: range },
    });
  }
  const staticPeers = (environment.ROS_STATIC_PEERS ?? '').split(';').filter((peer) => peer !== '');
  const peers = range === 'LOCALHOST' ? ['127.0.0.1', ...staticPeers] : staticPeers;
  const local = range === 'LOCALHOST' && staticPeers.length === 0;
  const network = local
    ? '<Interfaces><NetworkInterface name="lo" multicast="false"/></Interfaces><AllowMulticast>false</AllowMulticast>'
    : range === 'SUBNET'
      ? ''
      : '<AllowMulticast>false</AllowMulticast>';
  return [
    '<CycloneDDS><Domain id="any">',
    `<General>${network}</General>`,
    '<Discovery><ParticipantIndex>auto</ParticipantIndex>',
    `<MaxAutoParticipantIndex>${maxParticipantsOnHost}</MaxAutoParticipantIndex>`,
    `<LeaseDuration>${leaseSeconds}s</LeaseDuration>`,
    range === 'OFF' ? `<Tag>ros_discovery_off_${process.pid}</Tag>` : '',
    peers.length > 0
      ? `<Peers>${peers.map((peer) => `<Peer address="${escapeXml(peer)}"/>`).join('')}</Peers>`
      : '',
    '</Discovery></Domain></CycloneDDS>',
  ].join('');
}
