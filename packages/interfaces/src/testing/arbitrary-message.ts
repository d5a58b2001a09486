import fc from 'fast-check';
import type { FieldLayout, StructLayout } from '../layout.ts';
import { integerRanges, numericArrayOf } from '../values.ts';

/** Makes messages of a type for tests: every field there, and right. */
export function arbitraryMessage(layout: StructLayout): fc.Arbitrary<Record<string, unknown>> {
  return fc.record(
    Object.fromEntries(layout.fields.map((field) => [field.field.name, arbitraryField(field)])),
  );
}

function arbitraryField(layout: FieldLayout): fc.Arbitrary<unknown> {
  const { array, type } = layout.field;
  const element = layout.struct
    ? arbitraryMessage(layout.struct)
    : arbitraryScalar(type, layout.field.stringBound);
  if (array === undefined) return element;
  const length =
    array.kind === 'fixed'
      ? { minLength: array.size, maxLength: array.size }
      : { maxLength: array.size || 3 };
  const NumericArray = numericArrayOf[type];
  const values = fc.array(element, length);
  return NumericArray === undefined ? values : values.map((list) => new NumericArray(list as never[]));
}

function arbitraryScalar(type: string, bound = 20): fc.Arbitrary<unknown> {
  const range = integerRanges[type];
  if (range !== undefined) return fc.integer({ min: range[0], max: range[1] });
  if (type === 'bool') return fc.boolean();
  if (type === 'int64') return fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
  if (type === 'uint64') return fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
  if (type === 'float32') return fc.float({ noNaN: true });
  if (type === 'float64') return fc.double({ noNaN: true });
  // The outside writer counts UTF-16 units where UTF-8 bytes belong, so that only ASCII can be compared.
  return fc.string({ unit: 'grapheme-ascii', maxLength: Math.min(bound, 40) });
}
