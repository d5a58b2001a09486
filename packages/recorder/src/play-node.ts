import { nsPerSecond, parseYaml, pause } from '@efferent/core';
import { codecOf, interfaceRegistry } from '@efferent/interfaces';
import {
  type MessageTypeName,
  type Publisher,
  type QosProfile,
  qosProfiles,
  type RosNode,
  stampFromNs,
} from '@efferent/ros';
import type { Bag } from './bag-reader.ts';
import { schemaParts } from './schema-parts.ts';

export interface PlayOptions {
  /** Bag seconds a second. */
  readonly rate: number;
  /** Publish the bag's time on `/clock` this often, 1/s; not at all without it. */
  readonly clockHz?: number;
  readonly topics?: readonly string[];
  readonly signal: AbortSignal;
  /** Time into the bag, s, about ten times a second. */
  readonly onProgress?: (elapsedS: number) => void;
  /** A topic that cannot be played, once. */
  readonly onRefused?: (topic: string, reason: string) => void;
}

/** Subscribers get this long to find the publishers before the first message, ms. */
const matchMs = 500;
const progressNs = nsPerSecond / 10n;

/** Plays a bag: each message when it is due, with the QoS that it was recorded with. Returns how many were sent. */
export async function playBag(node: RosNode, bag: Bag, options: PlayOptions): Promise<number> {
  const { rate, signal } = options;
  const publishers = publishersOf(node, bag, options);
  const clock =
    options.clockHz === undefined
      ? undefined
      : node.createPublisher('rosgraph_msgs/msg/Clock', '/clock', qosProfiles.clock);
  await pause(matchMs, signal);
  const { startNs } = bag.summary;
  const wallStartNs = node.steadyClock.nowNs();
  const dueNs = (bagNs: bigint) => wallStartNs + BigInt(Math.round(Number(bagNs - startNs) / rate));
  const clockStepNs = BigInt(Math.round((1e9 / (options.clockHz ?? 1)) * rate));
  let nextClockNs = startNs;
  let nextProgressNs = startNs;
  let sent = 0;
  const waitUntil = async (bagNs: bigint) => {
    const remainingMs = Number(dueNs(bagNs) - node.steadyClock.nowNs()) / 1e6;
    if (remainingMs > 0.5) await pause(remainingMs, signal);
  };
  for await (const { topic, data, timeNs } of bag.messages([...publishers.keys()])) {
    for (; clock !== undefined && nextClockNs <= timeNs && !signal.aborted; nextClockNs += clockStepNs) {
      await waitUntil(nextClockNs);
      clock.publish({ clock: stampFromNs(nextClockNs) });
    }
    await waitUntil(timeNs);
    if (signal.aborted) return sent;
    const { publisher, type } = publishers.get(topic)!;
    publisher.publish(codecOf(type).decode(data) as never);
    sent++;
    if (timeNs >= nextProgressNs) {
      options.onProgress?.(Number(timeNs - startNs) / 1e9);
      nextProgressNs = timeNs + progressNs;
    }
  }
  return sent;
}

interface Source {
  readonly publisher: Publisher<never>;
  readonly type: string;
}

function publishersOf(node: RosNode, bag: Bag, options: PlayOptions): ReadonlyMap<string, Source> {
  const sources = new Map<string, Source>();
  for (const { name, type, qos } of bag.summary.topics) {
    if (options.topics !== undefined && !options.topics.includes(name)) continue;
    // With a clock of our own a recorded one would contradict it.
    if (name === '/clock' && options.clockHz !== undefined) continue;
    try {
      for (const [nested, text] of schemaParts(type, bag.schemaOf(name) ?? ''))
        if (!interfaceRegistry.has(nested)) interfaceRegistry.register(nested, text, `${bag.path} ${nested}`);
      codecOf(type);
      const publisher = node.createPublisher(type as MessageTypeName, name, offeredQos(qos));
      sources.set(name, { publisher: publisher as Publisher<never>, type });
    } catch (error) {
      options.onRefused?.(name, error instanceof Error ? error.message : String(error));
    }
  }
  return sources;
}

/** QoS of the first recorded publisher; names since Jazzy, numbers of rmw before. */
function offeredQos(text: string): QosProfile {
  const profiles = text === '' ? [] : parseYaml(text, 'offered_qos_profiles');
  const first = Array.isArray(profiles)
    ? (profiles[0] as Readonly<Record<string, unknown>> | undefined)
    : undefined;
  if (first === undefined) return qosProfiles.default;
  const is = (key: string, word: string, number: number) => first[key] === word || first[key] === number;
  const depth = Number(first.depth);
  return {
    history: is('history', 'keep_all', 2) ? 'keep-all' : 'keep-last',
    depth: depth > 0 ? depth : qosProfiles.default.depth,
    reliability: is('reliability', 'best_effort', 2) ? 'best-effort' : 'reliable',
    durability: is('durability', 'transient_local', 1) ? 'transient-local' : 'volatile',
  };
}
