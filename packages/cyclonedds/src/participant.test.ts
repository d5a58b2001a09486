import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { cycloneDdsProblem } from './binding.ts';
import { cycloneConfiguration } from './configuration.ts';
import { CycloneParticipant, type EndpointOptions } from './participant.ts';

const problem = cycloneDdsProblem();
const skipReason = problem === undefined ? '' : ` (skipped: ${problem})`;
const domainId = Number(process.env.ROS_DOMAIN_ID);

const chatter: EndpointOptions = {
  topic: 'rt/chatter',
  type: 'std_msgs::msg::dds_::String_',
  reliable: true,
  transientLocal: false,
  keepAll: true,
  depth: 1,
  userData: 'typehash=RIHS01_test;',
};

/** CDR of a string of `length` characters. */
function cdrString(length: number): Uint8Array {
  const bytes = new Uint8Array(4 + 4 + length + 1).fill(65);
  bytes.set([0, 1, 0, 0]);
  new DataView(bytes.buffer).setUint32(4, length + 1, true);
  bytes[bytes.length - 1] = 0;
  return bytes;
}

describe.skipIf(problem !== undefined)(`CycloneParticipant${skipReason}`, () => {
  const participants: CycloneParticipant[] = [];
  const join = () => {
    const participant = new CycloneParticipant(domainId, cycloneConfiguration({}), 'enclave=/;');
    participant.holdProcess(true);
    participants.push(participant);
    return participant;
  };
  afterEach(() => {
    for (const participant of participants.splice(0)) participant.close();
  });

  it('lets the process end once it is closed', async () => {
    const program = `
      const { CycloneParticipant, cycloneConfiguration } = await import(${JSON.stringify(import.meta.resolve('./index.ts'))});
      const participant = new CycloneParticipant(${domainId}, cycloneConfiguration({}), 'enclave=/;');
      participant.holdProcess(true);
      participant.watchGraph(() => undefined);
      participant.close();
    `;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', program], { timeout: 15_000 });
    const [code, signal] = await once(child, 'exit');
    expect({ code, signal }).toEqual({ code: 0, signal: null });
  });

  it('delivers samples of any length unchanged and in order, small and fragmented ones', async () => {
    const lengths = [0, 1, 2, 3, 4, 5, 4087, 4088, 4089, 70_000, 1_000_000];
    const received: Uint8Array[] = [];
    const done = Promise.withResolvers<void>();
    const participant = join();
    participant.createReader(chatter, (bytes) => {
      received.push(bytes);
      if (received.length === lengths.length) done.resolve();
    });
    const writer = participant.createWriter(chatter);
    for (const length of lengths) expect(writer.write(cdrString(length))).toBe(true);
    await done.promise;
    for (const [i, length] of lengths.entries()) {
      const sent = cdrString(length);
      expect(Buffer.compare(received[i]?.subarray(0, sent.length) as Uint8Array, sent)).toBe(0);
    }
  });

  it('drains more samples than one turn takes', async () => {
    const count = 2000;
    let received = 0;
    const done = Promise.withResolvers<void>();
    const participant = join();
    participant.createReader(chatter, () => {
      received++;
      if (received === count) done.resolve();
    });
    const writer = participant.createWriter(chatter);
    for (let i = 0; i < count; i++) expect(writer.write(cdrString(10))).toBe(true);
    await done.promise;
    expect(received).toBe(count);
  });

  it('sends a held sample once, as it was when it was held', async () => {
    const received = Promise.withResolvers<Uint8Array>();
    const participant = join();
    participant.createReader(chatter, received.resolve);
    const writer = participant.createWriter(chatter);
    const bytes = cdrString(100_000);
    const held = writer.hold(bytes);
    bytes.fill(0);
    expect(writer.write(held)).toBe(true);
    expect(() => writer.write(held)).toThrow(/sent before/);
    expect(Buffer.compare((await received.promise).subarray(0, bytes.length), cdrString(100_000))).toBe(0);
  });

  it('gives the memory of large samples back before it is much, and leaves what is kept as it is', async () => {
    const megabyte = 2 ** 20;
    let onSample: (bytes: Uint8Array) => void = () => undefined;
    const participant = join();
    participant.createReader(chatter, (bytes) => onSample(bytes));
    const writer = participant.createWriter(chatter);
    const kept: Uint8Array[] = [];
    let mostBytes = 0;
    for (let i = 0; i < 300; i++) {
      const received = Promise.withResolvers<Uint8Array>();
      onSample = received.resolve;
      const sample = cdrString(megabyte);
      sample[100] = i % 250;
      writer.write(sample);
      const bytes = await received.promise;
      if (i % 30 === 0) kept.push(bytes);
      mostBytes = Math.max(mostBytes, process.memoryUsage().arrayBuffers);
      await new Promise(setImmediate);
    }
    expect(kept.map((bytes) => bytes[100])).toEqual([0, 30, 60, 90, 120, 150, 180, 210, 240, 20]);
    expect(mostBytes).toBeLessThan(200 * megabyte);
  });

  it('names the writer of a sample as the writer names itself to this process', async () => {
    const seen = Promise.withResolvers<bigint>();
    const participant = join();
    const reader = participant.createReader(chatter, (_bytes, writer) => seen.resolve(writer), true);
    const writer = participant.createWriter(chatter);
    writer.write(cdrString(3));
    const handle = await seen.promise;
    const peer = reader.matchedPublications().find((publication) => publication.handle === handle);
    expect(peer?.userData).toBe(chatter.userData);
    expect(peer?.guid).toEqual(writer.guid);
  });

  it('shows endpoints that come and go in the graph', async () => {
    const participant = join();
    const appeared = Promise.withResolvers<void>();
    const left = Promise.withResolvers<void>();
    let wasThere = false;
    participant.watchGraph(() => {
      const there = participant.discovered('publications').some(({ topic }) => topic === 'rt/chatter');
      if (there) appeared.resolve();
      if (wasThere && !there) left.resolve();
      wasThere = there;
    });
    const writer = participant.createWriter(chatter);
    await appeared.promise;
    writer.delete();
    await left.promise;
    expect(participant.discovered('publications').some(({ topic }) => topic === 'rt/chatter')).toBe(false);
  });

  it('refuses to write to a deleted writer', () => {
    const writer = join().createWriter(chatter);
    writer.delete();
    expect(() => writer.write(cdrString(1))).toThrow(/already deleted/i);
  });

  it('refuses what is not CDR bytes', () => {
    const writer = join().createWriter(chatter);
    expect(() => writer.write(new Uint8Array(3))).toThrow(/at least 4 bytes/);
    expect(() => writer.write('text' as unknown as Uint8Array)).toThrow(TypeError);
  });
});
