import { interfaceRegistry } from '@efferent/interfaces';
import fc from 'fast-check';

/** Every kind of field that ROS 2 has, bounded, fixed and nested; `messages.idl` says the same. */
export const kindsType = 'idl_peer/msg/Kinds';

/** Constants of the type. */
export const modes = { hold: 1, run: 2 } as const;

export function registerKinds(): void {
  interfaceRegistry.register('idl_peer/msg/Part', 'uint8 first\nfloat64 value\nstring<=8 name');
  interfaceRegistry.register(
    kindsType,
    [
      `int32 MODE_HOLD=${modes.hold}`,
      `int32 MODE_RUN=${modes.run}`,
      'bool flag',
      'byte one_byte',
      'char letter',
      'int8 i8',
      'uint8 u8',
      'int16 i16',
      'uint16 u16',
      'int32 mode',
      'uint32 u32',
      'int64 i64',
      'uint64 u64',
      'float32 f32',
      'float64 f64',
      'std_msgs/Empty nothing',
      'string<=8 label',
      'string text',
      'float64[9] matrix',
      'uint8[16] uuid',
      'string[2] pair',
      'Part[2] parts',
      'float32[<=3] few',
      'string<=4[<=2] tags',
      'Part[<=2] some',
      'Part[] many',
      'int16[] shorts',
      'bool[] bits',
      'builtin_interfaces/Time stamp',
    ].join('\n'),
  );
}

const ascii = (maxLength: number) =>
  fc.array(fc.integer({ min: 0x20, max: 0x7e }), { maxLength }).map((codes) => String.fromCharCode(...codes));
const text = fc.string({ unit: 'grapheme', maxLength: 12 }).filter((each) => !each.includes('\0'));
const signed = (bits: number) => fc.integer({ min: -(2 ** (bits - 1)), max: 2 ** (bits - 1) - 1 });
const unsigned = (bits: number) => fc.integer({ min: 0, max: 2 ** bits - 1 });
const finite = fc.double({ noNaN: true });
const part = fc.record({ first: unsigned(8), value: finite, name: ascii(8) });

/** Messages of the type. */
export const arbitraryKinds = fc.record({
  flag: fc.boolean(),
  one_byte: unsigned(8),
  letter: unsigned(8),
  i8: signed(8),
  u8: unsigned(8),
  i16: signed(16),
  u16: unsigned(16),
  mode: fc.oneof(fc.constantFrom(modes.hold, modes.run), signed(32)),
  u32: unsigned(32),
  i64: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  u64: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  f32: fc.float({ noNaN: true }),
  f64: finite,
  nothing: fc.constant({}),
  label: ascii(8),
  text,
  matrix: fc.float64Array({ minLength: 9, maxLength: 9, noNaN: true }),
  uuid: fc.uint8Array({ minLength: 16, maxLength: 16 }),
  pair: fc.tuple(text, text),
  parts: fc.tuple(part, part),
  few: fc.float32Array({ maxLength: 3, noNaN: true }),
  tags: fc.array(ascii(4), { maxLength: 2 }),
  some: fc.array(part, { maxLength: 2 }),
  many: fc.array(part, { maxLength: 5 }),
  shorts: fc.int16Array({ maxLength: 7 }),
  bits: fc.array(fc.boolean(), { maxLength: 9 }),
  stamp: fc.record({ sec: signed(32), nanosec: unsigned(32) }),
});
export type Kinds = typeof arbitraryKinds extends fc.Arbitrary<infer Value> ? Value : never;

/** What the peer makes of a message, field by field; see `turn` in `echo.c`. */
export function turned(kinds: Kinds): Kinds {
  const { mode, text: first, pair, matrix, parts } = kinds;
  return {
    ...kinds,
    flag: !kinds.flag,
    one_byte: kinds.one_byte ^ 0xff,
    letter: kinds.letter ^ 0xff,
    i8: ~kinds.i8,
    u8: 0xff - kinds.u8,
    i16: ~kinds.i16,
    u16: 0xffff - kinds.u16,
    mode: mode === modes.hold ? modes.run : mode === modes.run ? modes.hold : mode,
    u32: 0xffff_ffff - kinds.u32,
    i64: -1n - kinds.i64,
    u64: 2n ** 64n - 1n - kinds.u64,
    f32: -kinds.f32,
    f64: -kinds.f64,
    label: kinds.label.replaceAll(/./g, (each) => String.fromCharCode(each.charCodeAt(0) ^ 1)),
    matrix: matrix.map((_, i) => matrix[3 * (i % 3) + Math.floor(i / 3)]!),
    uuid: kinds.uuid.toReversed(),
    text: pair[0],
    pair: [pair[1], first],
    parts: [parts[1], parts[0]],
    few: kinds.few.toReversed(),
    tags: kinds.tags.map((each) => each.split('').reverse().join('')),
    some: kinds.some.toReversed(),
    many: kinds.many.toReversed(),
    shorts: kinds.shorts.toReversed(),
    bits: kinds.bits.map((each) => !each),
    stamp: { ...kinds.stamp, sec: ~kinds.stamp.sec },
  };
}
