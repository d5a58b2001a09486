import { createContext, type MiddlewareName, type Publisher, type RosNode } from '@efferent/ros';
import {
  imageMessage,
  imageType,
  imageWindow,
  keepLast,
  type LoadMessage,
  loadOrder,
  loadType,
  lossless,
  numberedLoadMessage,
  sequenceOf,
} from './load-message.ts';

/**
 * The other process of the ROS suite: sends every ping back, and sends what it is told on `order`: as much as the
 * receiver takes, at most a window ahead of what it has reported on `received`, or so many a second.
 *
 * Argument: the middleware; `cyclonedds` without it.
 */

const burst = 64;
const floodWindow = 20_000;

const middleware = (process.argv[2] ?? 'cyclonedds') as MiddlewareName;
const context = await createContext({ middleware });
const node = await context.createNode('load', { namespace: '/bench' });
answerPings(node);
followOrders(node);
process.stdout.write('ready\n');

function answerPings(node: RosNode): void {
  const pong = node.createPublisher(loadType, 'pong', lossless);
  node.createSubscription(loadType, 'ping', { qos: lossless }, (message) => pong.publish(message));
}

function followOrders(node: RosNode): void {
  const flood: Publisher<LoadMessage> = node.createPublisher(loadType, 'flood', lossless);
  const paced: Publisher<LoadMessage> = node.createPublisher(loadType, 'paced', keepLast);
  const images = node.createPublisher(imageType, 'images', lossless);
  const numbered = numberedLoadMessage();
  let order: number = loadOrder.stop;
  let sent = 0;
  let received = 0;
  let startMs = 0;
  // Goes on when the receiver has reported; asking again and again would take the processor from it.
  let isWaiting = false;
  const waits = (window: number): boolean => {
    isWaiting = sent - received >= window;
    return isWaiting;
  };
  const pour = () => {
    if (order === loadOrder.stop) return;
    if (order === loadOrder.flood) {
      if (waits(floodWindow)) return;
      for (let i = 0; i < burst && sent - received < floodWindow; i++) flood.publish(numbered(sent++));
    } else if (order === loadOrder.images) {
      if (waits(imageWindow)) return;
      images.publish(imageMessage(sent++));
    } else {
      const due = Math.floor(((performance.now() - startMs) * order) / 1000);
      // Not more at once, so that an order to stop is heard.
      for (let i = 0; i < 4 * burst && sent < due; i++) paced.publish(numbered(sent++));
    }
    setImmediate(pour);
  };
  node.createSubscription(loadType, 'received', { qos: lossless }, (message) => {
    received = sequenceOf(message);
    if (isWaiting) pour();
  });
  node.createSubscription(loadType, 'order', { qos: lossless }, (message) => {
    const wasIdle = order === loadOrder.stop || isWaiting;
    isWaiting = false;
    order = sequenceOf(message);
    sent = 0;
    received = 0;
    startMs = performance.now();
    if (wasIdle) pour();
  });
}
