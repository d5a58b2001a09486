import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';

/**
 * Set-up of every test file: a DDS domain that nobody else on this machine uses, in `ROS_DOMAIN_ID` for this process and those
 * that it starts. A bound UDP port holds it for as long as the process lives, so that test runs beside each other never meet.
 */
const portsADomain = 250;
const firstPortOf = (domain: number) => 7400 + portsADomain * domain;
/** Behind the ports of the domain's participants (DDSI 2.3, 9.6.1.1), of which a host has 32 at most. */
const heldPortOf = (domain: number) => firstPortOf(domain) + portsADomain - 1;
const holder = globalThis as { [heldDomain]?: number };
const heldDomain = Symbol.for('efferent.test.domain');

holder[heldDomain] ??= await takeDomain();
process.env.ROS_DOMAIN_ID = String(holder[heldDomain]);

async function takeDomain(): Promise<number> {
  const count = lastDomain();
  for (let i = 0; i < count; i++) {
    const domain = 1 + ((process.pid + i) % count);
    if (!isInUse(domain) && (await hold(heldPortOf(domain)))) return domain;
  }
  throw new Error(`none of the ${count} DDS domains of this machine is free`);
}

/** The last domain below the ports that the kernel gives to whoever asks for any. */
function lastDomain(): number {
  const file = '/proc/sys/net/ipv4/ip_local_port_range';
  const firstEphemeral = existsSync(file) ? Number(readFileSync(file, 'utf8').split(/\s/)[0]) : 32_768;
  const last = Math.floor((firstEphemeral - firstPortOf(1)) / portsADomain);
  // Where the range leaves none, every domain is as good as another.
  return last < 1 ? 100 : Math.min(last, 231);
}

/** Whether a socket of this machine has a port of the domain: of somebody who knows nothing of these tests. */
function isInUse(domain: number): boolean {
  return ['/proc/net/udp', '/proc/net/udp6']
    .filter((file) => existsSync(file))
    .flatMap((file) => readFileSync(file, 'utf8').split('\n').slice(1))
    .map((line) => Number.parseInt(/^\s*\d+: [0-9A-F]+:([0-9A-F]{4})/.exec(line)?.[1] ?? '', 16))
    .some((port) => port >= firstPortOf(domain) && port < heldPortOf(domain));
}

async function hold(port: number): Promise<boolean> {
  const socket = createSocket('udp4').unref();
  socket.bind({ port, address: '127.0.0.1', exclusive: true });
  try {
    await once(socket, 'listening');
    return true;
  } catch {
    socket.close();
    return false;
  }
}
