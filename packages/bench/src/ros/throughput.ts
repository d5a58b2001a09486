import type { QosProfile, RosNode } from '@efferent/ros';
import {
  imageType,
  keepLast,
  loadMessage,
  loadOrder,
  loadType,
  lossless,
  sequenceOf,
} from './load-message.ts';

const warmUpMs = 500;
const stopMs = 300;
const reportEvery = 2000;
/** Tried one after the other, messages a second. */
const pacedRates = [20_000, 40_000, 60_000, 80_000, 85_000, 90_000, 100_000, 120_000] as const;

export interface Throughput {
  readonly receivedPerSecond: number;
  readonly received: number;
  /** Gaps in the numbers of the messages. */
  readonly lost: number;
}

interface Load {
  readonly type: typeof loadType | typeof imageType;
  readonly topic: string;
  readonly qos: QosProfile;
  readonly order: number;
  readonly reportEvery: number;
  readonly onData?: (data: Uint8Array) => void;
}

/** Lets the other process send 1 kB as fast as this one takes, and counts. */
export function measureThroughput(node: RosNode, durationMs: number): Promise<Throughput> {
  const load = {
    type: loadType,
    topic: 'flood',
    qos: lossless,
    order: loadOrder.flood,
    reportEvery,
  } as const;
  return receive(node, load, durationMs);
}

/**
 * Raises the rate of 1 kB with keep-last, depth 1000, until something is lost, and returns the last one before.
 *
 * @param durationMs - of each rate that is tried
 */
export async function measureKeepLast(node: RosNode, durationMs: number): Promise<Throughput> {
  let best: Throughput = { receivedPerSecond: 0, received: 0, lost: 0 };
  for (const order of pacedRates) {
    const load = { type: loadType, topic: 'paced', qos: keepLast, order, reportEvery: 0 } as const;
    const measured = await receive(node, load, durationMs);
    if (measured.lost > 0) break;
    if (measured.receivedPerSecond > best.receivedPerSecond) best = measured;
  }
  return best;
}

/** Lets the other process send images of 1 MB; `copied` counts those whose pixels are no view into what was received. */
export async function measureImages(
  node: RosNode,
  durationMs: number,
): Promise<Throughput & { readonly copied: number }> {
  let copied = 0;
  const onData = (data: Uint8Array) => {
    if (data.buffer.byteLength === data.byteLength) copied++;
  };
  const shape = { type: imageType, topic: 'images', qos: lossless, order: loadOrder.images } as const;
  const load = { ...shape, reportEvery: 1, onData };
  return { ...(await receive(node, load, durationMs)), copied };
}

async function receive(node: RosNode, load: Load, durationMs: number): Promise<Throughput> {
  const order = node.createPublisher(loadType, 'order', lossless);
  const report = node.createPublisher(loadType, 'received', lossless);
  let total = 0;
  let next = 0;
  let lost = 0;
  const subscription = node.createSubscription(load.type, load.topic, { qos: load.qos }, ({ data }) => {
    const sequence = sequenceOf({ data: data as Uint8Array });
    lost += sequence - next;
    next = sequence + 1;
    load.onData?.(data as Uint8Array);
    if (++total % load.reportEvery === 0) report.publish(loadMessage(next));
  });
  const isReady = () =>
    order.subscriptionCount > 0 && report.subscriptionCount > 0 && subscription.publisherCount > 0;
  while (!isReady()) await node.sleep(5);
  await node.sleep(200);
  order.publish(loadMessage(load.order));
  await node.sleep(warmUpMs);
  const before = total;
  const startMs = performance.now();
  await node.sleep(durationMs);
  const received = total - before;
  const receivedPerSecond = (1000 * received) / (performance.now() - startMs);
  order.publish(loadMessage(loadOrder.stop));
  await node.sleep(stopMs);
  node.destroySubscription(subscription);
  for (const publisher of [order, report]) node.destroyPublisher(publisher);
  return { receivedPerSecond, received, lost };
}
