import { ContractError } from '@efferent/core/errors';
import { type Field, primitiveTypes } from './definition.ts';
import type { InterfaceRegistry } from './registry.ts';

/** A message type with its nested types resolved. */
export interface StructLayout {
  readonly typeName: string;
  readonly fields: readonly FieldLayout[];
  /** Fewest bytes that any value takes on the wire; bounds what a length prefix may promise. */
  readonly minBytes: number;
}

export interface FieldLayout {
  readonly field: Field;
  /** Set when the field's type is a message. */
  readonly struct: StructLayout | undefined;
}

/** Bytes that one value takes on the wire, of a string its length alone. */
export const scalarBytes: Readonly<Record<string, number>> = {
  bool: 1,
  byte: 1,
  char: 1,
  int8: 1,
  uint8: 1,
  int16: 2,
  uint16: 2,
  int32: 4,
  uint32: 4,
  int64: 8,
  uint64: 8,
  float32: 4,
  float64: 8,
  string: 4,
  wstring: 4,
};

/** Returns the fewest bytes one element of a field's type takes, without padding. */
export function elementBytes({ field, struct }: FieldLayout): number {
  return struct?.minBytes ?? scalarBytes[field.type]!;
}

/**
 * Resolves a type and everything inside it.
 *
 * @throws {@link ContractError} code `unknown-type`, or `unsupported-type` for types that hold themselves
 */
export function resolveLayout(
  typeName: string,
  registry: InterfaceRegistry,
  outer: readonly string[] = [],
): StructLayout {
  if (outer.includes(typeName)) throw unsupported(typeName, 'holds itself');
  const path = [...outer, typeName];
  const fields = registry.definition(typeName).fields.map((field): FieldLayout => {
    const struct = primitiveTypes.has(field.type) ? undefined : resolveLayout(field.type, registry, path);
    return { field, struct };
  });
  const minBytes = fields.reduce((sum, layout) => sum + minFieldBytes(layout), 0);
  return { typeName, fields, minBytes: Math.max(1, minBytes) };
}

function minFieldBytes(layout: FieldLayout): number {
  const { array } = layout.field;
  if (array === undefined) return elementBytes(layout);
  return array.kind === 'fixed' ? array.size * elementBytes(layout) : 4;
}

function unsupported(typeName: string, reason: string): ContractError {
  return new ContractError({
    code: 'unsupported-type',
    message: `${typeName} cannot be used: ${reason}`,
    fields: { type: typeName },
  });
}
