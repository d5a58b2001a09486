import fc from 'fast-check';
import { expect, test } from 'vitest';
import { numericFormats } from './channel-format.ts';
import { SampleReader } from './sample-reader.ts';
import { writeSamples, writeTexts } from './sample-writer.ts';

interface Sample {
  readonly stampS: number | undefined;
  readonly values: unknown[];
}

/** Reads bytes in pieces of the given sizes, taken in turn. */
function readSplit(reader: SampleReader, bytes: Buffer, sizes: readonly number[]): Sample[] {
  const samples: Sample[] = [];
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const end = Math.min(bytes.length, at + (sizes[turn % sizes.length] as number));
    // A socket's buffer is reused.
    const piece = Buffer.from(bytes.subarray(at, end));
    reader.push(piece, (stampS, values) => samples.push({ stampS, values: [...values] }));
    piece.fill(0xee);
    at = end;
  }
  return samples;
}

const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 });
const options = { seed: 110, numRuns: 100 };

test('numbers come out as they went in, however the network splits them', () => {
  const numericFormat = fc.constantFrom(...(Object.keys(numericFormats) as (keyof typeof numericFormats)[]));
  const rows = fc.array(fc.tuple(fc.integer({ min: -128, max: 127 }), fc.integer({ min: -128, max: 127 })), {
    minLength: 1,
    maxLength: 9,
  });
  fc.assert(
    fc.property(numericFormat, rows, fc.double({ noNaN: true }), sizes, (format, values, stampS, split) => {
      const bytes = writeSamples(format, 2, values.flat(), stampS);
      expect(readSplit(new SampleReader(format, 2, true), bytes, split)).toEqual(
        values.map((row, i) => ({ stampS: i === 0 ? stampS : undefined, values: row })),
      );
    }),
    options,
  );
});

test('texts come out as they went in, however the network splits them', () => {
  const texts = fc.tuple(fc.string({ unit: 'binary' }), fc.string({ maxLength: 400, minLength: 200 }));
  fc.assert(
    fc.property(fc.array(texts, { minLength: 1, maxLength: 4 }), sizes, (rows, split) => {
      const bytes = Buffer.concat(rows.map((row, i) => writeTexts(row, i)));
      expect(readSplit(new SampleReader('string', 2, true), bytes, split)).toEqual(
        rows.map((row, i) => ({ stampS: i, values: row })),
      );
    }),
    options,
  );
});

test('a big-endian feed is read', () => {
  const bytes = Buffer.from([2, 0x40, 0x14, 0, 0, 0, 0, 0, 0, 0x01, 0x02, 0xff, 0xfe]);
  expect(readSplit(new SampleReader('int16', 2, false), bytes, [5])).toEqual([
    { stampS: 5, values: [258, -2] },
  ]);
});

test.each([
  ['a tag that is none', 'float32', Buffer.from([7])],
  ['a text length of three bytes', 'string', Buffer.from([1, 3, 0, 0, 0])],
  ['an endless text', 'string', Buffer.from([1, 4, 0xff, 0xff, 0xff, 0x7f])],
] as const)('%s is refused', (_, format, bytes) => {
  const read = () => new SampleReader(format, 1, true).push(bytes, () => expect.unreachable());
  expect(read).toThrow(expect.objectContaining({ code: 'corrupt-feed' }));
});
