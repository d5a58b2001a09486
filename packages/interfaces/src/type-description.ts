import type { DefaultValue, Field, MessageDefinition } from './definition.ts';
import { interfaceRegistry } from './registry.ts';

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

export interface FieldType {
  readonly type_id: number;
  readonly capacity: number;
  readonly string_capacity: number;
  readonly nested_type_name: string;
}

export interface IndividualTypeDescription {
  readonly type_name: string;
  readonly fields: readonly {
    readonly name: string;
    readonly type: FieldType;
    readonly default_value: string;
  }[];
}

/** A type and all that it is made of, with the fields of type_description_interfaces/msg/TypeDescription. */
export interface TypeDescription {
  readonly type_description: IndividualTypeDescription;
  /** Sorted by name. */
  readonly referenced_type_descriptions: readonly IndividualTypeDescription[];
}

/** Where a type is written, with the fields of type_description_interfaces/msg/TypeSource. */
export interface TypeSource {
  readonly type_name: string;
  readonly encoding: 'msg' | 'srv' | 'action' | 'implicit';
  readonly raw_file_contents: string;
}

/**
 * Describes a type by its fields down to primitives.
 *
 * @param typeName - a message, a service, an action, or a message that one of them is made of
 * @throws {@link ContractError} code `unknown-type`
 */
export function typeDescription(typeName: string): TypeDescription {
  const referenced = new Map<string, IndividualTypeDescription>();
  const collect = (definition: MessageDefinition) => {
    for (const { type } of definition.fields) {
      if (!type.includes('/') || referenced.has(type)) continue;
      const nested = interfaceRegistry.definition(type);
      referenced.set(type, describe(nested));
      collect(nested);
    }
  };
  const root = interfaceRegistry.definition(typeName);
  collect(root);
  return {
    type_description: describe(root),
    referenced_type_descriptions: [...referenced]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, description]) => description),
  };
}

/** Returns the files of a type and of all that it is made of; parts of a service or an action have none of their own. */
export function typeSources(typeName: string): readonly TypeSource[] {
  const { type_description, referenced_type_descriptions } = typeDescription(typeName);
  return [type_description, ...referenced_type_descriptions].map(({ type_name }) => {
    if (!interfaceRegistry.has(type_name))
      return { type_name, encoding: 'implicit', raw_file_contents: '' } as const;
    const encoding = type_name.split('/')[1] as 'msg' | 'srv' | 'action';
    return { type_name, encoding, raw_file_contents: interfaceRegistry.text(type_name) };
  });
}

function describe(definition: MessageDefinition): IndividualTypeDescription {
  const fields = definition.fields.map((field) => ({
    name: field.name,
    type: fieldType(field),
    default_value: field.defaultValue === undefined ? '' : defaultText(field.defaultValue, field.type),
  }));
  // rosidl gives an empty message one member, because IDL has no empty structures.
  const empty = {
    name: 'structure_needs_at_least_one_member',
    type: { type_id: typeIds.uint8!, capacity: 0, string_capacity: 0, nested_type_name: '' },
    default_value: '',
  };
  return { type_name: definition.typeName, fields: fields.length > 0 ? fields : [empty] };
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

/** Writes a default as rosidl does, which is in Python's words. */
function defaultText(value: DefaultValue, type: string): string {
  if (typeof value === 'object') {
    const items = value.map((item) =>
      typeof item === 'string' ? pythonString(item) : defaultText(item, type),
    );
    return `(${items.join(', ')}${items.length === 1 ? ',' : ''})`;
  }
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'number' && type.startsWith('float') && Number.isInteger(value)) return `${value}.0`;
  return String(value);
}

function pythonString(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  return `${quote}${text.replaceAll('\\', '\\\\').replaceAll(quote, `\\${quote}`)}${quote}`;
}
