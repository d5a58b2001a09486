import { MiddlewareError, pause } from '@efferent/core';
import { messageRepr } from '@efferent/interfaces/text';
import { type MessageTypeName, qosProfiles, stampFromNs } from '@efferent/ros';
import { absolute, type GraphOptions, messageArgument, print, withGraph } from './graph-session.ts';
import { chosenQos, type QosChoice } from './qos-choice.ts';

export interface PubOptions extends GraphOptions, QosChoice {
  readonly rate: number;
  readonly print: number;
  readonly waitMatchingSubscriptions?: number;
  readonly maxWaitTimeSecs?: number;
  /** s */
  readonly keepAlive: number;
  readonly once?: boolean;
  readonly times?: number;
}

/** How long the first publication waits for somebody to listen where nobody said how many, ms. */
const matchWaitMs = 1000;
const matchPollMs = 50;

/** `efferent topic pub`: publishes a message given as YAML. */
export async function topicPub(
  topic: string,
  type: string,
  yaml: string,
  options: PubOptions,
): Promise<void> {
  const name = absolute(topic);
  const messageAt = (stampNs: bigint) => messageArgument(yaml, type, 'the message', stampFromNs(stampNs));
  // What is wrong is said before the graph is joined.
  messageAt(0n);
  const count = options.once === true ? 1 : (options.times ?? Number.POSITIVE_INFINITY);
  await withGraph(options, async (node, signal) => {
    const qos = chosenQos(options, qosProfiles.default);
    const publisher = node.createPublisher(type as MessageTypeName, name, qos);
    await waitForListeners(() => publisher.subscriptionCount, options, signal);
    print('publisher: beginning loop');
    for (let i = 1; i <= count && !signal.aborted; i++) {
      const message = messageAt(node.clock.nowNs());
      if (i % options.print === 0) print(`publishing #${i}: ${messageRepr(message, type)}\n`);
      publisher.publish(message as never);
      await pause(i === count ? options.keepAlive * 1000 : 1000 / options.rate, signal);
    }
  });
}

/** @throws {@link MiddlewareError} code `timeout` when those that were asked for do not come in time */
async function waitForListeners(
  count: () => number,
  options: PubOptions,
  signal: AbortSignal,
): Promise<void> {
  const asked = options.waitMatchingSubscriptions;
  const wanted = asked ?? 1;
  const limitMs =
    asked === undefined ? matchWaitMs : (options.maxWaitTimeSecs ?? Number.POSITIVE_INFINITY) * 1000;
  let isSaid = asked === undefined;
  for (let waitedMs = 0; count() < wanted; waitedMs += matchPollMs) {
    if (!isSaid) print(`Waiting for at least ${wanted} matching subscription(s)...`);
    isSaid = true;
    if (waitedMs >= limitMs) {
      if (asked === undefined) return;
      throw new MiddlewareError({
        code: 'timeout',
        message: `${count()} of ${wanted} subscriptions came within ${options.maxWaitTimeSecs} s`,
      });
    }
    await pause(matchPollMs, signal);
  }
}
