import { MiddlewareError } from '@efferent/core';
import type { RosNode } from '@efferent/ros';
import { loadType, lossless, numberedLoadMessage, sequenceOf } from './load-message.ts';

const warmUp = 1000;
const answerLimitMs = 2000;

/**
 * Sends pings one after the other to the other process.
 *
 * @param durationMs - how long to measure after warming up
 * @returns the round trips in order, us
 * @throws {@link MiddlewareError} code `timeout` when a ping stays unanswered
 */
export async function measureRoundTrips(node: RosNode, durationMs: number): Promise<Float64Array> {
  const ping = node.createPublisher(loadType, 'ping', lossless);
  let onPong: (sequence: number) => void = () => undefined;
  const pong = node.createSubscription(loadType, 'pong', { qos: lossless }, (message) =>
    onPong(sequenceOf(message)),
  );
  const isReady = () => ping.subscriptionCount > 0 && pong.publisherCount > 0;
  while (!isReady()) await node.sleep(5);
  await node.sleep(200);

  const numbered = numberedLoadMessage();
  const samplesUs: number[] = [];
  await new Promise<void>((resolve, reject) => {
    let sequence = 0;
    let sentMs = 0;
    let endMs = Number.POSITIVE_INFINITY;
    let isAnswered = false;
    const watchdog = setInterval(() => {
      if (!isAnswered) {
        clearInterval(watchdog);
        reject(new MiddlewareError({ code: 'timeout', message: `ping ${sequence} was not answered` }));
      }
      isAnswered = false;
    }, answerLimitMs);
    const send = () => {
      sentMs = performance.now();
      ping.publish(numbered(sequence));
    };
    onPong = (answered) => {
      const nowMs = performance.now();
      if (answered !== sequence) return;
      isAnswered = true;
      if (sequence === warmUp) endMs = nowMs + durationMs;
      if (sequence >= warmUp) samplesUs.push((nowMs - sentMs) * 1000);
      sequence++;
      if (nowMs < endMs) return send();
      clearInterval(watchdog);
      resolve();
    };
    send();
  });
  return Float64Array.from(samplesUs);
}
