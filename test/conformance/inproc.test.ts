import { createInprocContext, createLockstep, type LogRecord } from '@efferent/ros';
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
    stopPeer: () => peer.destroy(),
    stop: () => context.shutdown(),
  };
  return harness;
});

describeRosPort('inproc in lockstep', async () => {
  const logged: LogRecord[] = [];
  const lockstep = createLockstep({ logSink: (record) => logged.push(record) });
  const peer = await lockstep.context.createNode('peer', { namespace: '/lab' });
  startPeer(peer);
  const harness: Harness = {
    ...virtualWaits(lockstep),
    context: lockstep.context,
    logged,
    stopPeer: () => peer.destroy(),
    stop: () => lockstep.shutdown(),
  };
  return harness;
});
