import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  channelCounts,
  controlBytes,
  gains,
  parseControlBytes,
  type SessantaquattroSettings,
  sampleRatesHz,
  sessantaquattroLayout,
} from './sessantaquattro-protocol.ts';

const usual: SessantaquattroSettings = {
  sampleRateHz: 2000,
  channelCount: 64,
  bits: 16,
  gain: 8,
  mode: 'monopolar',
  isHighPass: true,
};

// By the maker's protocol 2.1: 64 electrodes, monopolar, 2 kHz, 16 bits.
test.each([
  ['starts with the high-pass filter', usual, true, '5841'],
  ['stops', usual, false, '5840'],
  ['starts without the high-pass filter', { ...usual, isHighPass: false }, true, '5801'],
  ['starts 24 bits at gain 2', { ...usual, bits: 24, gain: 2 }, true, '58c1'],
  [
    'starts 32 differential electrodes at 4 kHz',
    { ...usual, sampleRateHz: 4000, channelCount: 32, mode: 'differential' },
    true,
    '7241',
  ],
] as const)('%s', (_name, settings, isGo, bytes) => {
  expect(Buffer.from(controlBytes(settings, isGo)).toString('hex')).toBe(bytes);
});

test('what is sent is what is understood', () => {
  const settings = fc
    .record({
      sampleRateHz: fc.constantFrom(...sampleRatesHz),
      channelCount: fc.constantFrom(...channelCounts),
      bits: fc.constantFrom(16 as const, 24 as const),
      gain: fc.constantFrom(...gains),
      mode: fc.constantFrom('monopolar' as const, 'differential' as const),
      isHighPass: fc.boolean(),
    })
    .filter(({ bits, gain }) => bits === 24 || gain !== 2);
  fc.assert(
    fc.property(settings, fc.boolean(), (given, isGo) => {
      const [first, second] = controlBytes(given, isGo);
      expect(parseControlBytes(first!, second!)).toEqual({ settings: given, isGo });
    }),
  );
});

test('requests and modes that are not emulated are not misunderstood', () => {
  expect(parseControlBytes(0x80, 0)).toBeUndefined();
  expect(parseControlBytes(0x5f, 0x41)).toBeUndefined();
});

test('64 electrodes come with two inputs, a quaternion, the buffer and the counter: 72 values', () => {
  expect(sessantaquattroLayout(usual)).toMatchObject({
    valueCount: 72,
    valueBytes: 2,
    byteOrder: 'big',
    counterAt: 71,
    microvoltPerBit: 0.2861,
  });
  expect(sessantaquattroLayout({ ...usual, channelCount: 8, bits: 24, gain: 8 })).toMatchObject({
    valueCount: 16,
    valueBytes: 3,
    microvoltPerBit: 0.0715,
  });
});

test('gain 2 exists at 24 bits only', () => {
  expect(() => sessantaquattroLayout({ ...usual, gain: 2 })).toThrow(
    /gain: got 2, expected 4, 6 or 8 at 16 bits/,
  );
});
