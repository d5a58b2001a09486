import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { mkdtemp, open, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseYaml } from '@efferent/core';
import { codecOf } from '@efferent/interfaces';
import { createInprocContext, createLockstep, qosProfiles } from '@efferent/ros';
import { parse } from '@foxglove/rosmsg';
import { MessageReader } from '@foxglove/rosmsg2-serialization';
import { McapIndexedReader } from '@mcap/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { decompressHandlers } from './bag-format.ts';
import { openBag, recoverBag } from './bag-reader.ts';
import { BagWriter } from './bag-writer.ts';
import { playBag } from './play-node.ts';
import { startRecording } from './record-node.ts';
import { schemaParts } from './schema-parts.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'efferent-bag-'));
});
afterEach(() => rm(folder, { recursive: true }));

const text = (data: string) => codecOf('std_msgs/msg/String').encode({ data });

/** Writes a bag of numbered texts, a hundredth of a second apart. */
async function writeTexts(name: string, count: number, chunkBytes = 400, pad = ''): Promise<string> {
  const bag = join(folder, name);
  const writer = await BagWriter.create(bag, { compression: 'zstd', chunkBytes });
  await writer.addTopic('/chatter', 'std_msgs/msg/String', [qosProfiles.latched]);
  for (let i = 0; i < count; i++) writer.write('/chatter', text(`${i}${pad}`), BigInt(i) * 10_000_000n);
  await writer.close();
  return bag;
}

async function textsOf(path: string): Promise<string[]> {
  const bag = await openBag(path);
  const texts: string[] = [];
  for await (const { data } of bag.messages())
    texts.push((codecOf('std_msgs/msg/String').decode(data) as { readonly data: string }).data);
  await bag.close();
  return texts;
}

describe('a bag', () => {
  test('holds messages, types and QoS so that others read them', async () => {
    const writer = await BagWriter.create(join(folder, 'drive'), { compression: 'zstd' });
    await writer.addTopic('/odom', 'nav_msgs/msg/Odometry', [qosProfiles.default]);
    const message = { header: { frame_id: 'odom' }, pose: { pose: { position: { x: 1.5 } } } };
    writer.write('/odom', codecOf('nav_msgs/msg/Odometry').encode(message), 7_000_000_000n);
    expect(await writer.close()).toMatchObject({ messageCount: 1, startNs: 7_000_000_000n });

    const bytes = readFileSync(join(folder, 'drive/drive_0.mcap'));
    const readable = {
      size: async () => BigInt(bytes.length),
      read: async (offset: bigint, size: bigint) => bytes.subarray(Number(offset), Number(offset + size)),
    };
    const reader = await McapIndexedReader.Initialize({ readable, decompressHandlers });
    expect(reader.header.profile).toBe('ros2');
    const [channel] = reader.channelsById.values();
    expect(channel?.metadata.get('topic_type_hash')).toMatch(/^RIHS01_[0-9a-f]{64}$/);
    const schema = reader.schemasById.get(channel!.schemaId)!;
    expect([schema.name, schema.encoding]).toEqual(['nav_msgs/msg/Odometry', 'ros2msg']);
    const decoder = new MessageReader(parse(new TextDecoder().decode(schema.data), { ros2: true }));
    for await (const { data } of reader.readMessages())
      expect(decoder.readMessage(data)).toMatchObject(message);

    const metadata = parseYaml(readFileSync(join(folder, 'drive/metadata.yaml'), 'utf8'), 'metadata');
    expect(metadata).toMatchObject({
      rosbag2_bagfile_information: {
        storage_identifier: 'mcap',
        message_count: 1,
        relative_file_paths: ['drive_0.mcap'],
        topics_with_message_count: [
          {
            topic_metadata: {
              name: '/odom',
              serialization_format: 'cdr',
              // A list since version 9; a text, as the channel has it, makes rosbag2 refuse the bag.
              offered_qos_profiles: [{ history: 'keep_last', depth: 10, durability: 'volatile' }],
            },
          },
        ],
      },
    });
  });

  test('is not written over another one', async () => {
    await writeTexts('twice', 1);
    await expect(BagWriter.create(join(folder, 'twice'), { compression: 'none' })).rejects.toThrow(
      /holds a bag already/,
    );
  });

  test('says what it dropped when the disk is slower than the messages', async () => {
    const writer = await BagWriter.create(join(folder, 'slow'), { compression: 'none', maxQueuedBytes: 100 });
    await writer.addTopic('/chatter', 'std_msgs/msg/String', []);
    for (let i = 0; i < 10; i++) writer.write('/chatter', text('twelve bytes'), 0n);
    const { messageCount } = await writer.close();
    expect(messageCount + writer.dropped().get('/chatter')!).toBe(10);
    expect(writer.dropped().get('/chatter')).toBeGreaterThan(0);
  });

  test('has what is older than a chunk may be on the disk, however little it is', async () => {
    const writer = await BagWriter.create(join(folder, 'alive'), { compression: 'none', chunkMs: 20 });
    await writer.addTopic('/chatter', 'std_msgs/msg/String', []);
    const recovered = async (name: string) =>
      (await recoverBag(join(folder, 'alive'), join(folder, name))).messageCount;
    writer.write('/chatter', text('one'), 1n);
    await expect.poll(() => recovered(`${performance.now()}.mcap`)).toBe(1);
    writer.write('/chatter', text('two'), 2n);
    await expect.poll(() => recovered(`${performance.now()}.mcap`)).toBe(2);
    expect((await writer.close()).messageCount).toBe(2);
    expect(await textsOf(join(folder, 'alive'))).toEqual(['one', 'two']);
  });

  test.each([
    ['junk', 'no bag at all', /junk\.mcap: is no MCAP file/],
    ['nothing', '', /nothing\.mcap: is empty/],
  ])('that is %s is refused, and no other is made of it', async (name, text, message) => {
    const path = join(folder, `${name}.mcap`);
    await writeFile(path, text);
    await expect(openBag(path)).rejects.toThrow(message);
    await expect(recoverBag(path, join(folder, 'made.mcap'))).rejects.toThrow(message);
    await expect(stat(join(folder, 'made.mcap'))).rejects.toThrow(/ENOENT/);
  });

  test('that was cut off is named with what mends it, and is mended up to its last whole chunk', async () => {
    const path = await writeTexts('cut', 200, 400, ' and some more');
    const file = join(path, 'cut_0.mcap');
    truncateSync(file, Math.floor(readFileSync(file).length / 2));
    await expect(openBag(path)).rejects.toThrow(/cut off: "npx efferent bag recover .*" mends it/);
    const mended = join(folder, 'mended.mcap');
    const { messageCount, problem } = await recoverBag(path, mended);
    expect(problem).toMatch(/unfinished chunk|bytes/);
    expect(messageCount).toBeGreaterThan(50);
    const texts = await textsOf(mended);
    expect(texts).toHaveLength(messageCount);
    expect(texts[messageCount - 1]).toBe(`${messageCount - 1} and some more`);
  });

  test('with a broken byte is mended up to it', async () => {
    const path = await writeTexts('broken', 200, 400, ' and some more');
    const file = join(path, 'broken_0.mcap');
    const bytes = readFileSync(file);
    bytes[Math.floor(bytes.length / 3)]! ^= 0xff;
    writeFileSync(file, bytes);
    const { messageCount, problem } = await recoverBag(path, join(folder, 'mended.mcap'));
    expect(problem).toBeDefined();
    expect(messageCount).toBeGreaterThan(10);
    expect(await textsOf(join(folder, 'mended.mcap'))).toHaveLength(messageCount);
  });

  test.each(['no/such', '.', 'file.txt'])('is not found at %s, which is named', async (path) => {
    await (await open(join(folder, 'file.txt'), 'w')).close();
    await expect(openBag(join(folder, path))).rejects.toThrow(join(folder, path));
  });
});

describe('recording and playing on a graph', () => {
  test('what was recorded comes again, at its times and with its QoS', async () => {
    const lockstep = createLockstep();
    const { runUntil, clock } = lockstep;
    const context = lockstep.context;
    const talker = await context.createNode('talker');
    const publisher = talker.createPublisher('std_msgs/msg/String', '/chatter', qosProfiles.latched);
    const writer = await BagWriter.create(join(folder, 'chat'), { compression: 'none' });
    const recording = startRecording(await context.createNode('recorder'), writer, {
      isWanted: (topic) => topic === '/chatter',
    });
    for (const data of ['one', 'two', 'three']) {
      await runUntil(() => false, clock.nowNs() + 300_000_000n);
      await expect.poll(() => writer.topicNames).toEqual(['/chatter']);
      publisher.publish({ data });
    }
    await runUntil(() => false, clock.nowNs() + 300_000_000n);
    recording.stop();
    expect((await writer.close()).messageCount).toBe(3);
    await lockstep.shutdown();
    expect(await textsOf(join(folder, 'chat'))).toEqual(['one', 'two', 'three']);

    const again = createInprocContext({});
    const heard: { readonly data: string; readonly atMs: number }[] = [];
    const listener = await again.createNode('listener');
    const subscription = listener.createSubscription(
      'std_msgs/msg/String',
      '/chatter',
      { qos: qosProfiles.latched },
      ({ data }) => heard.push({ data, atMs: performance.now() }),
    );
    const bag = await openBag(join(folder, 'chat'));
    const player = await again.createNode('player');
    const { signal } = new AbortController();
    expect(await playBag(player, bag, { rate: 2, signal })).toBe(3);
    expect(subscription.publisherCount).toBe(1);
    await expect.poll(() => heard.map(({ data }) => data)).toEqual(['one', 'two', 'three']);
    // 0.6 s in the bag at twice the speed: they came one after the other, not at once.
    expect(heard[2]!.atMs - heard[0]!.atMs).toBeGreaterThan(100);
    await bag.close();
    await again.shutdown();
  });
});

test("a bag's time is played on /clock, at the rate of the messages", async () => {
  const path = await writeTexts('timed', 11);
  const context = createInprocContext({});
  const listener = await context.createNode('listener');
  const clocks: number[] = [];
  const texts: [string, number][] = [];
  const clockQos = { ...qosProfiles.clock, depth: 100 };
  listener.createSubscription('rosgraph_msgs/msg/Clock', '/clock', { qos: clockQos }, ({ clock }) =>
    clocks.push(clock.sec + clock.nanosec * 1e-9),
  );
  const qos = { ...qosProfiles.latched, depth: 100 };
  listener.createSubscription('std_msgs/msg/String', '/chatter', { qos }, ({ data }) =>
    texts.push([data, clocks.at(-1)!]),
  );
  const bag = await openBag(path);
  const { signal } = new AbortController();
  await playBag(await context.createNode('player'), bag, { rate: 0.5, clockHz: 100, signal });
  await expect.poll(() => texts.length).toBe(11);
  // A tenth of a second of the bag at half the speed, told 100 times a second.
  expect(clocks.length).toBeGreaterThan(15);
  expect(clocks).toEqual(clocks.toSorted((a, b) => a - b));
  expect(clocks.at(-1)).toBeCloseTo(0.1);
  for (const [text, clock] of texts) expect(clock).toBeCloseTo(Number(text) / 100, 1);
  await bag.close();
  await context.shutdown();
});

test('a schema is taken apart into the definitions that it is made of', () => {
  const parts = schemaParts('a/msg/Outer', `b/Inner inner\n${'='.repeat(80)}\nMSG: b/Inner\nfloat64 x\n`);
  expect([...parts]).toEqual([
    ['a/msg/Outer', 'b/Inner inner'],
    ['b/msg/Inner', 'float64 x'],
  ]);
});
