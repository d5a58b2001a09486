import { ConfigurationError, nsToSeconds } from '@efferent/core';
import { codecOf, interfaceRegistry, type MessageTypes } from '@efferent/interfaces';
import { fieldCsv, messageCsv } from '@efferent/interfaces/csv';
import { fieldYaml, messageYaml } from '@efferent/interfaces/text';
import { type EndpointInfo, qosHearingAll, type RosNode, stampToNs } from '@efferent/ros';
import {
  absolute,
  type GraphOptions,
  type ListOptions,
  notFound,
  print,
  printNames,
  requireInterface,
  shown,
  withGraph,
} from './graph-session.ts';
import { chosenQos, type QosChoice } from './qos-choice.ts';
import { DelayWindow, describeSizes, RateWindow } from './rate-window.ts';

/** `efferent topic list`. */
export const topicList = (options: ListOptions & { readonly verbose?: boolean }) =>
  withGraph(options, async (node) => {
    const topics = shown(node.getTopicNamesAndTypes(), options);
    if (options.verbose !== true || options.count === true) {
      printNames(topics, options);
      return;
    }
    for (const [title, word, list] of [
      ['Published topics:', 'publisher', 'getPublishersInfoByTopic'],
      ['Subscribed topics:', 'subscriber', 'getSubscriptionsInfoByTopic'],
    ] as const) {
      print(title);
      for (const { name, types } of topics) {
        const count = node[list](name).filter(({ nodeName }) => nodeName !== node.name).length;
        if (count > 0) print(` * ${name} [${types.join(', ')}] ${count} ${word}${count > 1 ? 's' : ''}`);
      }
      print('');
    }
  });

/** `efferent topic find`: topics of a type. */
export const topicFind = (type: string, options: ListOptions) =>
  withGraph(options, async (node) => {
    const topics = shown(node.getTopicNamesAndTypes(), options);
    printNames(
      topics.filter(({ types }) => types.includes(type)),
      { count: options.count },
    );
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

export interface EchoOptions extends GraphOptions, QosChoice {
  readonly csv?: boolean;
  readonly arr: boolean;
  readonly str: boolean;
  readonly truncateLength: number;
  readonly once?: boolean;
  readonly field?: string;
  readonly raw?: boolean;
  readonly fullLength?: boolean;
  readonly timeout?: number;
}

/** `efferent topic echo`: messages as YAML, until Ctrl-C. */
export const topicEcho = (topic: string, given: string | undefined, options: EchoOptions) =>
  withTopic(
    topic,
    given === undefined ? options : { ...options, type: given },
    async (node, name, type, signal) => {
      const maxElements = options.fullLength === true ? Number.POSITIVE_INFINITY : options.truncateLength;
      const text = { maxElements, arr: options.arr, str: options.str };
      const path = options.field === undefined ? undefined : fieldPath(type, options.field);
      const show = (bytes: Uint8Array) => {
        if (options.raw === true) return Buffer.from(bytes).toString('hex');
        const message = codecOf(type).decode(bytes);
        if (path === undefined)
          return options.csv === true ? messageCsv(message, type, text) : messageYaml(message, type, text);
        let value: unknown = message;
        for (const word of path.words) value = (value as Readonly<Record<string, unknown>>)[word];
        return options.csv === true ? fieldCsv(value, path.field, text) : fieldYaml(value, path.field, text);
      };
      await listen(node, name, type, options, signal, (bytes) => {
        print(options.csv === true ? show(bytes) : `${show(bytes)}\n---`);
        return options.once === true;
      });
    },
  );

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

/** `efferent topic delay`: how old messages with a header are when they come. */
export const topicDelay = (topic: string, options: GraphOptions & { readonly window: number }) =>
  withTopic(topic, options, async (node, name, type, signal) => {
    if (!interfaceRegistry.definition(type).fields.some(({ type }) => type === 'std_msgs/msg/Header'))
      throw new ConfigurationError({
        code: 'no-header',
        message: `messages of ${name} have no header, whose stamp tells the delay; their type is ${type}`,
      });
    const window = new DelayWindow(options.window);
    await report(
      signal,
      () => window.describe(),
      () =>
        listen(node, name, type, {}, signal, (bytes) => {
          const { header } = codecOf(type).decode(bytes) as { header: MessageTypes['std_msgs/msg/Header'] };
          window.add(nsToSeconds(node.clock.nowNs() - stampToNs(header.stamp)));
          return false;
        }),
    );
  });

/** Joins the graph and finds the type of a topic. */
async function withTopic(
  topic: string,
  options: GraphOptions & { readonly type?: string },
  work: (node: RosNode, name: string, type: string, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const name = absolute(topic);
  const given = options.type;
  if (given !== undefined) requireInterface(given);
  const typesOf = (node: RosNode) =>
    given === undefined ? node.getTopicNamesAndTypes().find((each) => each.name === name)?.types : [given];
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
  options: QosChoice & { readonly timeout?: number },
  signal: AbortSignal,
  take: (bytes: Uint8Array) => boolean,
): Promise<void> {
  const ended = Promise.withResolvers<void>();
  const offered = node.getPublishersInfoByTopic(topic).map((each) => each.qos);
  const qos = chosenQos(options, qosHearingAll(offered, listenDepth));
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
