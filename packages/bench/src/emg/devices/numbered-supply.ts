import type { SampleSupply } from '@efferent/emg';

/** Smallest step of a Sessantaquattro+ with 16 bits at gain 8, µV. */
const microvoltPerBit = 0.2861;
/** Rows are numbered in two channels of 14 bits, so that no value is near the end of the range. */
const digitBits = 14;
const digits = 2 ** digitBits;

/** Rows that carry their own number, and the time at which each was measured. */
export class NumberedSupply implements SampleSupply {
  readonly channelCount = 64;
  /** `[row]`, ms of {@link performance.now}; a packet's rows are handed to the socket at once. */
  readonly sentMs: number[] = [];

  generate(samplesUv: Float32Array): void {
    const nowMs = performance.now();
    for (let at = 0; at < samplesUv.length; at += this.channelCount) {
      const row = this.sentMs.length;
      for (let channel = 0; channel < this.channelCount; channel++)
        samplesUv[at + channel] = bitsOf(row, channel) * microvoltPerBit;
      this.sentMs.push(nowMs);
    }
  }
}

/** Value of a channel in a row, in bits of the device: the row's number in two parts, and a pattern that tells shifted bytes. */
export function bitsOf(row: number, channel: number): number {
  if (channel === 0) return row % digits;
  if (channel === 1) return Math.floor(row / digits) % digits;
  return (row * 7 + channel * 131) % digits;
}

/** Returns the number of a row from its 64 values, in bits; undefined when they are not those of one row. */
export function rowOf(bits: ArrayLike<number>): number | undefined {
  const row = (bits[0] ?? -1) + digits * (bits[1] ?? -1);
  for (let channel = 0; channel < 64; channel++) {
    if (bits[channel] !== bitsOf(row, channel)) return undefined;
  }
  return row;
}

/** Returns values in bits from microvolt. */
export function bitsFromMicrovolt(samplesUv: ArrayLike<number>): readonly number[] {
  return Array.from(samplesUv, (value) => Math.round(value / microvoltPerBit));
}
