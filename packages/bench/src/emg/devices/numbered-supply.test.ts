import { expect, test } from 'vitest';
import { bitsFromMicrovolt, bitsOf, NumberedSupply, rowOf } from './numbered-supply.ts';
import { bytesOfPickledList } from './pickled-list.ts';

test('a row tells its number, also after many, and a shifted one is none', () => {
  for (const row of [0, 1, 16_383, 16_384, 3_599_999]) {
    const bits = Array.from({ length: 64 }, (_, channel) => bitsOf(row, channel));
    expect(rowOf(bits)).toBe(row);
    expect(rowOf([...bits.slice(1), 0])).toBeUndefined();
    expect(rowOf(bits.slice(0, 63))).toBeUndefined();
  }
});

test('what the supply measures is the number of the row', () => {
  const supply = new NumberedSupply();
  const samplesUv = new Float32Array(3 * 64);
  supply.generate(samplesUv);
  expect(rowOf(bitsFromMicrovolt(samplesUv.subarray(128)))).toBe(2);
  expect(supply.sentMs.length).toBe(3);
});

test('reads a list of bytes as Python 3 pickles it', () => {
  // python3 -c "import pickle; print(pickle.dumps([0, 75, 255]).hex())"
  const pickled = Buffer.from('8004950b000000000000005d9428 4b00 4b4b 4bff 652e'.replaceAll(' ', ''), 'hex');
  expect([...bytesOfPickledList(pickled)]).toEqual([0, 75, 255]);
  expect(() => bytesOfPickledList(Buffer.from('hello'))).toThrow('no pickled list of bytes');
});
