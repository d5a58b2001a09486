import { ConfigurationError, pause } from '@efferent/core';
import { codecOf, interfaceRegistry } from '@efferent/interfaces';
import { fieldYaml, messageRepr, messageYaml } from '@efferent/interfaces/text';
import {
  type EndpointInfo,
  type MessageTypeName,
  type QosProfile,
  qosHearingAll,
  type RosNode,
  stampFromNs,
} from '@efferent/ros';
import {
  absolute,
  type GraphOptions,
  isHidden,
  messageArgument,
  notFound,
  print,
  withGraph,
} from './graph-session.ts';
import { describeSizes, RateWindow } from './rate-window.ts';

/** `efferent topic list`. */
export const topicList = (options: GraphOptions & { readonly types?: boolean; readonly hidden?: boolean }) =>
  withGraph(options, async (node) => {
    for (const { name, types } of sorted(node.getTopicNamesAndTypes()))
      if (options.hidden === true || !isHidden(name))
        print(options.types === true ? `${name} [${types.join(', ')}]` : name);
  });

/** `efferent topic find`: topics of a type. */
export const topicFind = (type: string, options: GraphOptions) =>
  withGraph(options, async (node) => {
    for (const { name, types } of sorted(node.getTopicNamesAndTypes())) if (types.includes(type)) print(name);
  });

/** `efferent topic type`. */
export const topicType = (topic: string, options: GraphOptions) =>
  withTopic(topic, options, async (_node, _name, type) => print(type));

/** `efferent topic info`: who publishes and who listens. */
export const topicInfo = (topic: string, options: GraphOptions & { readonly verbose?: boolean }) =>
  withTopic(topic, options, async (node, name, type) => {
    const ends = [
      ['Publisher', 'PUBLISHER', node.getPublishersInfoByTopic(name)],
      ['Subscription', 'SUBSCRIPTION', node.getSubscriptionsInfoByTopic(name)],
    ] as const;
    print(`Type: ${type}`);
    for (const [label, kind, infos] of ends) {
      if (options.verbose === true) print('');
      print(`${label} count: ${infos.length}`);
      if (options.verbose === true) for (const info of infos) print(`\n${describeEndpoint(info, kind)}`);
    }
  });

export interface EchoOptions extends GraphOptions {
  readonly once?: boolean;
  readonly field?: string;
  readonly raw?: boolean;
  readonly fullLength?: boolean;
  readonly timeout?: number;
}

/** `efferent topic echo`: messages as YAML, until Ctrl-C. */
export const topicEcho = (topic: string, options: EchoOptions) =>
  withTopic(topic, options, async (node, name, type, signal) => {
    const text = { maxElements: options.fullLength === true ? Number.POSITIVE_INFINITY : 128 };
    const path = options.field === undefined ? undefined : fieldPath(type, options.field);
    const show = (bytes: Uint8Array) => {
      if (options.raw === true) return Buffer.from(bytes).toString('hex');
      const message = codecOf(type).decode(bytes);
      if (path === undefined) return messageYaml(message, type, text);
      let value: unknown = message;
      for (const word of path.words) value = (value as Readonly<Record<string, unknown>>)[word];
      return fieldYaml(value, path.field, text);
    };
    await listen(node, name, type, options, signal, (bytes) => {
      print(`${show(bytes)}\n---`);
      return options.once === true;
    });
  });

/** `efferent topic hz`: how often messages come. */
export const topicHz = (topic: string, options: GraphOptions & { readonly window: number }) =>
  withTopic(topic, options, async (node, name, type, signal) => {
    const window = new RateWindow(options.window);
    await report(
      signal,
      () => window.describeRate(),
      () =>
        listen(node, name, type, {}, signal, () => {
          window.add(performance.now(), 0);
          return false;
        }),
    );
  });

/** `efferent topic bw`: how many bytes come. */
export const topicBw = (topic: string, options: GraphOptions & { readonly window: number }) =>
  withTopic(topic, options, async (node, name, type, signal) => {
    const window = new RateWindow(options.window);
    print(`Subscribed to [${name}]`);
    await report(
      signal,
      () => describeSizes(window),
      () =>
        listen(node, name, type, {}, signal, (bytes) => {
          window.add(performance.now(), bytes.length);
          return false;
        }),
    );
  });

export interface PubOptions extends GraphOptions {
  readonly rate: number;
  readonly once?: boolean;
  readonly times?: number;
  readonly reliability: QosProfile['reliability'];
  readonly durability: QosProfile['durability'];
}

/** How long the first publication waits for somebody to listen, ms. */
const matchWaitMs = 1000;

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
    const { reliability, durability } = options;
    const qos: QosProfile = { history: 'keep-last', depth: 10, reliability, durability };
    const publisher = node.createPublisher(type as MessageTypeName, name, qos);
    for (let waitedMs = 0; publisher.subscriptionCount === 0 && waitedMs < matchWaitMs; waitedMs += 50)
      await pause(50, signal);
    print('publisher: beginning loop');
    for (let i = 1; i <= count && !signal.aborted; i++) {
      const message = messageAt(node.clock.nowNs());
      print(`publishing #${i}: ${messageRepr(message, type)}\n`);
      publisher.publish(message as never);
      await pause(i === count ? 100 : 1000 / options.rate, signal);
    }
  });
}

/** Joins the graph and finds the type of a topic. */
async function withTopic(
  topic: string,
  options: GraphOptions,
  work: (node: RosNode, name: string, type: string, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const name = absolute(topic);
  const typesOf = (node: RosNode) => node.getTopicNamesAndTypes().find((each) => each.name === name)?.types;
  await withGraph(
    options,
    async (node, signal) => {
      const [type, other] = typesOf(node) ?? [];
      if (type === undefined)
        throw notFound(
          'topic',
          name,
          node.getTopicNamesAndTypes().map((each) => each.name),
        );
      if (other !== undefined)
        throw new ConfigurationError({
          code: 'several-types',
          message: `${name} has several types: ${typesOf(node)?.join(', ')}`,
        });
      await work(node, name, type, signal);
    },
    (node) => typesOf(node) !== undefined,
  );
}

/** Messages that may wait while one is printed. */
const listenDepth = 100;

/** Takes messages until `take` returns true, the signal aborts or nothing comes within the timeout. */
async function listen(
  node: RosNode,
  topic: string,
  type: string,
  options: { readonly timeout?: number },
  signal: AbortSignal,
  take: (bytes: Uint8Array) => boolean,
): Promise<void> {
  const ended = Promise.withResolvers<void>();
  const qos = qosHearingAll(
    node.getPublishersInfoByTopic(topic).map((each) => each.qos),
    listenDepth,
  );
  const limitMs = options.timeout === undefined ? undefined : options.timeout * 1000;
  let timer: NodeJS.Timeout | undefined;
  let isDone = false;
  const wait = () => {
    clearTimeout(timer);
    if (limitMs === undefined) return;
    timer = setTimeout(() => {
      process.stderr.write(`nothing came on ${topic} within ${options.timeout} s\n`);
      process.exitCode = 1;
      ended.resolve();
    }, limitMs);
  };
  const subscription = node.createRawSubscription(type, topic, { qos }, (bytes) => {
    if (isDone) return;
    wait();
    isDone = take(bytes);
    if (isDone) ended.resolve();
  });
  signal.addEventListener('abort', () => ended.resolve(), { once: true });
  wait();
  await ended.promise;
  clearTimeout(timer);
  node.destroySubscription(subscription);
}

/** Prints once a second what there is to say. */
async function report(
  signal: AbortSignal,
  describe: () => string | undefined,
  work: () => Promise<void>,
): Promise<void> {
  const timer = setInterval(() => {
    const text = describe();
    if (text !== undefined) print(text);
  }, 1000);
  try {
    await work();
  } finally {
    clearInterval(timer);
  }
  signal.throwIfAborted();
}

/** Finds a field such as `pose.position.x`. @throws {@link ConfigurationError} code `unknown-field` */
function fieldPath(type: string, text: string) {
  const words = text.split('.');
  let at = type;
  for (const [index, word] of words.entries()) {
    const { fields } = interfaceRegistry.definition(at);
    const field = fields.find((each) => each.name === word);
    if (
      field === undefined ||
      (index < words.length - 1 && (field.array !== undefined || !field.type.includes('/')))
    )
      throw new ConfigurationError({
        code: 'unknown-field',
        message: `${type} has no field "${text}"; ${at} has: ${fields.map((each) => each.name).join(', ')}`,
        fields: { type, field: text },
      });
    if (index === words.length - 1) return { words, field };
    at = field.type;
  }
  throw new ConfigurationError({ code: 'unknown-field', message: 'a field needs a name' });
}

function describeEndpoint(info: EndpointInfo, kind: string): string {
  const { qos } = info;
  const upper = (text: string) => text.toUpperCase().replaceAll('-', '_');
  const depth = qos.history === 'keep-last' ? ` (${qos.depth})` : '';
  return [
    `Node name: ${info.nodeName}`,
    `Node namespace: ${info.nodeNamespace}`,
    `Topic type: ${info.topicType}`,
    `Endpoint type: ${kind}`,
    'QoS profile:',
    `  Reliability: ${upper(qos.reliability)}`,
    `  History (Depth): ${upper(qos.history)}${depth}`,
    `  Durability: ${upper(qos.durability)}`,
  ].join('\n');
}

const sorted = <T extends { readonly name: string }>(entries: readonly T[]): readonly T[] =>
  [...entries].sort((a, b) => (a.name < b.name ? -1 : 1));
