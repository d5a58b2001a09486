import { ContractError } from '@efferent/core/errors';
import { codecOf } from './codec.ts';
import type { Field } from './definition.ts';
import { interfaceRegistry } from './registry.ts';
import { numericArrayOf } from './values.ts';

/**
 * Makes a message of plain data such as parsed YAML or JSON: whole numbers become `bigint` where the field has 64 bits,
 * lists of numbers typed arrays; what is left out takes its default.
 *
 * @param typeName - a message, or a part of a service or action such as `std_srvs/srv/SetBool_Request`
 * @throws {@link ContractError} code `invalid-message`, naming type and field
 */
export function messageFromPlain(value: unknown, typeName: string): object {
  const message = structFrom(value ?? {}, typeName, '', typeName);
  return codecOf(typeName).complete(message);
}

function structFrom(value: unknown, typeName: string, path: string, root: string): object {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw wrong(root, path, `fields of ${typeName} as "name: value"`, value);
  const { fields } = interfaceRegistry.definition(typeName);
  const message: Record<string, unknown> = {};
  for (const [name, part] of Object.entries(value)) {
    const field = fields.find((each) => each.name === name);
    if (field === undefined) {
      const known = fields.map((each) => each.name).join(', ') || 'none';
      throw new ContractError({
        code: 'invalid-message',
        message: `${root}: ${typeName} has no field "${name}"; it has: ${known}`,
        fields: { type: root, field: joined(path, name) },
      });
    }
    message[name] = fieldFrom(part, field, joined(path, name), root);
  }
  return message;
}

function fieldFrom(value: unknown, field: Field, path: string, root: string): unknown {
  const { array, ...element } = field;
  if (array === undefined) return elementFrom(value, field, path, root);
  if (!Array.isArray(value)) throw wrong(root, path, 'a list', value);
  const elements = value.map((each, index) => elementFrom(each, element, `${path}[${index}]`, root));
  const NumericArray = numericArrayOf[field.type];
  if (NumericArray === undefined) return elements;
  const isRight = elements.every((each) => typeof each === 'number' || typeof each === 'bigint');
  if (!isRight) throw wrong(root, path, 'a list of numbers', value);
  const array64 = new NumericArray(elements as never[]);
  const changed = elements.findIndex((each, index) => !isKept(each, array64[index], field.type));
  if (changed >= 0) throw wrong(root, `${path}[${changed}]`, `a value of ${field.type}`, elements[changed]);
  return array64;
}

/** A typed array wraps what does not fit; floats may lose digits. */
const isKept = (given: unknown, kept: unknown, type: string): boolean =>
  type.startsWith('float') || Object.is(given, kept) || given === kept;

function elementFrom(value: unknown, field: Field, path: string, root: string): unknown {
  if (field.type.includes('/')) return structFrom(value, field.type, path, root);
  if (field.type !== 'int64' && field.type !== 'uint64') return value;
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value);
  if (typeof value === 'string' && /^-?\d+$/.test(value)) return BigInt(value);
  throw wrong(root, path, `a whole number`, value);
}

const joined = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);

function wrong(type: string, path: string, expected: string, got: unknown): ContractError {
  return new ContractError({
    code: 'invalid-message',
    message: `${type}: ${path === '' ? 'the message' : `field "${path}"`} must be ${expected}, got ${JSON.stringify(got)}`,
    fields: { type, field: path },
  });
}
