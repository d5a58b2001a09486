import type { FieldLayout, StructLayout } from './layout.ts';

/** A typed array that a numeric array field holds. */
export type NumericArray =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | BigUint64Array
  | BigInt64Array
  | Float32Array
  | Float64Array;

interface NumericArrayConstructor {
  readonly BYTES_PER_ELEMENT: number;
  new (length: number): NumericArray;
  new (values: ArrayLike<never>): NumericArray;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): NumericArray;
}

/** Array classes by element type; `bool` and `string` arrays are plain arrays. */
export const numericArrayOf: Readonly<Record<string, NumericArrayConstructor>> = {
  byte: Uint8Array,
  char: Uint8Array,
  uint8: Uint8Array,
  int8: Int8Array,
  uint16: Uint16Array,
  int16: Int16Array,
  uint32: Uint32Array,
  int32: Int32Array,
  uint64: BigUint64Array,
  int64: BigInt64Array,
  float32: Float32Array,
  float64: Float64Array,
} as unknown as Readonly<Record<string, NumericArrayConstructor>>;

/** Inclusive ranges of the integer types up to 32 bits. */
export const integerRanges: Readonly<Record<string, readonly [number, number]>> = {
  byte: [0, 255],
  char: [0, 255],
  uint8: [0, 255],
  int8: [-128, 127],
  uint16: [0, 65_535],
  int16: [-32_768, 32_767],
  uint32: [0, 4_294_967_295],
  int32: [-2_147_483_648, 2_147_483_647],
};

/** Returns the value of a field that a sender left out. Shared between messages: receivers do not change messages. */
export function defaultOf(layout: FieldLayout): unknown {
  const { field, struct } = layout;
  const NumericArray = numericArrayOf[field.type];
  if (field.array === undefined)
    return field.defaultValue ?? (struct ? defaultStruct(struct) : zeroOf(field.type));
  if (Array.isArray(field.defaultValue)) {
    return NumericArray === undefined
      ? [...field.defaultValue]
      : new NumericArray(field.defaultValue as never[]);
  }
  const length = field.array.kind === 'fixed' ? field.array.size : 0;
  if (NumericArray !== undefined) return new NumericArray(length);
  return Array.from({ length }, () => (struct ? defaultStruct(struct) : zeroOf(field.type)));
}

function defaultStruct(layout: StructLayout): Record<string, unknown> {
  const message: Record<string, unknown> = {};
  for (const field of layout.fields) message[field.field.name] = defaultOf(field);
  return message;
}

function zeroOf(type: string): unknown {
  if (type === 'string' || type === 'wstring') return '';
  if (type === 'bool') return false;
  return type === 'int64' || type === 'uint64' ? 0n : 0;
}
