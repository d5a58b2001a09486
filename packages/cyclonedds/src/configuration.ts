import { readFileSync } from 'node:fs';
import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os';
import { ConfigurationError } from '@efferent/core/errors';

/** Environment variables that say how far DDS discovery reaches; names as in ROS 2. */
export interface DiscoveryEnvironment {
  readonly CYCLONEDDS_URI?: string | undefined;
  readonly ROS_AUTOMATIC_DISCOVERY_RANGE?: string | undefined;
  readonly ROS_STATIC_PEERS?: string | undefined;
  readonly ROS_DOMAIN_ID?: string | undefined;
  /** Set where ROS 2 is sourced. */
  readonly ROS_DISTRO?: string | undefined;
}

/** Receive buffer in which pictures and bursts fit, bytes. */
export const wantedReceiveBufferBytes = 4_194_304;
const kernelLimitFile = '/proc/sys/net/core/rmem_max';

/** Participants on one host that find each other without multicast; the DDS default of 9 is too few for one robot. */
export const maxParticipantsOnHost = 32;

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

/**
 * How long peers keep a process that was killed without a word. On one machine silence means death; across machines a
 * cable may be out for a moment, and what is sent to a peer that was given up is lost: there it is the DDS default.
 */
const leaseSeconds = { here: 3, network: 10 } as const;

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}

/**
 * Returns the Cyclone DDS configuration for an environment: XML, and after a comma the user's own `CYCLONEDDS_URI`, which
 * wins, as with rmw_cyclonedds.
 *
 * Without any wish discovery stays on this machine. `ROS_AUTOMATIC_DISCOVERY_RANGE=SUBNET` widens it and is the default
 * beside a `CYCLONEDDS_URI`, `LOCALHOST` is the default here, `OFF` finds nobody, `SYSTEM_DEFAULT` leaves everything to
 * Cyclone DDS.
 *
 * @param interfaces - network interfaces of this machine by name
 * @throws {@link ConfigurationError} `bad-discovery-range`
 */
export function cycloneConfiguration(
  environment: DiscoveryEnvironment,
  interfaces: NodeJS.Dict<NetworkInterfaceInfo[]> = networkInterfaces(),
): string {
  const own = environment.CYCLONEDDS_URI || undefined;
  const range = environment.ROS_AUTOMATIC_DISCOVERY_RANGE || (own === undefined ? 'LOCALHOST' : 'SUBNET');
  if (range === 'SYSTEM_DEFAULT') return '';
  if (!['LOCALHOST', 'SUBNET', 'OFF'].includes(range)) {
    throw new ConfigurationError({
      code: 'bad-discovery-range',
      message: `ROS_AUTOMATIC_DISCOVERY_RANGE is "${range}", expected LOCALHOST, SUBNET, OFF or SYSTEM_DEFAULT`,
      fields: { variable: 'ROS_AUTOMATIC_DISCOVERY_RANGE', value: range },
    });
  }
  const staticPeers = (environment.ROS_STATIC_PEERS ?? '').split(';').filter((peer) => peer !== '');
  const peers = range === 'OFF' ? [] : range === 'LOCALHOST' ? ['127.0.0.1', ...staticPeers] : staticPeers;
  const reachesNetwork = range === 'SUBNET' || staticPeers.length > 0;
  const choosesInterfaces = range === 'LOCALHOST' && staticPeers.length === 0 && own === undefined;
  const bufferBytes = Math.min(receiveBufferLimit(), wantedReceiveBufferBytes);
  const xml = [
    '<CycloneDDS><Domain id="any">',
    '<General>',
    choosesInterfaces ? localInterfaces(environment, interfaces) : '',
    range === 'SUBNET' ? '' : '<AllowMulticast>false</AllowMulticast>',
    // Packets of this size are for loopback; on a network the loss of one fragment would lose 64 kB.
    choosesInterfaces ? '<MaxMessageSize>65500B</MaxMessageSize><FragmentSize>65000B</FragmentSize>' : '',
    '</General>',
    bufferBytes >= wantedReceiveBufferBytes ? largeBuffers(bufferBytes) : '',
    '<Discovery><ParticipantIndex>auto</ParticipantIndex>',
    `<MaxAutoParticipantIndex>${maxParticipantsOnHost}</MaxAutoParticipantIndex>`,
    `<LeaseDuration>${reachesNetwork ? leaseSeconds.network : leaseSeconds.here}s</LeaseDuration>`,
    range === 'OFF' ? `<Tag>ros_discovery_off_${process.pid}</Tag>` : '',
    peers.length > 0
      ? `<Peers>${peers.map((peer) => `<Peer address="${escapeXml(peer)}"/>`).join('')}</Peers>`
      : '',
    '</Discovery></Domain></CycloneDDS>',
  ].join('');
  return own === undefined ? xml : `${xml},${own}`;
}

/** Linux's limit of what a process may ask for; infinite where it cannot be read. */
export function receiveBufferLimit(): number {
  try {
    return Number(readFileSync(kernelLimitFile, 'utf8'));
  } catch (error) {
    // Not Linux, or /proc is hidden: no limit that this could know of.
    if ((error as NodeJS.ErrnoException).code !== undefined) return Number.POSITIVE_INFINITY;
    throw error;
  }
}

/**
 * Asks for a large receive buffer, never for a least one, which would fail where the kernel gives less. A keep-all writer
 * may have as much unacknowledged as such a buffer holds: writers do not wait for room here but try again a
 * millisecond later, and the 30 kB that Cyclone DDS starts with are full after 30 messages.
 */
const largeBuffers = (bytes: number): string =>
  `<Internal><SocketReceiveBufferSize max="${bytes}B"/><Watermarks><WhcHigh>${bytes}B</WhcHigh>` +
  `<WhcHighInit>${bytes}B</WhcHighInit></Watermarks></Internal>`;

/**
 * Our own processes talk over loopback, which outlives every network. ROS 2 processes of this machine announce the
 * address of its main network interface, also with `LOCALHOST`, and hear only peers that use that interface too: where
 * ROS 2 is sourced it is used beside loopback. Nothing is announced to other machines over it.
 */
function localInterfaces(
  { ROS_DISTRO }: DiscoveryEnvironment,
  interfaces: NodeJS.Dict<NetworkInterfaceInfo[]>,
): string {
  const addresses = Object.values(interfaces).flatMap((each) => each ?? []);
  const hasNetwork = addresses.some(({ family, internal }) => family === 'IPv4' && !internal);
  // Cyclone DDS refuses an interface that is named twice, which loopback is when there is no other to determine.
  const main = ROS_DISTRO && hasNetwork ? '<NetworkInterface autodetermine="true" multicast="false"/>' : '';
  return `<Interfaces><NetworkInterface name="lo" multicast="false"/>${main}</Interfaces>`;
}
