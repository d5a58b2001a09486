import { expect, test } from 'vitest';
import { crc8 } from './crc8.ts';
import {
  parseConfiguration,
  type QuattrocentoSettings,
  quattrocentoLayout,
  startConfiguration,
  stopConfiguration,
} from './quattrocento-protocol.ts';

const usual: QuattrocentoSettings = {
  sampleRateHz: 2048,
  inputs: ['mi4'],
  highPassHz: 10,
  lowPassHz: 500,
  mode: 'monopolar',
};
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

test('the checksum is that of Dallas/Maxim', () => {
  expect(crc8(Buffer.from('123456789'))).toBe(0xa1);
});

// By the maker's protocol 1.7: 2048 Hz, 10 to 500 Hz, monopolar.
test.each([
  ['mi4', '8f', '57'],
  ['mi2', '8b', '6a'],
  ['mi1', '89', 'f8'],
])('%s: the start configuration is the documented one', (input, first, crc) => {
  expect(hex(startConfiguration({ ...usual, inputs: [input] }))).toBe(
    `${first}0000${'000014'.repeat(12)}${crc}`,
  );
});

test('the stop configuration is the documented one', () => {
  expect(hex(stopConfiguration())).toBe(`80${'00'.repeat(38)}ef`);
});

test('a configuration with any bit turned is refused', () => {
  const good = startConfiguration(usual);
  expect(parseConfiguration(good)).toEqual({ isOn: true, sampleRateHz: 2048, sizeCode: 3 });
  for (let at = 0; at < good.length * 8; at++) {
    const bad = good.slice();
    bad[at >> 3]! ^= 1 << (at & 7);
    expect(parseConfiguration(bad)).toBeUndefined();
  }
});

test.each([
  [['mi1'], 120, 32, 112],
  [['mi2'], 216, 64 + 64, 208],
  [['mi3'], 312, 96 + 128, 304],
  [['mi4'], 408, 128 + 192, 400],
  [['in1'], 120, 0, 112],
  [['in8'], 408, 112, 400],
])('%s lies where the device puts it', (inputs, valueCount, first, counterAt) => {
  const layout = quattrocentoLayout(inputs);
  expect(layout).toMatchObject({ valueCount, counterAt, byteOrder: 'little' });
  expect(layout.electrodesAt[0]).toBe(first);
  expect(layout.microvoltPerBit).toBeCloseTo(0.5086, 4);
});

test('several inputs are the channels one after the other', () => {
  const { electrodesAt } = quattrocentoLayout(['mi2', 'in1']);
  expect(electrodesAt).toHaveLength(80);
  expect([electrodesAt[0], electrodesAt[64]]).toEqual([128, 0]);
});

test.each([['mi5'], ['in0'], ['multiple in 1'], ['']])('the input "%s" is refused', (input) => {
  expect(() => quattrocentoLayout([input])).toThrow(/inputs: got ".*", expected in1 to in8 or mi1 to mi4/);
});

test('an input that is named twice is refused', () => {
  expect(() => quattrocentoLayout(['in1', 'in1'])).toThrow(/expected each socket once/);
});
