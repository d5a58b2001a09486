import { ConfigurationError } from '@efferent/core';
import type { RowLayout } from './row-layout.ts';

/**
 * How a Sessantaquattro+ is set up: the two control bytes that the computer sends, and what the device sends then.
 *
 * @see OT Bioelettronica, Sessantaquattro+ TCP communication protocol 2.1, firmware 1.26 and later
 */
export interface SessantaquattroSettings {
  readonly sampleRateHz: number;
  /** Electrodes. */
  readonly channelCount: number;
  readonly bits: 16 | 24;
  readonly gain: number;
  readonly mode: SessantaquattroMode;
  /** The device's own high-pass filter, at a 190th of the sample rate. */
  readonly isHighPass: boolean;
}

export type SessantaquattroMode = 'monopolar' | 'differential';

export const sessantaquattroPort = 45_454;
export const sampleRatesHz = [500, 1000, 2000, 4000] as const;
export const channelCounts = [8, 16, 32, 64] as const;
export const gains = [2, 4, 6, 8] as const;

const modes: Readonly<Record<SessantaquattroMode, number>> = { monopolar: 0b000, differential: 0b010 };
/** nV a bit at 16 and at 24 bit, by gain. */
const nanovoltPerBit = {
  16: { 4: 572.2, 6: 381.5, 8: 286.1 },
  24: { 2: 286.1, 4: 143, 6: 95.4, 8: 71.5 },
} as const;
/** Two auxiliary inputs, four of the quaternion, the buffer's use, the counter. */
const accessoryCount = 8;
/** The device sends so many packets a second. */
export const packetsPerSecond = 16;

const bit = { get: 0x8000, highResolution: 0x80, highPass: 0x40, go: 0x01 } as const;

/** Returns the control bytes that start (`isGo`) or end the data; on the end the device closes the connection. */
export function controlBytes(settings: SessantaquattroSettings, isGo: boolean): Uint8Array {
  const { sampleRateHz, channelCount, bits, mode, isHighPass } = settings;
  const word =
    (codeOf(sampleRatesHz, sampleRateHz) << 13) |
    (codeOf(channelCounts, channelCount) << 11) |
    (modes[mode] << 8) |
    (bits === 24 ? bit.highResolution : 0) |
    (isHighPass ? bit.highPass : 0) |
    (gainCode(settings) << 4) |
    (isGo ? bit.go : 0);
  return Uint8Array.of(word >> 8, word & 0xff);
}

/**
 * Reads control bytes, as the device does.
 *
 * @returns undefined for those that ask for something that is no monopolar or differential recording
 */
export function parseControlBytes(
  first: number,
  second: number,
): { readonly settings: SessantaquattroSettings; readonly isGo: boolean } | undefined {
  const word = (first << 8) | second;
  const mode = (Object.keys(modes) as SessantaquattroMode[]).find(
    (name) => modes[name] === ((word >> 8) & 0b111),
  );
  if ((word & bit.get) !== 0 || mode === undefined) return undefined;
  const bits = (word & bit.highResolution) === 0 ? 16 : 24;
  const code = (word >> 4) & 0b11;
  const settings: SessantaquattroSettings = {
    sampleRateHz: sampleRatesHz[(word >> 13) & 0b11] as number,
    channelCount: channelCounts[(word >> 11) & 0b11] as number,
    bits,
    gain: bits === 16 && code === 0 ? 8 : (gains[code] as number),
    mode,
    isHighPass: (word & bit.highPass) !== 0,
  };
  return { settings, isGo: (word & bit.go) !== 0 };
}

/** Returns how the device sends with these settings. @throws {@link ConfigurationError} code `invalid-setting` */
export function sessantaquattroLayout(settings: SessantaquattroSettings): RowLayout {
  const { channelCount, bits, gain } = settings;
  const perBit = (nanovoltPerBit[bits] as Readonly<Record<number, number>>)[gain];
  if (perBit === undefined) {
    throw new ConfigurationError({
      code: 'invalid-setting',
      message: `source sessantaquattro: gain: got ${gain}, expected 4, 6 or 8 at 16 bits`,
      fields: { setting: 'gain' },
    });
  }
  const valueCount = channelCount + accessoryCount;
  return {
    valueCount,
    valueBytes: bits === 24 ? 3 : 2,
    byteOrder: 'big',
    counterAt: valueCount - 1,
    electrodesAt: Array.from({ length: channelCount }, (_, channel) => channel),
    microvoltPerBit: perBit / 1000,
  };
}

/** At 16 bits, gain 8 has the code 0 as well, the one that the maker's own programs send. */
function gainCode({ bits, gain }: SessantaquattroSettings): number {
  return bits === 16 && gain === 8 ? 0 : codeOf(gains, gain);
}

function codeOf(values: readonly number[], value: number): number {
  const code = values.indexOf(value);
  if (code >= 0) return code;
  throw new ConfigurationError({
    code: 'invalid-setting',
    message: `source sessantaquattro: got ${value}, expected one of ${values.join(', ')}`,
    fields: { value },
  });
}
