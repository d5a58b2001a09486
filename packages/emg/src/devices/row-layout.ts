/** How one sample of every channel of a device lies in its stream: signed integers side by side. */
export interface RowLayout {
  /** Values in a row: electrodes, auxiliary inputs, sensors, counter. */
  readonly valueCount: number;
  readonly valueBytes: 2 | 3;
  readonly byteOrder: ByteOrder;
  /** Which value counts rows; its lower 16 bits are taken, for some devices count in 16 of 24. */
  readonly counterAt: number;
  /** Which values are electrodes, in the order of the channels of a frame. */
  readonly electrodesAt: readonly number[];
  readonly microvoltPerBit: number;
}

export type ByteOrder = 'big' | 'little';

/** The counter starts again at this. */
export const counterModulus = 65_536;

/** Returns the bytes of one row. */
export function rowBytesOf(layout: RowLayout): number {
  return layout.valueCount * layout.valueBytes;
}

/** Reads the counter of the row that starts at `at`, in its own or, to find a mistake, in another byte order. */
export function readCounter(
  bytes: Uint8Array,
  at: number,
  layout: RowLayout,
  byteOrder: ByteOrder = layout.byteOrder,
): number {
  return readValue(bytes, at, layout.counterAt, layout.valueBytes, byteOrder) & (counterModulus - 1);
}

/** Writes the electrodes of the row that starts at `at` as microvolt. Does not allocate. */
export function readElectrodes(
  bytes: Uint8Array,
  at: number,
  layout: RowLayout,
  samplesUv: Float32Array,
  start: number,
): void {
  const { electrodesAt, valueBytes, byteOrder, microvoltPerBit } = layout;
  for (let channel = 0; channel < electrodesAt.length; channel++) {
    const value = readValue(bytes, at, electrodesAt[channel] as number, valueBytes, byteOrder);
    samplesUv[start + channel] = value * microvoltPerBit;
  }
}

/** Writes one value of the row that starts at `at`, limited to what fits, as a converter at its end does. */
export function writeValue(
  bytes: Uint8Array,
  at: number,
  index: number,
  value: number,
  layout: RowLayout,
): void {
  const { valueBytes, byteOrder } = layout;
  const limit = 2 ** (8 * valueBytes - 1);
  const limited = Math.max(-limit, Math.min(limit - 1, Math.round(value)));
  const start = at + index * valueBytes;
  for (let i = 0; i < valueBytes; i++) {
    const place = byteOrder === 'little' ? i : valueBytes - 1 - i;
    bytes[start + place] = (limited >> (8 * i)) & 0xff;
  }
}

function readValue(
  bytes: Uint8Array,
  at: number,
  index: number,
  valueBytes: 2 | 3,
  byteOrder: ByteOrder,
): number {
  const start = at + index * valueBytes;
  const [first, second] = [bytes[start] as number, bytes[start + 1] as number];
  if (valueBytes === 2) {
    const unsigned = byteOrder === 'big' ? (first << 8) | second : (second << 8) | first;
    return (unsigned << 16) >> 16;
  }
  const third = bytes[start + 2] as number;
  const unsigned =
    byteOrder === 'big' ? (first << 16) | (second << 8) | third : (third << 16) | (second << 8) | first;
  return (unsigned << 8) >> 8;
}
