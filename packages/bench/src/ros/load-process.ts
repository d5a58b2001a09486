import { createContext, type MiddlewareName, type Publisher, type RosNode } from '@efferent/ros';
import { type LoadMessage, loadMessage, loadType, lossless, sequenceOf } from './load-message.ts';

/**
 * The other process of the ROS suite: sends every ping back, and after a message on `start` sends as much as the
 * receiver takes, at most `window` messages ahead of what it has reported on `received`.
 *
 * Argument: the middleware; `cyclonedds` without it.
 */

const burst = 64;
const window = 20_000;

const middleware = (process.argv[2] ?? 'cyclonedds') as MiddlewareName;
const context = await createContext({ middleware });
const node = await context.createNode('load', { namespace: '/bench' });
answerPings(node);
floodOnRequest(node);
process.stdout.write('ready\n');

function answerPings(node: RosNode): void {
  const pong = node.createPublisher(loadType, 'pong', lossless);
  node.createSubscription(loadType, 'ping', { qos: lossless }, (message) => pong.publish(message));
}

function floodOnRequest(node: RosNode): void {
  const flood: Publisher<LoadMessage> = node.createPublisher(loadType, 'flood', lossless);
  let sent = 0;
  let received = 0;
  node.createSubscription(loadType, 'received', { qos: lossless }, (message) => {
    received = sequenceOf(message);
  });
  const pour = () => {
    for (let i = 0; i < burst && sent - received < window; i++) flood.publish(loadMessage(sent++));
    setImmediate(pour);
  };
  node.createSubscription(loadType, 'start', { qos: lossless }, () => pour());
}
