import {
  CycloneParticipant,
  type CycloneWriter,
  cycloneConfiguration,
  cycloneDdsProblem,
} from '@efferent/cyclonedds';
import { codecOf } from '@efferent/interfaces';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { TransportContext } from '../context.ts';
import type { MessageTypeName, QosProfile, RosNode } from '../port.ts';
import { qosProfiles } from '../qos.ts';
import { RealTimeExecutor } from '../real-time-executor.ts';
import { TransformListener } from '../tf/transform-nodes.ts';
import { CycloneClient, type CycloneService } from './cyclone-services.ts';
import { CycloneTransport } from './cyclone-transport.ts';
import { discoveryInfoTopic, discoveryInfoType } from './dds-names.ts';
import { splitServiceHeader, withServiceHeader } from './service-header.ts';

const problem = cycloneDdsProblem();
const seed = 20261128;
const randomCount = 10_000;
const mutatedCount = 1_000;
const domainId = 1 + ((process.pid + 53) % 100);
const keepAll: QosProfile = { ...qosProfiles.default, history: 'keep-all' };

/** Something that takes payloads: how many it took, and how many of them it refused. */
interface Victim {
  /** Type of the payload, or of what follows the 16 bytes of a service header. */
  readonly type: string;
  readonly hasHeader: boolean;
  readonly topic: string;
  /** Payloads that may wait for it without pushing each other out. */
  readonly depth: number;
  readonly isLatched?: boolean;
  readonly taken: () => number;
  readonly refused: () => number;
}

/** What is mutated, where the message of defaults has nothing to go wrong. */
const rightMessages: Readonly<Record<string, object>> = {
  'sensor_msgs/msg/JointState': { name: ['lift', 'wrist'], position: new Float64Array([1, 2]) },
  'tf2_msgs/msg/TFMessage': { transforms: [{ header: { frame_id: 'odom' }, child_frame_id: 'base_link' }] },
  'action_msgs/msg/GoalStatusArray': { status_list: [{ status: 2 }, { status: 4 }] },
  'rcl_interfaces/srv/SetParameters_Request': {
    parameters: [{ name: 'gain', value: { type: 3, double_value: 2 } }],
  },
  'rcl_interfaces/srv/SetParametersAtomically_Request': {
    parameters: [{ name: 'joints', value: { type: 9, string_array_value: ['b', 'c'] } }],
  },
  'rcl_interfaces/srv/GetParameters_Request': { names: ['gain', 'joints'] },
  'rcl_interfaces/srv/GetParameterTypes_Request': { names: ['gain'] },
  'rcl_interfaces/srv/DescribeParameters_Request': { names: ['gain'] },
  'rcl_interfaces/srv/ListParameters_Request': { prefixes: ['gain'] },
};

/** Bytes that are nothing, four fifths of them behind a right encapsulation. */
const randomPayload = fc
  .tuple(fc.uint8Array({ minLength: 4, maxLength: 96 }), fc.nat(4), fc.nat(1))
  .map(([bytes, dice, order]) => {
    if (dice > 0) bytes.set([0, order, 0, 0]);
    return bytes;
  });
const randomPayloads = problem === undefined ? fc.sample(randomPayload, { numRuns: randomCount, seed }) : [];

/** A right payload with one thing wrong: a bit, a cut, a tail, or a word that may be a length. */
const mutated = (right: Uint8Array) =>
  fc
    .tuple(
      fc.nat(3),
      fc.nat(right.length - 1),
      fc.nat(255),
      fc.constantFrom(0xffff_ffff, 0x7fff_ffff, 0x1_0000),
    )
    .map(([how, at, byte, word]) => {
      if (how === 0) return right.map((each, i) => (i === at ? each ^ (byte || 1) : each));
      if (how === 1) return right.slice(0, Math.max(4, at));
      if (how === 2) return Uint8Array.from([...right, ...new Uint8Array(byte % 32).fill(byte)]);
      const bytes = right.slice();
      const start = Math.min(at & ~3, bytes.length - 4);
      new DataView(bytes.buffer).setUint32(Math.max(start, 0), word, true);
      return bytes;
    });

describe.skipIf(problem !== undefined)('a stranger who writes rubbish', () => {
  let context: TransportContext;
  let stranger: CycloneParticipant;
  let transport: CycloneTransport;
  let node: RosNode;
  /** Subscriptions, services and clients of the node, by topic or service. */
  const subscriptions = new Map<string, { taken: number; undecodable: () => number }>();
  const services = new Map<string, { taken: number; service: CycloneService }>();
  const logged: string[] = [];
  let rssBefore = 0;

  beforeAll(async () => {
    // Nobody else may be counted.
    const configuration = cycloneConfiguration({ ROS_AUTOMATIC_DISCOVERY_RANGE: 'OFF' });
    const executor = new RealTimeExecutor();
    transport = new CycloneTransport(
      new CycloneParticipant(domainId, configuration, 'enclave=/;'),
      executor,
      (event) => logged.push(event),
    );
    spy(transport);
    context = new TransportContext(transport, { logSink: ({ event }) => logged.push(event) });
    stranger = new CycloneParticipant(domainId, configuration, '');
    node = await context.createNode('victim', { namespace: '/fuzz' });
    node.declareParameter('gain', 1.5, { description: 'a number', range: [0, 10] });
    node.declareParameter('joints', ['a'], { description: 'names' });
    node.createSubscription('sensor_msgs/msg/JointState', 'states', { qos: keepAll }, () => undefined);
    new TransformListener(node);
    node.createService('simulation_interfaces/srv/SetEntityState', 'place', () => ({}));
    node.createActionServer('example_interfaces/action/Fibonacci', 'count', {
      onGoal: ({ order }) => order >= 0 && order < 4,
      async execute(goal) {
        goal.succeed();
        return {};
      },
    });
    node.createActionClient('example_interfaces/action/Fibonacci', 'watch');
    rssBefore = process.memoryUsage().rss;
  });
  afterAll(async () => {
    stranger?.close();
    await context?.shutdown();
  });
  beforeEach(() => void logged.splice(0));

  // Hundreds of thousands of errors are made here, and nobody looks where.
  const { stackTraceLimit } = Error;
  beforeAll(() => {
    Error.stackTraceLimit = 0;
  });
  afterAll(() => {
    Error.stackTraceLimit = stackTraceLimit;
  });

  /** Counts what reaches the node through the transport. */
  function spy(watched: CycloneTransport): void {
    const { createSubscription, createService } = watched;
    watched.createSubscription = (owner, setup) => {
      const counts = { taken: 0, undecodable: () => 0 };
      subscriptions.set(setup.topic, counts);
      const deliver = setup.deliver.bind(setup);
      const made = createSubscription.call(watched, owner, {
        ...setup,
        deliver: (message) => {
          counts.taken++;
          deliver(message);
        },
      });
      counts.undecodable = () => made.undecodable;
      return made;
    };
    watched.createService = (owner, setup) => {
      const handle = setup.handle.bind(setup);
      const entry = { taken: 0, service: undefined as unknown as CycloneService };
      services.set(setup.name, entry);
      const made = createService.call(watched, owner, {
        ...setup,
        handle: (...words) => {
          entry.taken++;
          handle(...words);
        },
      });
      entry.service = made as CycloneService;
      return made;
    };
  }

  const topicVictim = (topic: string, type: string, depth: number, isLatched = false): Victim => ({
    type,
    hasHeader: false,
    topic: `rt${topic}`,
    depth,
    isLatched,
    taken: () => subscriptions.get(topic)!.taken,
    refused: () => subscriptions.get(topic)!.undecodable(),
  });
  const serviceVictim = (name: string, type: string): Victim => ({
    type: `${type}_Request`,
    hasHeader: true,
    topic: `rq${name}Request`,
    depth: 50,
    taken: () => services.get(name)!.taken,
    refused: () => services.get(name)!.service.undecodable,
  });

  const parameterService = (name: string, type: string) =>
    [
      `/fuzz/victim/${name}`,
      () => serviceVictim(`/fuzz/victim/${name}`, `rcl_interfaces/srv/${type}`),
    ] as const;
  const action = 'example_interfaces/action/Fibonacci';

  test.each([
    ['a subscription', () => topicVictim('/fuzz/states', 'sensor_msgs/msg/JointState', 50)],
    ['a listener of transforms', () => topicVictim('/tf', 'tf2_msgs/msg/TFMessage', 50)],
    ['a service', () => serviceVictim('/fuzz/place', 'simulation_interfaces/srv/SetEntityState')],
    ['goals of an action server', () => serviceVictim('/fuzz/count/_action/send_goal', `${action}_SendGoal`)],
    [
      'cancelling of an action server',
      () => serviceVictim('/fuzz/count/_action/cancel_goal', 'action_msgs/srv/CancelGoal'),
    ],
    [
      'results of an action server',
      () => serviceVictim('/fuzz/count/_action/get_result', `${action}_GetResult`),
    ],
    [
      'feedback of an action client',
      () => topicVictim('/fuzz/watch/_action/feedback', `${action}_FeedbackMessage`, 5),
    ],
    [
      'states of goals of an action client',
      () => topicVictim('/fuzz/watch/_action/status', 'action_msgs/msg/GoalStatusArray', 1, true),
    ],
    parameterService('get_parameters', 'GetParameters'),
    parameterService('get_parameter_types', 'GetParameterTypes'),
    parameterService('describe_parameters', 'DescribeParameters'),
    parameterService('list_parameters', 'ListParameters'),
    parameterService('set_parameters', 'SetParameters'),
    parameterService('set_parameters_atomically', 'SetParametersAtomically'),
  ] as const)('is counted by %s, which goes on', async (_name, victimOf) => {
    await attack(victimOf());
  });

  test('is counted by the graph, which still knows its nodes', async () => {
    const right = codecOf(discoveryInfoType).encode({
      gid: { data: new Uint8Array(16).fill(7) },
      node_entities_info_seq: [
        { node_namespace: '/', node_name: 'ghost', reader_gid_seq: [], writer_gid_seq: [] },
      ],
    });
    const writer = await writerOf(discoveryInfoTopic, discoveryInfoType, true);
    const before = transport.graph.undecodable;
    const payloads = payloadsOf(right);
    const wrong = payloads.filter((payload) => !decodes(discoveryInfoType, payload)).length;
    for (const payload of payloads) writer.write(payload);
    await until(() => transport.graph.undecodable - before >= wrong, 'the graph');
    expect(transport.graph.undecodable - before).toBe(wrong);
    await until(() => node.getNodeNamesAndNamespaces().length === 1, 'the ghosts go');
    expect(node.getNodeNamesAndNamespaces()).toEqual([{ name: 'victim', namespace: '/fuzz' }]);
    writer.delete();
  });

  test.each([
    ['a service', 'std_srvs/srv/Trigger'],
    ['the goals of an action', `${action}_SendGoal`],
    ['the results of an action', `${action}_GetResult`],
    ['the cancelling of an action', 'action_msgs/srv/CancelGoal'],
  ])('is counted by the client of %s, whose calls are answered all the same', async (_name, type) => {
    const name = `/fuzz/${type.split('/').at(-1)!.toLowerCase()}`;
    const owner = { name: 'caller', namespace: '/fuzz' };
    const client = transport.createClient(owner, type, name, () => undefined);
    if (!(client instanceof CycloneClient)) throw new TypeError('another transport');
    const writer = await writerOf(`rr${name}Reply`, `${type}_Response`);
    const { instanceHandle } = client.writer;
    let answered = 0;
    let sequence = 0n;
    const ask = () => {
      sequence++;
      client.send(
        {},
        () => void answered++,
        () => undefined,
      );
    };
    ask();
    const right = codecOf(`${type}_Response`).encode({});
    let wrong = 0;
    for (const [i, body] of payloadsOf(right).entries()) {
      const isRight = decodes(`${type}_Response`, body);
      if (!isRight) wrong++;
      const expected = answered + (isRight ? 1 : 0);
      writer.write(reply(instanceHandle, sequence, body));
      if (!isRight && i % 50 !== 0) continue;
      await until(() => answered === expected && client.undecodable === wrong, `reply ${i}`);
      if (isRight) ask();
    }
    await until(() => client.undecodable === wrong, 'the last replies');
    expect(client.undecodable).toBe(wrong);
    writer.write(withServiceHeader({ client: instanceHandle, sequence }, right));
    const before = answered;
    await until(() => answered === before + 1, 'a right reply');
    writer.delete();
    client.close();
  });

  test('takes no memory that grows with what it claims', () => {
    expect(process.memoryUsage().rss - rssBefore).toBeLessThan(300e6);
  });

  async function attack(victim: Victim): Promise<void> {
    const { type, hasHeader, depth, topic } = victim;
    const body = codecOf(type).encode(rightMessages[type] ?? {});
    const right = hasHeader ? withServiceHeader({ client: 1n, sequence: 1n }, body) : body;
    const writer = await writerOf(topic, type, victim.isLatched);
    const [taken, refused] = [victim.taken(), victim.refused()];
    const seen = () => victim.taken() - taken + victim.refused() - refused;
    let wrong = 0;
    let sent = 0;
    for (const payload of payloadsOf(right)) {
      if (!(hasHeader ? decodesBehindHeader(type, payload) : decodes(type, payload))) wrong++;
      writer.write(payload);
      if (++sent % depth === 0) await until(() => seen() === sent, `payload ${sent} of ${type}`);
    }
    await until(() => seen() === sent, type);
    expect(sent).toBe(randomCount + mutatedCount);
    expect(victim.refused() - refused).toBe(wrong);
    // Those who say so say it seldom: at each doubling.
    expect(logged.filter((event) => event.endsWith('-undecodable')).length).toBeLessThan(16);
    writer.write(right);
    await until(() => victim.taken() - taken === sent - wrong + 1, 'a right payload');
    writer.delete();
  }

  async function writerOf(topic: string, type: string, transientLocal = false): Promise<CycloneWriter> {
    const [owner, kind, name] = type.split('/');
    const writer = stranger.createWriter({
      topic,
      type: `${owner}::${kind}::dds_::${name}_`,
      reliable: true,
      transientLocal,
      keepAll: !transientLocal,
      depth: transientLocal ? 1 : 0,
      userData: '',
    });
    await until(() => writer.matchedSubscriptions().length > 0, `a reader of ${topic}`);
    return writer;
  }
});

/** A reply to a call, with the header in the byte order that the body says it has. */
function reply(client: bigint, sequence: bigint, body: Uint8Array): Uint8Array {
  const bytes = withServiceHeader({ client, sequence }, body);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(4, client, body[1] === 1);
  view.setBigInt64(12, sequence, body[1] === 1);
  return bytes;
}

function payloadsOf(right: Uint8Array): readonly Uint8Array[] {
  return [...fc.sample(mutated(right), { numRuns: mutatedCount, seed }), ...randomPayloads];
}

function decodes(type: string, payload: Uint8Array): boolean {
  try {
    codecOf(type).decode(payload.slice());
    return true;
  } catch {
    return false;
  }
}

function decodesBehindHeader(type: string, payload: Uint8Array): boolean {
  const split = splitServiceHeader(payload.slice());
  return split !== undefined && decodes(type, split.message);
}

async function until(isSo: () => boolean, what: string): Promise<void> {
  const endMs = performance.now() + 10_000;
  while (!isSo()) {
    if (performance.now() > endMs) throw new Error(`${what}: not within 10 s`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

test.each([
  'sensor_msgs/msg/JointState',
  'sensor_msgs/msg/PointCloud2',
  'tf2_msgs/msg/TFMessage',
  'vision_msgs/msg/Detection3DArray',
  'diagnostic_msgs/msg/DiagnosticArray',
  'rcl_interfaces/srv/SetParameters_Request',
] satisfies (MessageTypeName | string)[])('a length of 4 GiB anywhere in a %s allocates nothing', (type) => {
  const codec = codecOf(type);
  const right = codec.encode({});
  const before = process.memoryUsage();
  for (const word of [0xffff_ffff, 0x7fff_ffff, 0x0fff_ffff])
    for (let at = 4; at + 4 <= right.length; at += 4) {
      const bytes = right.slice();
      new DataView(bytes.buffer).setUint32(at, word, true);
      decodes(type, bytes);
    }
  const after = process.memoryUsage();
  expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(16e6);
  expect(after.heapUsed - before.heapUsed).toBeLessThan(64e6);
});
