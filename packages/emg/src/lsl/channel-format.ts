/** Values of one sample: numbers, or texts of a stream of strings. */
export type LslValues = Float64Array | string[];

/** How a channel's values travel. */
export type LslChannelFormat = 'float32' | 'double64' | 'string' | 'int32' | 'int16' | 'int8' | 'int64';

/** A number on the wire. */
export interface NumericFormat {
  readonly bytes: number;
  read(view: DataView, offset: number, littleEndian: boolean): number;
  write(view: DataView, offset: number, value: number): void;
  /** First value of the test pattern before its offset; see {@link testPattern}. */
  readonly patternStart: number;
  /** Integers of the test pattern wrap here. */
  readonly patternWrap: number;
}

const never = Number.POSITIVE_INFINITY;

/** Numeric formats by name; what we write is little-endian. Integers of 64 bits are exact up to 2^53. */
export const numericFormats: Readonly<Record<Exclude<LslChannelFormat, 'string'>, NumericFormat>> = {
  float32: {
    bytes: 4,
    read: (view, offset, littleEndian) => view.getFloat32(offset, littleEndian),
    write: (view, offset, value) => view.setFloat32(offset, value, true),
    patternStart: 0,
    patternWrap: never,
  },
  double64: {
    bytes: 8,
    read: (view, offset, littleEndian) => view.getFloat64(offset, littleEndian),
    write: (view, offset, value) => view.setFloat64(offset, value, true),
    patternStart: 16_777_217,
    patternWrap: never,
  },
  int32: {
    bytes: 4,
    read: (view, offset, littleEndian) => view.getInt32(offset, littleEndian),
    write: (view, offset, value) => view.setInt32(offset, value, true),
    patternStart: 65_537,
    patternWrap: 2 ** 31 - 1,
  },
  int16: {
    bytes: 2,
    read: (view, offset, littleEndian) => view.getInt16(offset, littleEndian),
    write: (view, offset, value) => view.setInt16(offset, value, true),
    patternStart: 257,
    patternWrap: 2 ** 15 - 1,
  },
  int8: {
    bytes: 1,
    read: (view, offset) => view.getInt8(offset),
    write: (view, offset, value) => view.setInt8(offset, value),
    patternStart: 1,
    patternWrap: 2 ** 7 - 1,
  },
  int64: {
    bytes: 8,
    read: (view, offset, littleEndian) => Number(view.getBigInt64(offset, littleEndian)),
    write: (view, offset, value) => view.setBigInt64(offset, BigInt(Math.trunc(value)), true),
    patternStart: 2_147_483_649,
    patternWrap: never,
  },
};

/** Tells whether `name` is a channel format of the protocol. */
export function isChannelFormat(name: string): name is LslChannelFormat {
  return name === 'string' || name in numericFormats;
}

/** Offsets of the two test patterns that open every feed, in the order sent. */
export const testPatternOffsets = [4, 2] as const;
/** Stamp of both test patterns, s. */
export const testPatternStampS = 123_456.789;

/** Returns the values of a test pattern, by which both ends check that they mean the same bytes. */
export function testPattern(format: LslChannelFormat, channelCount: number, offset: number): LslValues {
  const signOf = (channel: number) => (channel % 2 === 0 ? 1 : -1);
  if (format === 'string') {
    return Array.from({ length: channelCount }, (_, channel) => String((channel + 10) * signOf(channel)));
  }
  const { patternStart, patternWrap } = numericFormats[format];
  return Float64Array.from({ length: channelCount }, (_, channel) => {
    const value = channel + offset + patternStart;
    return signOf(channel) * (value % patternWrap);
  });
}
