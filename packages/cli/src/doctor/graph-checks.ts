import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { describeError } from '@efferent/core';
import { chooseMiddleware } from '@efferent/ros';
import { dataPorts, describeDds, findForeignPeers } from '@efferent/ros/dds-diagnosis';
import { selectMiddleware } from '@efferent/runtime';
import type { Environment, Finding } from './finding.ts';

/** How long peers are listened for, ms: they answer a newcomer's first announcement. */
const listenMs = 2000;
const fewIndices = 4;

/** Which middleware would be taken, and why. */
export async function checkMiddleware(wanted: string): Promise<Finding & { readonly middleware?: string }> {
  const part = 'middleware';
  try {
    const { middleware, reason } = await selectMiddleware(wanted);
    return { part, state: 'ok', text: `${middleware} · ${reason}`, middleware };
  } catch (error) {
    return { part, state: 'wrong', text: describeError(error), fix: 'npx efferent doctor --middleware auto' };
  }
}

export function checkDds(): readonly Finding[] {
  const { version, addonProblem } = describeDds();
  const library: Finding =
    version === undefined
      ? {
          part: 'cyclone dds',
          state: 'missing',
          text: 'not installed: all nodes run in one process, and no other program sees them',
          fix: 'sudo apt-get install cyclonedds-dev && npm start',
        }
      : { part: 'cyclone dds', state: 'ok', text: version };
  const addon: Finding =
    addonProblem === undefined
      ? { part: 'native addon', state: 'ok', text: 'loads' }
      : {
          part: 'native addon',
          state: 'missing',
          text: addonProblem,
          fix: 'npm start # builds it once Cyclone DDS is installed',
        };
  return [library, addon];
}

/** ROS 2 of this shell: its distribution, its middleware, and whether it knows efferent's interfaces. */
export async function checkRos(environment: Environment): Promise<readonly Finding[]> {
  const { ROS_DISTRO, AMENT_PREFIX_PATH, RMW_IMPLEMENTATION } = environment;
  if (!ROS_DISTRO || !AMENT_PREFIX_PATH) {
    const installed = existsSync('/opt/ros') ? readdirSync('/opt/ros') : [];
    const [distribution] = installed;
    return [
      {
        part: 'ros 2',
        state: distribution === undefined ? 'ok' : 'note',
        text:
          distribution === undefined
            ? 'not sourced; not needed'
            : `installed (${installed.join(', ')}), not sourced`,
        ...(distribution === undefined ? {} : { fix: `source /opt/ros/${distribution}/setup.bash` }),
      },
    ];
  }
  return [
    { part: 'ros 2', state: 'ok', text: `${ROS_DISTRO}, sourced` },
    checkRmw(RMW_IMPLEMENTATION),
    checkInterfaces(AMENT_PREFIX_PATH),
    await checkRclnodejs(),
  ];
}

function checkRmw(implementation: string | undefined): Finding {
  const part = 'rmw_implementation';
  if (implementation === 'rmw_cyclonedds_cpp') return { part, state: 'ok', text: implementation };
  return {
    part,
    state: 'missing',
    text: `${implementation ?? 'not set: the distribution’s own, which is rmw_fastrtps_cpp in most'}: topics match, services and actions do not`,
    fix: 'export RMW_IMPLEMENTATION=rmw_cyclonedds_cpp # for every ROS 2 process of this graph',
  };
}

function checkInterfaces(prefixPath: string): Finding {
  const part = 'efferent_interfaces';
  const prefix = prefixPath
    .split(':')
    .find((each) => existsSync(join(each, 'share/efferent_interfaces/package.xml')));
  if (prefix !== undefined) return { part, state: 'ok', text: prefix };
  return {
    part,
    state: 'note',
    text: 'not in AMENT_PREFIX_PATH: ros2 commands cannot show efferent’s own types',
    fix: 'colcon build --packages-select efferent_interfaces && source install/setup.bash # packages/interfaces/efferent_interfaces in a colcon workspace',
  };
}

/** The port's own check is the judge, so that doctor and a start never disagree. */
async function checkRclnodejs(): Promise<Finding> {
  const part = 'rclnodejs';
  try {
    const { reason } = await chooseMiddleware('rclnodejs', process.env);
    return { part, state: 'ok', text: reason };
  } catch (error) {
    return { part, state: 'note', text: `${describeError(error)}; Cyclone DDS takes its place` };
  }
}

/** Domain, interfaces and free participants of the graph that would be joined. */
export function checkNetwork(environment: Environment): readonly Finding[] {
  const addresses = Object.entries(networkInterfaces()).flatMap(([name, each]) =>
    (each ?? []).filter(({ family }) => family === 'IPv4').map(({ address }) => `${name} ${address}`),
  );
  const interfaces: Finding =
    addresses.length > 0
      ? { part: 'interfaces', state: 'ok', text: addresses.join(' · ') }
      : {
          part: 'interfaces',
          state: 'missing',
          text: 'none has an IPv4 address',
          fix: 'sudo ip link set lo up',
        };
  let ports: ReturnType<typeof dataPorts>;
  try {
    ports = dataPorts(environment);
  } catch (error) {
    return [
      { part: 'domain id', state: 'wrong', text: describeError(error), fix: 'unset ROS_DOMAIN_ID' },
      interfaces,
    ];
  }
  const used = usedUdpPorts();
  const free = ports.participants.filter((port) => !used.has(port)).length;
  const total = ports.participants.length;
  return [
    { part: 'domain id', state: 'ok', text: String(ports.domainId) },
    interfaces,
    {
      part: 'participants',
      state: free < fewIndices ? 'missing' : 'ok',
      text: `${free} of ${total} indices free in domain ${ports.domainId}`,
      ...(free < fewIndices
        ? { fix: `export ROS_DOMAIN_ID=${(ports.domainId + 1) % 100} # or end processes of this domain` }
        : {}),
    },
  ];
}

/** Local ports of all UDP sockets of this machine. */
function usedUdpPorts(): ReadonlySet<number> {
  const ports = ['/proc/net/udp', '/proc/net/udp6']
    .filter((file) => existsSync(file))
    .flatMap((file) => readFileSync(file, 'utf8').split('\n').slice(1))
    .map((line) => Number.parseInt(/^\s*\d+: [0-9A-F]+:([0-9A-F]{4})/.exec(line)?.[1] ?? '', 16));
  return new Set(ports);
}

/** Nodes on the graph whose services and actions cannot be called. */
export async function checkPeers(): Promise<readonly Finding[]> {
  try {
    const peers = await findForeignPeers(listenMs);
    if (peers.length === 0) return [{ part: 'other vendors', state: 'ok', text: 'none on this graph' }];
    return peers.map(({ node, vendor }) => ({
      part: 'other vendors',
      state: 'missing',
      text: `${node === '' ? 'a participant without a node' : node} speaks ${vendor}: topics match, services and actions do not`,
      fix: 'export RMW_IMPLEMENTATION=rmw_cyclonedds_cpp # where that node is started',
    }));
  } catch (error) {
    return [{ part: 'other vendors', state: 'missing', text: `could not listen: ${describeError(error)}` }];
  }
}
