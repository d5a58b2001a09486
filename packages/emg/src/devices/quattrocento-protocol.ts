import { ConfigurationError } from '@efferent/core';
import { crc8 } from './crc8.ts';
import type { RowLayout } from './row-layout.ts';

/**
 * How a Quattrocento is set up: the 40 bytes that the computer sends, and what the device sends then.
 *
 * @see OT Bioelettronica, Quattrocento configuration protocol 1.7 and Read_Quattrocento.m 5.0
 */
export interface QuattrocentoSettings {
  readonly sampleRateHz: number;
  /** Sockets whose electrodes are used, e.g. `mi1` (64 electrodes) or `in3` (16), in the order of the channels. */
  readonly inputs: readonly string[];
  readonly highPassHz: number;
  readonly lowPassHz: number;
  readonly mode: QuattrocentoMode;
}

export type QuattrocentoMode = 'monopolar' | 'differential' | 'bipolar';

export const quattrocentoPort = 23_456;
export const configurationBytes = 40;
export const quattrocentoRatesHz = [512, 2048, 5120, 10_240] as const;
export const highPassesHz = [0.7, 10, 100, 200] as const;
export const lowPassesHz = [130, 500, 900, 4400] as const;
export const quattrocentoModes = ['monopolar', 'differential', 'bipolar'] as const;

/** Values in a row by the code of the number of channels; 16 auxiliary inputs and 8 accessory values are the last of them. */
const valueCounts = [120, 216, 312, 408] as const;
const accessoryCount = 8;
/** Converter of 5 V and 16 bits behind a gain of 150. */
const microvoltPerBit = (5 / 2 ** 16 / 150) * 1e6;
/** Sockets that are set up one by one: IN 1 to 8, MULTIPLE IN 1 to 4. */
const socketCount = 12;

const bit = { fixed: 0x80, on: 0x01 } as const;

/** Returns the configuration that starts the data. @throws {@link ConfigurationError} code `invalid-setting` */
export function startConfiguration(settings: QuattrocentoSettings): Uint8Array {
  const bytes = new Uint8Array(configurationBytes);
  const rateCode = quattrocentoRatesHz.indexOf(settings.sampleRateHz as 2048);
  bytes[0] = bit.fixed | (rateCode << 3) | (sizeCode(settings.inputs) << 1) | bit.on;
  const socket =
    (highPassesHz.indexOf(settings.highPassHz as 10) << 4) |
    (lowPassesHz.indexOf(settings.lowPassHz as 500) << 2) |
    quattrocentoModes.indexOf(settings.mode);
  for (let i = 0; i < socketCount; i++) bytes[5 + 3 * i] = socket;
  return signed(bytes);
}

/** Returns the configuration that ends the data. */
export function stopConfiguration(): Uint8Array {
  const bytes = new Uint8Array(configurationBytes);
  bytes[0] = bit.fixed;
  return signed(bytes);
}

/** What the device understands of a configuration. */
export interface QuattrocentoRequest {
  readonly isOn: boolean;
  readonly sampleRateHz: number;
  readonly sizeCode: number;
}

/** Reads a configuration, as the device does. @returns undefined when its checksum is wrong */
export function parseConfiguration(bytes: Uint8Array): QuattrocentoRequest | undefined {
  if (crc8(bytes.subarray(0, configurationBytes - 1)) !== bytes[configurationBytes - 1]) return undefined;
  const first = bytes[0] as number;
  return {
    isOn: (first & bit.on) !== 0,
    sampleRateHz: quattrocentoRatesHz[(first >> 3) & 0b11] as number,
    sizeCode: (first >> 1) & 0b11,
  };
}

/**
 * Returns how the device sends.
 *
 * @param inputs - see {@link QuattrocentoSettings.inputs}
 * @param code - of the number of channels; as few as the inputs need without it
 * @throws {@link ConfigurationError} code `invalid-setting` for an input that does not exist, or is named twice
 */
export function quattrocentoLayout(inputs: readonly string[], code = sizeCode(inputs)): RowLayout {
  const valueCount = valueCounts[code] as number;
  return {
    valueCount,
    valueBytes: 2,
    byteOrder: 'little',
    counterAt: valueCount - accessoryCount,
    electrodesAt: inputs.flatMap((input) => electrodesOf(input, code)),
    microvoltPerBit,
  };
}

/** Returns which of the four sizes holds all the inputs: two IN and one MULTIPLE IN more in each. */
function sizeCode(inputs: readonly string[]): number {
  const codes = inputs.map((input) => {
    const { isMultiple, number } = parseInput(input);
    return (isMultiple ? number : Math.ceil(number / 2)) - 1;
  });
  if (inputs.length === 0 || new Set(inputs).size < inputs.length)
    throw invalidInput(inputs.join(','), 'each socket once');
  return Math.max(...codes);
}

function electrodesOf(input: string, code: number): readonly number[] {
  const { isMultiple, number } = parseInput(input);
  const [first, count] = isMultiple ? [32 * (code + 1) + 64 * (number - 1), 64] : [16 * (number - 1), 16];
  return Array.from({ length: count }, (_, i) => first + i);
}

function parseInput(input: string): { readonly isMultiple: boolean; readonly number: number } {
  if (!/^(in[1-8]|mi[1-4])$/.test(input))
    throw invalidInput(input, 'in1 to in8 or mi1 to mi4, separated by commas');
  return { isMultiple: input.startsWith('mi'), number: Number(input.slice(2)) };
}

function invalidInput(got: string, expected: string): ConfigurationError {
  return new ConfigurationError({
    code: 'invalid-setting',
    message: `source quattrocento: inputs: got "${got}", expected ${expected}`,
    fields: { setting: 'inputs' },
  });
}

function signed(bytes: Uint8Array): Uint8Array {
  bytes[configurationBytes - 1] = crc8(bytes.subarray(0, configurationBytes - 1));
  return bytes;
}
