import { type Field, interfaceRegistry } from '@efferent/interfaces';

/** Reads a field such as `status.results[0].value` of a message; undefined when an array is too short or a part is missing. */
export function readField(message: unknown, path: string): unknown {
  let value = message;
  for (const step of stepsOf(path)) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Readonly<Record<string | number, unknown>>)[step];
  }
  return value;
}

/**
 * Finds what a field of a type is.
 *
 * @returns the field's definition without its array when one element is named, or what is wrong in words
 * @throws {@link ContractError} code `unknown-type`
 */
export function fieldOfType(typeName: string, path: string): Field | string {
  let owner = typeName;
  let field: Field | undefined;
  for (const step of stepsOf(path)) {
    if (typeof step === 'number') {
      if (field?.array === undefined) return `${field?.name ?? owner} is no array`;
      const { array, ...element } = field;
      if (array.kind !== 'unbounded' && step >= array.size)
        return `${field.name} has at most ${array.size} elements`;
      field = element;
      owner = element.type;
      continue;
    }
    if (!owner.includes('/')) return `${owner} has no fields`;
    if (field?.array !== undefined) return `${field.name} is an array; name an element as ${field.name}[0]`;
    const { fields } = interfaceRegistry.definition(owner);
    const found = fields.find((each) => each.name === step);
    if (found === undefined)
      return `${owner} has no field "${step}"; it has: ${fields.map((each) => each.name).join(', ') || 'none'}`;
    field = found;
    owner = found.type;
  }
  return field ?? `${typeName} has no such field`;
}

function stepsOf(path: string): readonly (string | number)[] {
  return path
    .split(/[.[\]]+/)
    .filter((step) => step !== '')
    .map((step) => (/^\d+$/.test(step) ? Number(step) : step));
}
