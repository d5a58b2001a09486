import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CountedRows } from './counted-rows.ts';
import { tellingSupply } from './device-rig.ts';
import { EmulatedRows } from './emulated-rows.ts';
import { type RowLayout, rowBytesOf } from './row-layout.ts';
import { wireFaults } from './wire-faults.ts';

const layouts: Readonly<Record<string, RowLayout>> = {
  'big, 16 bits': layout(2, 'big'),
  'big, 24 bits': layout(3, 'big'),
  'little, 16 bits': layout(2, 'little'),
};
const big = layouts['big, 16 bits']!;
const rowBytes = rowBytesOf(big);

function layout(valueBytes: 2 | 3, byteOrder: 'big' | 'little'): RowLayout {
  const electrodesAt = Array.from({ length: 12 }, (_, channel) => channel);
  return { valueCount: 16, valueBytes, byteOrder, counterAt: 15, electrodesAt, microvoltPerBit: 0.2861 };
}

function read(rows: CountedRows, chunks: readonly Uint8Array[]) {
  const indices: number[] = [];
  let fault: string | undefined;
  for (const chunk of chunks) fault ??= rows.push(chunk, (_bytes, _at, index) => indices.push(index));
  return { indices, fault };
}

const range = (first: number, end: number) => Array.from({ length: end - first }, (_, i) => first + i);

test.each(Object.entries(layouts))('%s: any split of the stream gives the same rows', (_name, each) => {
  const stream = new EmulatedRows(each, tellingSupply(12)).next(400);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 700 }), { maxLength: 60 }), (sizes) => {
      const chunks: Uint8Array[] = [];
      let at = 0;
      for (const size of [...sizes, stream.length]) {
        chunks.push(stream.subarray(at, at + size));
        at = Math.min(stream.length, at + size);
      }
      const rows = new CountedRows(each, 7, 1000);
      expect(read(rows, chunks).indices).toEqual(range(7, 407));
      expect(rows).toMatchObject({ lostRows: 0, repeatedRows: 0, strayBytes: 0 });
    }),
    { numRuns: 30 },
  );
});

test('the counter goes round without a loss', () => {
  const source = new EmulatedRows(big, tellingSupply(12));
  source.skip(65_500);
  const rows = new CountedRows(big, 0, 1000);
  expect(read(rows, [source.next(200)]).indices).toEqual(range(0, 200));
  expect(rows.lostRows).toBe(0);
});

test('lost packets are jumps of the index, repeated ones are dropped', () => {
  const source = new EmulatedRows(big, tellingSupply(12));
  const packets = Array.from({ length: 6 }, () => source.next(50));
  const rows = new CountedRows(big, 0, 1000);
  const arriving = [packets[0]!, packets[2]!, packets[2]!, packets[3]!, packets[5]!];
  expect(read(rows, arriving).indices).toEqual([...range(0, 50), ...range(100, 200), ...range(250, 300)]);
  expect(rows).toMatchObject({ lostRows: 100, repeatedRows: 50, strayBytes: 0 });
});

test('a device that starts anew is a gap, and its rows are used', () => {
  const source = new EmulatedRows(big, tellingSupply(12));
  source.skip(5000);
  const before = source.next(50);
  source.restart();
  const rows = new CountedRows(big, 0, 1000);
  expect(read(rows, [before, source.next(50)]).indices).toEqual([...range(0, 50), ...range(51, 101)]);
});

test('bytes that are missing in the middle of a row cost that row, and those around it at most', () => {
  const source = new EmulatedRows(big, tellingSupply(12));
  const stream = source.next(300);
  fc.assert(
    fc.property(
      fc.integer({ min: 10 * rowBytes, max: 200 * rowBytes }),
      fc.integer({ min: 1, max: rowBytes - 1 }),
      (at, missing) => {
        const rows = new CountedRows(big, 0, 1000);
        const { indices } = read(rows, [stream.subarray(0, at), stream.subarray(at + missing)]);
        expect(indices.length).toBeGreaterThanOrEqual(297);
        expect(indices).toEqual([...new Set(indices)].sort((a, b) => a - b));
        expect(indices.at(-1)).toBe(299);
        expect(rows.lostRows).toBe(300 - indices.length);
      },
    ),
    { numRuns: 100 },
  );
});

test('a stream that begins in the middle of a row is read from the next one', () => {
  const stream = new EmulatedRows(big, tellingSupply(12)).next(40);
  const rows = new CountedRows(big, 0, 1000);
  expect(read(rows, [stream.subarray(11)]).indices).toEqual(range(0, 39));
  expect(rows.strayBytes).toBe(rowBytes - 11);
});

test('a header without an end, the wrong byte order and the wrong width are told from a device', () => {
  const source = new EmulatedRows(big, tellingSupply(12));
  const swap = wireFaults.swap();
  const endless = read(
    new CountedRows(big, 0, 100),
    Array.from({ length: 20 }, () => Buffer.alloc(20 * rowBytes, 'HTTP')),
  );
  expect(endless).toEqual({ indices: [], fault: 'no-counter' });
  expect(read(new CountedRows(big, 0, 100), swap(source.next(400)))).toEqual({
    indices: [],
    fault: 'wrong-byte-order',
  });
  const wide = new EmulatedRows(layouts['big, 24 bits']!, tellingSupply(12)).next(400);
  expect(read(new CountedRows(big, 0, 100), [wide])).toEqual({ indices: [], fault: 'no-counter' });
});
