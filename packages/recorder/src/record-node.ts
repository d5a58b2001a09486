import { qosHearingAll, type RosNode, type Subscription } from '@efferent/ros';
import type { BagWriter } from './bag-writer.ts';

export interface RecordOptions {
  /** Tells whether a topic is wanted. */
  readonly isWanted: (topic: string) => boolean;
  /** A topic that is recorded from now on. */
  readonly onTopic?: (topic: string, type: string) => void;
  /** A topic that cannot be recorded, once. */
  readonly onRefused?: (topic: string, reason: string) => void;
}

export interface Recording {
  /** Ends it; the writer stays open. */
  stop(): void;
}

/** New topics are looked for this often, ns. */
const lookPeriodNs = 200_000_000n;

/** Records topics into a bag as they come up, each with the QoS that hears all its publishers. */
export function startRecording(node: RosNode, writer: BagWriter, options: RecordOptions): Recording {
  const subscriptions = new Map<string, Subscription | undefined>();
  const add = async (topic: string, types: readonly string[]) => {
    subscriptions.set(topic, undefined);
    const [type = '', other] = types;
    try {
      if (other !== undefined) throw new TypeError(`it has several types: ${types.join(', ')}`);
      const offered = node.getPublishersInfoByTopic(topic).map(({ qos }) => qos);
      await writer.addTopic(topic, type, offered);
      // The middleware keeps whatever waits for this process: the writer alone drops messages, and counts them.
      const qos = { ...qosHearingAll(offered, 0), history: 'keep-all' } as const;
      const subscription = node.createRawSubscription(type, topic, { qos }, (bytes) =>
        writer.write(topic, bytes, node.clock.nowNs()),
      );
      subscriptions.set(topic, subscription);
      options.onTopic?.(topic, type);
    } catch (error) {
      options.onRefused?.(topic, error instanceof Error ? error.message : String(error));
    }
  };
  const look = () => {
    for (const { name, types } of node.getTopicNamesAndTypes()) {
      if (subscriptions.has(name) || !options.isWanted(name)) continue;
      // A topic that nobody publishes on yet says nothing about its QoS.
      if (node.getPublishersInfoByTopic(name).length > 0) void add(name, types);
    }
  };
  look();
  const timer = node.createTimer(lookPeriodNs, look, node.steadyClock);
  return {
    stop: () => {
      timer.cancel();
      for (const subscription of subscriptions.values())
        if (subscription !== undefined) node.destroySubscription(subscription);
      subscriptions.clear();
    },
  };
}
