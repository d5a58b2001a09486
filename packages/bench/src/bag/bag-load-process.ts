import { once } from 'node:events';
import { createContext } from '@efferent/ros';
import { bagLoad, bagLoadQos, bagLoadType, bytesAround } from './bag-load.ts';

/**
 * Sends the load of the bag suite for as many seconds as its argument says, once every topic is listened to, and prints how
 * many messages of each it sent.
 */

const durationMs = Number(process.argv[2]) * 1000;
const context = await createContext({ middleware: 'cyclonedds' });
const node = await context.createNode('load', { namespace: '/bench' });
const sources = bagLoad.map(({ topic, bytes, rateHz }) => ({
  publisher: node.createPublisher(bagLoadType, topic, bagLoadQos),
  message: {
    layout: { dim: [], data_offset: 0 },
    // Pictures hardly compress.
    data: new Uint8Array(bytes - bytesAround).map((_, i) => Math.imul(i, 2654435761) >>> 24),
  },
  rateHz,
  sent: 0,
}));
process.stdout.write('ready\n');
while (!sources.every(({ publisher }) => publisher.subscriptionCount > 0)) await node.sleep(10);
await node.sleep(500);

const startMs = performance.now();
let elapsedMs = 0;
while (elapsedMs < durationMs) {
  elapsedMs = Math.min(performance.now() - startMs, durationMs);
  for (const source of sources)
    for (; source.sent < Math.floor((elapsedMs / 1000) * source.rateHz); source.sent++) {
      new DataView(source.message.data.buffer).setUint32(0, source.sent);
      source.publisher.publish(source.message);
    }
  await node.sleep(1);
}
process.stdout.write(`${JSON.stringify(sources.map(({ sent }) => sent))}\n`);
// What a full history or the pacer still holds back leaves until the suite has seen all of it arrive.
process.stdin.resume();
await once(process.stdin, 'end');
await context.shutdown();
