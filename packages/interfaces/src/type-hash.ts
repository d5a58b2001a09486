import { createHash } from 'node:crypto';
import type { Field, MessageDefinition } from './definition.ts';
import { type InterfaceRegistry, interfaceRegistry } from './registry.ts';

/** Type numbers of type_description_interfaces/msg/FieldType; `char` in a `.msg` file is a uint8. */
const typeIds: Readonly<Record<string, number>> = {
  int8: 2,
  uint8: 3,
  char: 3,
  int16: 4,
  uint16: 5,
  int32: 6,
  uint32: 7,
  int64: 8,
  uint64: 9,
  float32: 10,
  float64: 11,
  bool: 15,
  byte: 16,
  string: 17,
  wstring: 18,
};
const nestedTypeId = 1;
/** A bounded string is 4 above `string`, a bounded wstring 4 above `wstring`. */
const boundedStringOffset = 4;
const arrayOffsets = { fixed: 48, bounded: 96, unbounded: 144 } as const;

interface TypeDescription {
  readonly type_name: string;
  readonly fields: readonly { readonly name: string; readonly type: FieldType }[];
}

interface FieldType {
  readonly type_id: number;
  readonly capacity: number;
  readonly string_capacity: number;
  readonly nested_type_name: string;
}

const hashes = new Map<string, string>();
let hashesRevision = 0;

/**
 * Returns the RIHS01 hash by which ROS 2 tells whether two ends agree about a type.
 *
 * @param typeName - a message, or `pkg/srv/Name`, `pkg/action/Name_SendGoal`, `pkg/action/Name_FeedbackMessage`, …
 * @returns `RIHS01_` and 64 hexadecimal digits
 * @throws {@link ContractError} code `unknown-type`
 * @see https://github.com/ros-infrastructure/rep/pull/381 (REP-2016)
 */
export function typeHash(typeName: string): string {
  if (hashesRevision !== interfaceRegistry.revision) {
    hashes.clear();
    hashesRevision = interfaceRegistry.revision;
  }
  let hash = hashes.get(typeName);
  if (hash === undefined) {
    hash = `RIHS01_${createHash('sha256').update(hashedText(typeName, interfaceRegistry)).digest('hex')}`;
    hashes.set(typeName, hash);
  }
  return hash;
}

function hashedText(typeName: string, registry: InterfaceRegistry): string {
  const referenced = new Map<string, TypeDescription>();
  const collect = (definition: MessageDefinition) => {
    for (const { type } of definition.fields) {
      if (!type.includes('/') || referenced.has(type)) continue;
      const nested = registry.definition(type);
      referenced.set(type, describe(nested));
      collect(nested);
    }
  };
  const root = registry.definition(typeName);
  collect(root);
  const sorted = [...referenced].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, description]) => description);
  return pythonJson({ type_description: describe(root), referenced_type_descriptions: sorted });
}

function describe(definition: MessageDefinition): TypeDescription {
  const fields = definition.fields.map((field) => ({ name: field.name, type: fieldType(field) }));
  // rosidl gives an empty message one member, because IDL has no empty structures.
  const empty = { type_id: typeIds.uint8!, capacity: 0, string_capacity: 0, nested_type_name: '' };
  return {
    type_name: definition.typeName,
    fields: fields.length > 0 ? fields : [{ name: 'structure_needs_at_least_one_member', type: empty }],
  };
}

function fieldType(field: Field): FieldType {
  const isNested = field.type.includes('/');
  const elementId =
    (isNested ? nestedTypeId : typeIds[field.type]!) +
    (field.stringBound === undefined ? 0 : boundedStringOffset);
  return {
    type_id: elementId + (field.array === undefined ? 0 : arrayOffsets[field.array.kind]),
    capacity: field.array?.size ?? 0,
    string_capacity: field.stringBound ?? 0,
    nested_type_name: isNested ? field.type : '',
  };
}

/** Writes JSON with the spaces of Python's `json.dumps`, which the hash is defined over. */
function pythonJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([key, item]) => `${JSON.stringify(key)}: ${pythonJson(item)}`)
    .join(', ')}}`;
}
