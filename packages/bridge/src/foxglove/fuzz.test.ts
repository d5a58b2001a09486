import { once } from 'node:events';
import { immediateJobRunner } from '@efferent/core';
import { codecOf } from '@efferent/interfaces';
import { createInprocContext } from '@efferent/ros';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { bridgeNode } from '../bridge-node.ts';
import { parseClientBinary, parseClientText } from './protocol.ts';

type Frame = string | Uint8Array;
const seed = 20261128;
const channelId = 7;
const type = 'std_msgs/msg/String';
const codec = codecOf(type);

/** A message on the channel that the client has advertised. */
function publication(payload: Uint8Array): Uint8Array {
  const frame = new Uint8Array(5 + payload.length);
  frame[0] = 1;
  new DataView(frame.buffer).setUint32(1, channelId, true);
  frame.set(payload, 5);
  return frame;
}

const call = Uint8Array.from([2, 1, 0, 0, 0, 9, 0, 0, 0, 3, 0, 0, 0, 99, 100, 114, 0, 1, 0, 0, 1]);
const orders = [
  { op: 'subscribe', subscriptions: [{ id: 1, channelId: 2 }] },
  { op: 'unsubscribe', subscriptionIds: [1] },
  { op: 'fetchAsset', uri: 'package://nothing/there.stl', requestId: 3 },
  { op: 'subscribeConnectionGraph' },
].map((order) => JSON.stringify(order));

/** Frames with one thing wrong, and frames of nothing. */
function frames(): readonly Frame[] {
  const spot = fc.tuple(fc.nat(1000), fc.nat(255), fc.boolean());
  const broken = (right: Uint8Array) =>
    spot.map(([at, byte, cuts]) =>
      cuts
        ? right.slice(0, at % right.length)
        : right.map((each, i) => (i === at % right.length ? byte : each)),
    );
  const brokenText = fc
    .tuple(fc.constantFrom(...orders), spot)
    .map(([text, [at, byte, cuts]]) =>
      cuts
        ? text.slice(0, at % text.length)
        : text.replace(text[at % text.length]!, String.fromCharCode(byte)),
    );
  const random = fc.oneof(
    { weight: 3, arbitrary: fc.uint8Array({ maxLength: 60 }) },
    { weight: 1, arbitrary: fc.uint8Array({ minLength: 1, maxLength: 60 }).map(publication) },
    { weight: 1, arbitrary: fc.string({ maxLength: 60 }) },
    { weight: 1, arbitrary: fc.json({ maxDepth: 2 }) },
  );
  const right = publication(codec.encode({ data: 'open' }));
  return [
    ...fc.sample(fc.oneof(broken(right), broken(call), brokenText), { numRuns: 1000, seed }),
    ...fc.sample(random, { numRuns: 10_000, seed }),
  ];
}

/** Whether the server must answer with an error. */
function isWrong(frame: Frame): boolean {
  const parsed = typeof frame === 'string' ? parseClientText(frame) : parseClientBinary(frame);
  if ('problem' in parsed) return true;
  const { message } = parsed;
  if (message.op !== 'messageData') return false;
  if (message.channelId !== channelId) return true;
  try {
    codec.decode(message.data.slice());
    return false;
  } catch {
    return true;
  }
}

test('a client that sends rubbish is told of each piece, and the bridge goes on', async () => {
  const urls: string[] = [];
  const context = createInprocContext({
    logSink: ({ fields }) => typeof fields?.url === 'string' && urls.push(fields.url),
  });
  const robot = await context.createNode('robot', { namespace: '/stretch' });
  let heard = '';
  robot.createSubscription(type, '/emg/activate', {}, ({ data }) => {
    heard = data;
  });
  const node = await context.createNode('bridge', {
    rosArguments: {
      remaps: new Map(),
      parameters: new Map<string, number | string>([
        ['port', 0],
        ['page_folder', '/nowhere'],
      ]),
    },
  });
  const bridge = await bridgeNode.start(node, { jobs: immediateJobRunner, workspaceFolders: [] });
  const socket = new WebSocket(`ws://127.0.0.1:${new URL(urls[0]!).port}/`, ['foxglove.websocket.v1']);
  let told = 0;
  socket.on('message', (data: Buffer, isBinary) => {
    if (isBinary) return;
    const message = JSON.parse(String(data)) as { op: string; level?: number };
    if (message.op === 'status' && message.level === 2) told++;
  });
  await once(socket, 'open');
  const channels = [{ id: channelId, topic: '/emg/activate', encoding: 'cdr', schemaName: type }];
  socket.send(JSON.stringify({ op: 'advertise', channels }));
  const all = frames();
  for (const [i, frame] of all.entries()) {
    socket.send(frame);
    if (i % 200 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  socket.send(publication(codec.encode({ data: 'still there' })));
  await expect.poll(() => heard, { timeout: 15_000 }).toBe('still there');
  const wrong = all.filter(isWrong).length;
  expect(wrong).toBeGreaterThan(5000);
  await expect.poll(() => told, { timeout: 15_000 }).toBe(wrong);
  expect(socket.readyState).toBe(WebSocket.OPEN);
  socket.terminate();
  await bridge.stop();
  await context.shutdown();
});
