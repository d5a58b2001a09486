import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { connectionGraphUpdate, emptyConnectionGraph } from './connection-graph.ts';
import { FoxgloveServer, type ServerHandlers } from './foxglove-server.ts';
import type { OutgoingSocket } from './outgoing-queue.ts';
import {
  assetFrame,
  type Channel,
  messageDataFrame,
  parseClientBinary,
  parseClientText,
  serviceResponseFrame,
} from './protocol.ts';

const channel: Channel = {
  id: 1,
  topic: '/words',
  encoding: 'cdr',
  schemaName: 'std_msgs/msg/String',
  schema: 'string data',
  schemaEncoding: 'ros2msg',
};

function recordingSocket(): OutgoingSocket & { readonly sent: (string | Uint8Array)[] } {
  const sent: (string | Uint8Array)[] = [];
  return {
    bufferedBytes: 0,
    isBehind: false,
    sent,
    sendText: (text) => sent.push(text),
    sendBinary: (frame) => sent.push(frame),
    close: () => undefined,
  };
}

function recordingHandlers(wanted: string[]): ServerHandlers {
  return {
    onChannelWanted: ({ topic }) => wanted.push(`+${topic}`),
    onChannelUnwanted: ({ topic }) => wanted.push(`-${topic}`),
    latchedMessages: () => [{ logTimeNs: 5n, payload: Uint8Array.of(7) }],
    onClientAdvertise: () => undefined,
    onClientPublish: () => undefined,
    onServiceCall: async () => new Uint8Array(0),
    onFetchAsset: async (uri) => {
      throw new Error(`no ${uri}`);
    },
  };
}

describe('frames of clients', () => {
  it('reads any bytes as a message or a problem, and never throws', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        const parsed = parseClientBinary(bytes);
        expect('message' in parsed || parsed.problem.length > 0).toBe(true);
      }),
    );
  });

  it('reads any text as a message or a problem, and never throws', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        const parsed = parseClientText(text);
        expect('message' in parsed || parsed.problem.length > 0).toBe(true);
      }),
    );
  });
});

describe('frames of the server', () => {
  it('lays out a message as opcode, subscription, time and payload, little-endian', () => {
    expect([...messageDataFrame(258, 3n, Uint8Array.of(9))]).toEqual([
      1, 2, 1, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 9,
    ]);
  });

  it('lays out a service response as opcode, service, call, encoding and payload', () => {
    const frame = serviceResponseFrame(1, 2, 'cdr', Uint8Array.of(8));
    expect([...frame]).toEqual([3, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 99, 100, 114, 8]);
  });

  it('lays out an asset, or why there is none', () => {
    expect([...assetFrame(1, { data: Uint8Array.of(8) })]).toEqual([4, 1, 0, 0, 0, 0, 0, 0, 0, 0, 8]);
    expect([...assetFrame(1, { problem: 'x' })]).toEqual([4, 1, 0, 0, 0, 1, 1, 0, 0, 0, 120]);
  });
});

describe('FoxgloveServer', () => {
  const subscribe = (id: number) =>
    JSON.stringify({ op: 'subscribe', subscriptions: [{ id, channelId: 1 }] });
  const identity = { name: 'test', sessionId: '1', simulatedTime: false };

  it('asks for a topic when the first client wants it and leaves it after the last, also when clients just vanish', () => {
    const wanted: string[] = [];
    const server = new FoxgloveServer(identity, recordingHandlers(wanted));
    server.addChannels([channel]);
    const [first, second] = [server.connect('a', recordingSocket()), server.connect('b', recordingSocket())];
    server.onText(first, subscribe(10));
    server.onText(second, subscribe(11));
    server.onText(first, JSON.stringify({ op: 'unsubscribe', subscriptionIds: [10] }));
    expect(wanted).toEqual(['+/words']);
    server.disconnect(second);
    expect(wanted).toEqual(['+/words', '-/words']);
  });

  it('replays kept messages to a client that comes late, under its own subscription', () => {
    const server = new FoxgloveServer(identity, recordingHandlers([]));
    server.addChannels([channel]);
    server.onText(server.connect('a', recordingSocket()), subscribe(10));
    const late = recordingSocket();
    server.onText(server.connect('b', late), subscribe(11));
    expect(late.sent.filter((frame) => typeof frame !== 'string')).toEqual([
      messageDataFrame(11, 5n, Uint8Array.of(7)),
    ]);
  });

  it('lets go of subscriptions when a channel disappears', () => {
    const wanted: string[] = [];
    const server = new FoxgloveServer(identity, recordingHandlers(wanted));
    server.addChannels([channel]);
    const socket = recordingSocket();
    server.onText(server.connect('a', socket), subscribe(10));
    server.removeChannels([1]);
    const before = socket.sent.length;
    server.publish(1, 0n, Uint8Array.of(1), true);
    expect(socket.sent.length).toBe(before);
    expect(wanted).toEqual(['+/words', '-/words']);
  });

  it('refuses a second subscription to the same channel with a warning', () => {
    const server = new FoxgloveServer(identity, recordingHandlers([]));
    server.addChannels([channel]);
    const socket = recordingSocket();
    const session = server.connect('a', socket);
    server.onText(session, subscribe(10));
    server.onText(session, subscribe(11));
    expect(String(socket.sent.at(-1))).toMatch(/"level":1.*already subscribed/);
  });
});

describe('connectionGraphUpdate', () => {
  const graph = (published: [string, string[]][]) => ({
    ...emptyConnectionGraph,
    publishedTopics: new Map(published),
  });

  it('tells only what changed, and what is gone', () => {
    const before = graph([
      ['/a', ['/n']],
      ['/b', ['/n']],
    ]);
    const after = graph([
      ['/a', ['/n']],
      ['/c', ['/m']],
    ]);
    expect(connectionGraphUpdate(before, after)).toMatchObject({
      publishedTopics: [
        { name: '/c', publisherIds: ['/m'] },
        { name: '/b', publisherIds: [] },
      ],
      removedTopics: ['/b'],
    });
  });

  it('says nothing when nothing changed', () => {
    expect(connectionGraphUpdate(graph([['/a', ['/n']]]), graph([['/a', ['/n']]]))).toBeUndefined();
  });
});
