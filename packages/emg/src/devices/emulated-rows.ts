import { counterModulus, type RowLayout, rowBytesOf, writeValue } from './row-layout.ts';

/** Where an emulated device gets its potentials from; a synthetic forearm is one. */
export interface SampleSupply {
  readonly channelCount: number;
  /** Writes the next samples, `[sample, channel]`, row-major, µV. */
  generate(samplesUv: Float32Array): void;
}

/** Rows as a device sends them: electrodes that the supply has no channel for, and other inputs, measure nothing. */
export class EmulatedRows {
  readonly #layout: RowLayout;
  readonly #supply: SampleSupply;
  readonly #constants: readonly (readonly [at: number, value: number])[];
  #counter = 0;

  /** @param constants - values that stay as they are, such as a quaternion of a device that lies still */
  constructor(
    layout: RowLayout,
    supply: SampleSupply,
    constants: readonly (readonly [at: number, value: number])[] = [],
  ) {
    this.#layout = layout;
    this.#supply = supply;
    this.#constants = constants;
  }

  /** Counts from 0 again, as after a reset. */
  restart(): void {
    this.#counter = 0;
  }

  /** Passes over rows: they were measured, and nobody could be sent them. */
  skip(rowCount: number): void {
    this.#counter = (this.#counter + rowCount) % counterModulus;
  }

  /** Measures and packs the next rows. */
  next(rowCount: number): Uint8Array {
    const layout = this.#layout;
    const { channelCount } = this.#supply;
    const rowBytes = rowBytesOf(layout);
    const bytes = new Uint8Array(rowCount * rowBytes);
    const samplesUv = new Float32Array(rowCount * channelCount);
    this.#supply.generate(samplesUv);
    const measured = Math.min(channelCount, layout.electrodesAt.length);
    for (let row = 0; row < rowCount; row++) {
      const at = row * rowBytes;
      for (let channel = 0; channel < measured; channel++) {
        const potentialUv = samplesUv[row * channelCount + channel] as number;
        const index = layout.electrodesAt[channel] as number;
        writeValue(bytes, at, index, potentialUv / layout.microvoltPerBit, layout);
      }
      for (const [index, value] of this.#constants) writeValue(bytes, at, index, value, layout);
      writeValue(bytes, at, layout.counterAt, signedCounter(this.#counter, layout.valueBytes), layout);
      this.#counter = (this.#counter + 1) % counterModulus;
    }
    return bytes;
  }
}

/** The counter's bits as the signed value that has them. */
function signedCounter(counter: number, valueBytes: 2 | 3): number {
  return valueBytes === 2 ? (counter << 16) >> 16 : counter;
}
