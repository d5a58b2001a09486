import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { discoveryPort, servicePorts } from './ports.ts';
import { defaultSession, type LslStreamInfo, parseStreamInfo } from './stream-info.ts';

/** What to look for; empty fields match everything. */
export interface StreamQuery {
  readonly name?: string;
  readonly type?: string;
  readonly sourceId?: string;
}

export interface DiscoveryOptions {
  /** Further machines to ask, IPv4 addresses; this machine is always asked. */
  readonly peers?: readonly string[];
  /** How long to look, ms. */
  readonly timeoutMs: number;
  /** How long to go on looking after the first answer, ms; without it the whole time. */
  readonly lingerMs?: number;
  /** Ends the search early. */
  readonly signal?: AbortSignal;
}

const loopback = '127.0.0.1';
/** Queries are datagrams: lost ones are made up for by asking again, ms. */
const askEveryMs = 250;

/**
 * Finds streams on this machine and on `peers`, by datagrams to their addresses alone: nothing is broadcast.
 *
 * @returns the streams that answered within the time, in the order of their answers
 */
export async function findStreams(
  query: StreamQuery,
  { peers = [], timeoutMs, lingerMs, signal }: DiscoveryOptions,
): Promise<readonly LslStreamInfo[]> {
  const found = new Map<string, LslStreamInfo>();
  const socket = createSocket('udp4');
  const queryId = String(randomInt(2 ** 47));
  const done = Promise.withResolvers<void>();
  let linger: ReturnType<typeof setTimeout> | undefined;
  socket.on('error', () => done.resolve());
  socket.on('message', (message, { address }) => {
    const info = readReply(message.toString('utf8'), queryId, address);
    if (info === undefined || found.has(info.uid)) return;
    found.set(info.uid, info);
    if (found.size === 1 && lingerMs !== undefined) linger = setTimeout(() => done.resolve(), lingerMs);
  });
  // Who asks nobody else listens to nobody else.
  socket.bind(0, peers.length === 0 ? loopback : undefined);
  await once(socket, 'listening');
  const request = `LSL:shortinfo\r\n${formatQuery(query)}\r\n${socket.address().port} ${queryId}\r\n`;
  const ask = () => {
    for (const host of new Set([loopback, ...peers])) {
      for (const port of [discoveryPort, ...servicePorts]) socket.send(request, port, host, () => undefined);
    }
  };
  ask();
  const again = setInterval(ask, askEveryMs);
  const timeout = setTimeout(() => done.resolve(), timeoutMs);
  const abort = () => done.resolve();
  signal?.addEventListener('abort', abort, { once: true });
  if (signal?.aborted === true) abort();
  await done.promise;
  signal?.removeEventListener('abort', abort);
  clearInterval(again);
  clearTimeout(timeout);
  clearTimeout(linger);
  socket.close();
  return [...found.values()];
}

/** Writes the query as LSL's XPath predicate; quotes cannot be escaped there and are left out. */
function formatQuery({ name, type, sourceId }: StreamQuery): string {
  const fields = { session_id: defaultSession, name, type, source_id: sourceId };
  return Object.entries(fields)
    .filter(([, value]) => value !== undefined && value !== '')
    .map(([field, value]) => `${field}='${value?.replaceAll(/['\r\n]/g, '')}'`)
    .join(' and ');
}

function readReply(reply: string, queryId: string, address: string): LslStreamInfo | undefined {
  const lineEnd = reply.indexOf('\n');
  if (lineEnd < 0 || reply.slice(0, lineEnd).trim() !== queryId) return undefined;
  try {
    return { ...parseStreamInfo(reply.slice(lineEnd + 1).trim(), address), address };
  } catch {
    // Somebody who does not follow the protocol hides nobody who does.
    return undefined;
  }
}
