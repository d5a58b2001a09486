import { MessageChannel } from 'node:worker_threads';
import { createInprocContext, createLockstep, createThreadContext, type LogRecord } from '@efferent/ros';
import { type Harness, realTimeWaits, virtualWaits } from './harness.ts';
import { startPeer } from './peer.ts';
import { describeRosPort } from './ros-port.suite.ts';

describeRosPort('inproc in real time', async () => {
  const logged: LogRecord[] = [];
  const context = createInprocContext({ logSink: (record) => logged.push(record) });
  const peer = await context.createNode('peer', { namespace: '/lab' });
  startPeer(peer);
  const harness: Harness = {
    ...realTimeWaits,
    context,
    logged,
    isPeerInProcess: true,
    stopPeer: () => peer.destroy(),
    stop: () => context.shutdown(),
  };
  return harness;
});

describeRosPort('inproc with the peer in another thread', () => openWithThread('peer'));
describeRosPort('inproc from another thread', () => openWithThread('suite'));

/** Puts one side behind a message port, as a thread has it. */
async function openWithThread(side: 'peer' | 'suite'): Promise<Harness> {
  const logged: LogRecord[] = [];
  const channel = new MessageChannel();
  const logSink = (record: LogRecord) => logged.push(record);
  const inside = createInprocContext({ logSink });
  const detach = inside.attachThread(channel.port1);
  const outside = createThreadContext(channel.port2, { logSink });
  const [context, peerContext] = side === 'peer' ? [inside, outside] : [outside, inside];
  const peer = await peerContext.createNode('peer', { namespace: '/lab' });
  startPeer(peer);
  return {
    ...realTimeWaits,
    context,
    logged,
    isPeerInProcess: true,
    stopPeer: () => peer.destroy(),
    stop: async () => {
      await outside.shutdown();
      await inside.shutdown();
      detach();
    },
  };
}

describeRosPort('inproc in lockstep', async () => {
  const logged: LogRecord[] = [];
  const lockstep = createLockstep({ logSink: (record) => logged.push(record) });
  const peer = await lockstep.context.createNode('peer', { namespace: '/lab' });
  startPeer(peer);
  const harness: Harness = {
    ...virtualWaits(lockstep),
    context: lockstep.context,
    logged,
    isPeerInProcess: true,
    stopPeer: () => peer.destroy(),
    stop: () => lockstep.shutdown(),
  };
  return harness;
});
