import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createContext, type LogRecord, type MiddlewareName } from '@efferent/ros';
import { expect } from 'vitest';
import { type Harness, realTimeWaits } from './harness.ts';
import { startPeer } from './peer.ts';

/** Runs the suite's node and its peer in this process. */
export async function openInOneProcess(middleware: MiddlewareName): Promise<Harness> {
  const logged: LogRecord[] = [];
  const context = await createContext({ middleware, logSink: (record) => logged.push(record) });
  const peer = await context.createNode('peer', { namespace: '/lab' });
  startPeer(peer);
  return {
    ...realTimeWaits,
    context,
    logged,
    isPeerInProcess: true,
    stopPeer: () => peer.destroy(),
    stop: () => context.shutdown(),
  };
}

/** Runs the suite's node in this process, and its peer in one of its own. */
export async function openWithPeerProcess(
  middleware: MiddlewareName,
  peerMiddleware = middleware,
): Promise<Harness> {
  const logged: LogRecord[] = [];
  const peer = await startPeerProcess(peerMiddleware);
  const context = await createContext({ middleware, logSink: (record) => logged.push(record) });
  return {
    ...realTimeWaits,
    context,
    logged,
    isPeerInProcess: false,
    stopPeer: async () => {
      const exit = once(peer, 'exit');
      peer.kill('SIGINT');
      expect(await exit).toEqual([null, 'SIGINT']);
    },
    stop: async () => {
      peer.kill('SIGKILL');
      await context.shutdown();
    },
  };
}

async function startPeerProcess(middleware: MiddlewareName): Promise<ChildProcess> {
  const program = new URL('peer-process.ts', import.meta.url).pathname;
  const peer = spawn(process.execPath, [program], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, EFFERENT_PEER_MIDDLEWARE: middleware },
  });
  await once(peer.stdout!, 'data');
  return peer;
}
