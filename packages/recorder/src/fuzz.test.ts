import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EfferentError } from '@efferent/core';
import { codecOf } from '@efferent/interfaces';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openBag, recoverBag } from './bag-reader.ts';
import { BagWriter } from './bag-writer.ts';

test('a bag with anything wrong in it opens or is refused by name, and what is mended opens', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'efferent-bag-fuzz-'));
  try {
    const writer = await BagWriter.create(join(folder, 'right'), { compression: 'zstd', chunkBytes: 500 });
    await writer.addTopic('/chatter', 'std_msgs/msg/String', []);
    const data = codecOf('std_msgs/msg/String').encode({ data: 'x'.repeat(40) });
    for (let i = 0n; i < 40n; i++) writer.write('/chatter', data, i);
    await writer.close();
    const right = await readFile(join(folder, 'right/right_0.mcap'));
    const wrong = fc.tuple(
      fc.nat(2),
      fc.nat(right.length - 9),
      fc.uint8Array({ minLength: 1, maxLength: 8 }),
    );
    let opened = 0;
    for (const [i, [how, at, bytes]] of fc.sample(wrong, { numRuns: 40, seed: 20261128 }).entries()) {
      const file = join(folder, `${i}.mcap`);
      const broken = how === 0 ? right.subarray(0, at) : Buffer.from(right);
      if (how === 1) broken.set(bytes, at);
      // A length of 16 EiB.
      if (how === 2) broken.writeBigUInt64LE(0xffff_ffff_ffff_ffffn, at);
      await writeFile(file, broken);
      let isMcap = true;
      try {
        const bag = await openBag(file);
        opened++;
        try {
          for await (const { topic } of bag.messages()) expect(topic).toBe('/chatter');
        } catch (error) {
          // The index was right and a chunk is not; whoever reads is told.
          expect(error).toBeInstanceOf(Error);
        }
        await bag.close();
      } catch (error) {
        const code = EfferentError.isInstance(error) ? error.code : undefined;
        expect(['unreadable-bag', 'no-bag'], String(error)).toContain(code);
        isMcap = code !== 'no-bag';
      }
      const mended = join(folder, `${i}-mended.mcap`);
      if (!isMcap) {
        await expect(recoverBag(file, mended)).rejects.toThrow(/is no MCAP file|is empty/);
        await rm(file);
        continue;
      }
      const { messageCount } = await recoverBag(file, mended);
      const bag = await openBag(mended);
      expect(bag.summary.messageCount).toBe(messageCount);
      await bag.close();
      await Promise.all([rm(file), rm(mended)]);
    }
    expect(opened).toBeGreaterThan(5);
  } finally {
    await rm(folder, { recursive: true });
  }
});
