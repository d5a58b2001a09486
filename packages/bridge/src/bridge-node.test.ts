import { once } from 'node:events';
import { createRequire } from 'node:module';
import { immediateJobRunner } from '@efferent/core';
import { codecOf } from '@efferent/interfaces';
import {
  createInprocContext,
  type NodeModule,
  type ParameterValue,
  qosProfiles,
  type RosContext,
  type RosNode,
  type RunningNode,
} from '@efferent/ros';
import type { Channel, FoxgloveClient as Client, MessageData, Service } from '@foxglove/ws-protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { bridgeNode } from './bridge-node.ts';

// The package's ES modules import without file extensions, which Node refuses; its CommonJS build works.
const { FoxgloveClient } = createRequire(import.meta.url)('@foxglove/ws-protocol') as {
  FoxgloveClient: typeof Client;
};

interface Connected {
  readonly client: Client;
  readonly channels: Map<string, Channel>;
  readonly services: Map<string, Service>;
}

let context: RosContext;
let robot: RosNode;
let running: RunningNode[];
let sockets: WebSocket[];
let port: number;

beforeEach(async () => {
  const urls: string[] = [];
  context = createInprocContext({
    logSink: ({ fields }) => typeof fields?.url === 'string' && urls.push(fields.url),
  });
  robot = await context.createNode('robot', { namespace: '/stretch' });
  running = [];
  sockets = [];
  await start(bridgeNode, { port: 0, page_folder: '/nowhere' });
  port = Number(new URL(urls[0] as string).port);
});

afterEach(async () => {
  for (const socket of sockets) socket.terminate();
  for (const node of running) await node.stop();
  await context.shutdown();
});

async function start(
  module: NodeModule,
  parameters: Record<string, ParameterValue>,
  name = module.name,
): Promise<void> {
  const node = await context.createNode(name, {
    rosArguments: { remaps: new Map(), parameters: new Map(Object.entries(parameters)) },
  });
  running.push(await module.start(node, { jobs: immediateJobRunner, workspaceFolders: [] }));
}

function open(protocols: string[], headers: Record<string, string> = {}): WebSocket {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/`, protocols, { headers });
  sockets.push(socket);
  return socket;
}

async function connect(protocol = 'foxglove.websocket.v1'): Promise<Connected> {
  const client = new FoxgloveClient({ ws: open([protocol]) as never });
  const channels = new Map<string, Channel>();
  const services = new Map<string, Service>();
  client.on('advertise', (list) => {
    for (const channel of list) channels.set(channel.topic, channel);
  });
  client.on('advertiseServices', (list) => {
    for (const service of list) services.set(service.name, service);
  });
  await new Promise<void>((resolve) => client.on('serverInfo', () => resolve()));
  return { client, channels, services };
}

async function until(condition: () => boolean, client: Client): Promise<void> {
  await new Promise<void>((resolve) => {
    const check = () => condition() && resolve();
    client.on('advertise', check);
    client.on('advertiseServices', check);
    client.on('message', check);
    check();
  });
}

function nextMessage({ client }: Connected, subscription: number): Promise<MessageData> {
  return new Promise((resolve) => {
    client.on('message', (message) => message.subscriptionId === subscription && resolve(message));
  });
}

const bytesOf = (view: ArrayBufferView) => new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
const text = (value: string) => new TextEncoder().encode(value);
const json = (view: ArrayBufferView) => JSON.parse(new TextDecoder().decode(bytesOf(view)));

describe('bridge node, seen by the Foxglove client library', () => {
  it.each(['foxglove.websocket.v1', 'foxglove.sdk.v1'])('reads joint states over %s', async (protocol) => {
    const publisher = robot.createPublisher('sensor_msgs/msg/JointState', 'joint_states');
    const connected = await connect(protocol);
    await until(() => connected.channels.has('/stretch/joint_states'), connected.client);
    const channel = connected.channels.get('/stretch/joint_states') as Channel;
    expect(channel).toMatchObject({
      encoding: 'cdr',
      schemaName: 'sensor_msgs/msg/JointState',
      schemaEncoding: 'ros2msg',
    });
    const subscription = connected.client.subscribe(channel.id);
    const timer = robot.createTimer(10_000_000n, () =>
      publisher.publish({ name: ['joint_lift'], position: Float64Array.of(0.5) }),
    );
    const { data } = await nextMessage(connected, subscription);
    timer.cancel();
    const message = codecOf('sensor_msgs/msg/JointState').decode(bytesOf(data));
    expect(message).toMatchObject({ name: ['joint_lift'], position: Float64Array.of(0.5) });
  });

  it('gives a late second client the kept message of a latched topic', async () => {
    robot
      .createPublisher('std_msgs/msg/String', 'robot_description', qosProfiles.latched)
      .publish({ data: '<robot/>' });
    for (const connected of [await connect(), await connect()]) {
      await until(() => connected.channels.has('/stretch/robot_description'), connected.client);
      const channel = connected.channels.get('/stretch/robot_description') as Channel;
      const { data } = await nextMessage(connected, connected.client.subscribe(channel.id));
      expect(codecOf('std_msgs/msg/String').decode(bytesOf(data))).toEqual({ data: '<robot/>' });
    }
  });

  it('leaves a topic when its last client does', async () => {
    const publisher = robot.createPublisher('std_msgs/msg/String', 'words');
    const connected = await connect();
    await until(() => connected.channels.has('/stretch/words'), connected.client);
    const subscription = connected.client.subscribe((connected.channels.get('/stretch/words') as Channel).id);
    const timer = robot.createTimer(10_000_000n, () => publisher.publish({ data: 'a' }));
    await nextMessage(connected, subscription);
    timer.cancel();
    expect(publisher.subscriptionCount).toBe(1);
    connected.client.unsubscribe(subscription);
    const { promise: left, resolve } = Promise.withResolvers<void>();
    const watch = robot.createTimer(5_000_000n, () => publisher.subscriptionCount === 0 && resolve());
    await left;
    watch.cancel();
  });

  it('calls a service on its list', async () => {
    let paused: boolean | undefined;
    robot.createService('std_srvs/srv/SetBool', '/agent/pause', ({ data }) => {
      paused = data;
      return { success: true, message: 'held' };
    });
    const connected = await connect();
    await until(() => connected.services.has('/agent/pause'), connected.client);
    const service = connected.services.get('/agent/pause') as Service;
    const answered = new Promise<ArrayBufferView>((resolve) =>
      connected.client.on('serviceCallResponse', ({ data }) => resolve(data)),
    );
    const data = codecOf('std_srvs/srv/SetBool_Request').encode({ data: true });
    connected.client.sendServiceCallRequest({
      serviceId: service.id,
      callId: 7,
      encoding: 'cdr',
      data: new DataView(data.buffer, data.byteOffset, data.byteLength),
    });
    expect(codecOf('std_srvs/srv/SetBool_Response').decode(bytesOf(await answered))).toEqual({
      success: true,
      message: 'held',
    });
    expect(paused).toBe(true);
  });

  it('does not tell of the judge’s side, nor of services that are not on its list', async () => {
    robot.createPublisher('std_msgs/msg/String', '/sim/episode');
    robot.createService('std_srvs/srv/Trigger', '/sim/anything', () => ({ success: true }));
    robot.createService('std_srvs/srv/SetBool', 'runstop', () => ({ success: true }));
    robot.createService('std_srvs/srv/Trigger', '/scene/reset', () => ({ success: true }));
    const connected = await connect();
    await until(() => connected.services.has('/scene/reset'), connected.client);
    expect([...connected.services.keys()].sort()).toEqual([
      '/bridge/cancel_goal',
      '/bridge/send_goal',
      '/scene/reset',
    ]);
    expect(connected.channels.has('/sim/episode')).toBe(false);
  });

  it('publishes for a client only on topics that are on its list', async () => {
    const heard = Promise.withResolvers<string>();
    robot.createSubscription('std_msgs/msg/String', '/emg/activate', {}, ({ data }) => heard.resolve(data));
    const connected = await connect();
    const refused = new Promise<string>((resolve) =>
      connected.client.on('status', ({ message }) => resolve(message)),
    );
    const channelFor = (topic: string, schemaName: string) =>
      connected.client.advertise({ topic, encoding: 'cdr', schemaName });
    connected.client.sendMessage(
      channelFor('/emg/activate', 'std_msgs/msg/String'),
      codecOf('std_msgs/msg/String').encode({ data: 'grip' }),
    );
    channelFor('/stretch/cmd_vel', 'geometry_msgs/msg/Twist');
    expect(await heard.promise).toBe('grip');
    expect(await refused).toMatch(/\/stretch\/cmd_vel is not allowed.*publish_topics/);
  });

  it('sends a goal, tells its feedback and its result', async () => {
    robot.createActionServer('efferent_interfaces/action/ExecuteTask', '/agent/execute_task', {
      execute: async (goal) => {
        goal.publishFeedback({
          kind: 'plan',
          text: `planned ${goal.request.instruction}`,
          feasibility: Number.NaN,
        });
        goal.succeed();
        return { success: true, outcome: 'success', message: 'done', skills: 2 };
      },
    });
    const connected = await connect();
    await until(() => connected.services.has('/bridge/send_goal'), connected.client);
    const subscription = connected.client.subscribe((connected.channels.get('/bridge/goals') as Channel).id);
    const events: { event: string }[] = [];
    const ended = new Promise<void>((resolve) =>
      connected.client.on('message', ({ subscriptionId, data }) => {
        if (subscriptionId !== subscription) return;
        events.push(json(data));
        if (json(data).event === 'ended') resolve();
      }),
    );
    const goal = { action: '/agent/execute_task', goal: { instruction: 'find the apple' }, tag: 'mine' };
    const service = connected.services.get('/bridge/send_goal') as Service;
    connected.client.sendServiceCallRequest({
      serviceId: service.id,
      callId: 1,
      encoding: 'json',
      data: new DataView(text(JSON.stringify(goal)).buffer),
    });
    await ended;
    expect(events).toMatchObject([
      { event: 'accepted', tag: 'mine' },
      { event: 'feedback', feedback: { text: 'planned find the apple', feasibility: null } },
      { event: 'ended', status: 4, result: { success: true, skills: 2 } },
    ]);
  });

  it('says what is wrong with a goal for an action that is not on its list', async () => {
    const connected = await connect();
    await until(() => connected.services.has('/bridge/send_goal'), connected.client);
    const failed = new Promise<string>((resolve) =>
      connected.client.on('serviceCallFailure', ({ message }) => resolve(message)),
    );
    const service = connected.services.get('/bridge/send_goal') as Service;
    const data = text(JSON.stringify({ action: '/stretch/run_policy', goal: {} }));
    connected.client.sendServiceCallRequest({
      serviceId: service.id,
      callId: 1,
      encoding: 'json',
      data: new DataView(data.buffer, data.byteOffset, data.byteLength),
    });
    expect(await failed).toMatch(/got \/stretch\/run_policy, expected one of \/agent\/execute_task/);
  });

  it('answers malformed frames with a status and keeps the connection', async () => {
    const connected = await connect();
    const problems: string[] = [];
    const told = new Promise<void>((resolve) =>
      connected.client.on('status', ({ message }) => problems.push(message) === 4 && resolve()),
    );
    const raw = sockets[0] as WebSocket;
    raw.send('not json');
    raw.send('{"op":"fly"}');
    raw.send(Buffer.from([1, 2]));
    raw.send(Buffer.from([2, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255]));
    await told;
    expect(problems).toEqual([
      expect.stringMatching(/not JSON/),
      expect.stringMatching(/"fly" refused/),
      expect.stringMatching(/2 bytes/),
      expect.stringMatching(/4294967295/),
    ]);
    expect(raw.readyState).toBe(WebSocket.OPEN);
  });
});

describe('bridge node at its door', () => {
  it.each([
    ['a page of another origin', { Origin: 'https://evil.example' }],
    ['a page through a foreign host name', { Host: 'evil.example' }],
  ])('refuses %s', async (_name, headers) => {
    const socket = open(['foxglove.websocket.v1'], headers);
    const [error] = await once(socket, 'error');
    expect(String(error)).toMatch(/403/);
  });

  it('lets Foxglove in by its name', async () => {
    const socket = open(['foxglove.sdk.v1'], { Origin: 'https://app.foxglove.dev' });
    await once(socket, 'open');
    expect(socket.protocol).toBe('foxglove.sdk.v1');
  });

  it('serves the page with a policy that lets nothing in from elsewhere', async () => {
    const response = await fetch(`http://127.0.0.1:${port}/config.json`);
    expect(await response.json()).toEqual({ stopPort: 8766 });
    expect(response.headers.get('content-security-policy')).toMatch(
      /default-src 'none'.*frame-ancestors 'none'/,
    );
    expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(503);
    expect((await fetch(`http://127.0.0.1:${port}/`, { method: 'POST' })).status).toBe(405);
  });

  it('refuses to listen beyond this machine without a token', async () => {
    await expect(start(bridgeNode, { port: 0, host: '0.0.0.0' }, 'open_bridge')).rejects.toThrow(
      /parameter token/,
    );
  });
});
