import { createRequire } from 'node:module';
import { join } from 'node:path';
import { codecOf } from '@efferent/interfaces';
import { repositoryFolder } from '@efferent/runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Kitchen, startKitchen } from '../support/kitchen.ts';
import { requires } from '../support/requirement.ts';

interface Channel {
  readonly id: number;
  readonly topic: string;
  readonly schemaName: string;
}

/** The part of `@foxglove/ws-protocol`'s client used here. */
interface Client {
  on(event: 'advertise', listener: (channels: Channel[]) => void): void;
  on(event: 'message', listener: (message: { subscriptionId: number; data: DataView }) => void): void;
  on(event: 'error', listener: (error: Error) => void): void;
  subscribe(channelId: number): number;
  close(): void;
}

// The bridge's own development dependencies: a client and a socket that we did not write.
const require = createRequire(join(repositoryFolder, 'packages/bridge/package.json'));
const { FoxgloveClient } = require('@foxglove/ws-protocol') as {
  FoxgloveClient: new (options: { ws: object }) => Client;
};
const { WebSocket } = require('ws') as { WebSocket: new (url: string, protocols: string[]) => object };

describe('the Foxglove client library on the running kitchen', () => {
  const isPossible = requires('dds');
  let kitchen: Kitchen;

  beforeAll(async () => {
    if (!isPossible) return;
    kitchen = await startKitchen({ seed: 22, viewer: true });
  });

  afterAll(() => kitchen?.stop());

  it.each(['foxglove.sdk.v1', 'foxglove.websocket.v1'])(
    'reads joint states and tf over %s',
    async (protocol) => {
      const client = new FoxgloveClient({
        ws: new WebSocket(kitchen.viewerUrl.replace('http', 'ws'), [protocol]),
      });
      const wanted = new Map<number, Channel>();
      const messages = await new Promise<Map<string, object>>((resolve, reject) => {
        const heard = new Map<string, object>();
        client.on('error', reject);
        client.on('advertise', (channels) => {
          for (const channel of channels) {
            if (!['/stretch/joint_states', '/tf'].includes(channel.topic)) continue;
            wanted.set(client.subscribe(channel.id), channel);
          }
        });
        client.on('message', ({ subscriptionId, data }) => {
          const channel = wanted.get(subscriptionId) as Channel;
          const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
          heard.set(channel.topic, codecOf(channel.schemaName).decode(bytes));
          if (heard.size === 2) resolve(heard);
        });
      });
      client.close();
      expect(messages.get('/stretch/joint_states')).toMatchObject({
        name: expect.arrayContaining(['joint_lift']),
      });
      expect(messages.get('/tf')).toMatchObject({
        transforms: expect.arrayContaining([expect.objectContaining({ child_frame_id: expect.any(String) })]),
      });
    },
  );
});
