import type { RosNode } from '@efferent/ros';
import { loadMessage, loadType, lossless, sequenceOf } from './load-message.ts';

const warmUpMs = 1000;
const reportEvery = 2000;

export interface Throughput {
  readonly receivedPerSecond: number;
  readonly received: number;
  /** Gaps in the numbers of the messages. */
  readonly lost: number;
}

/** Lets the other process send as fast as this one takes, and counts. */
export async function measureThroughput(node: RosNode, durationMs: number): Promise<Throughput> {
  const start = node.createPublisher(loadType, 'start', lossless);
  const report = node.createPublisher(loadType, 'received', lossless);
  let total = 0;
  let next = 0;
  let lost = 0;
  const flood = node.createSubscription(loadType, 'flood', { qos: lossless }, (message) => {
    const sequence = sequenceOf(message);
    lost += sequence - next;
    next = sequence + 1;
    if (++total % reportEvery === 0) report.publish(loadMessage(next));
  });
  const isReady = () =>
    start.subscriptionCount > 0 && report.subscriptionCount > 0 && flood.publisherCount > 0;
  while (!isReady()) await node.sleep(5);
  await node.sleep(200);
  start.publish(loadMessage(0));
  await node.sleep(warmUpMs);
  const before = total;
  const startMs = performance.now();
  await node.sleep(durationMs);
  const received = total - before;
  return { receivedPerSecond: (1000 * received) / (performance.now() - startMs), received, lost };
}
