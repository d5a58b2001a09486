import { type MessageTypes, messageConstants } from '@efferent/interfaces';
import type { ParameterDescriptor, ParameterValue, Partially } from './port.ts';

type ParameterValueMessage = MessageTypes['rcl_interfaces/msg/ParameterValue'];
const types = messageConstants['rcl_interfaces/msg/ParameterType'];

/** Number of a parameter type in rcl_interfaces/msg/ParameterType. */
export type ParameterTypeCode = (typeof types)[keyof typeof types];

const typeNames: Readonly<Record<number, string>> = {
  [types.PARAMETER_BOOL]: 'a boolean',
  [types.PARAMETER_INTEGER]: 'an integer',
  [types.PARAMETER_DOUBLE]: 'a number',
  [types.PARAMETER_STRING]: 'a string',
  [types.PARAMETER_BOOL_ARRAY]: 'a list of booleans',
  [types.PARAMETER_INTEGER_ARRAY]: 'a list of integers',
  [types.PARAMETER_DOUBLE_ARRAY]: 'a list of numbers',
  [types.PARAMETER_STRING_ARRAY]: 'a list of strings',
};

/** Names a parameter type for people. */
export function parameterTypeName(type: ParameterTypeCode): string {
  return typeNames[type] ?? 'something else';
}

/** Returns the type of a value; numbers are doubles unless the descriptor says integer, an empty list is of strings. */
export function parameterTypeOf(
  value: ParameterValue,
  descriptor: Pick<ParameterDescriptor, 'integer'>,
): ParameterTypeCode {
  const isInteger = descriptor.integer === true;
  if (typeof value === 'boolean') return types.PARAMETER_BOOL;
  if (typeof value === 'number') return isInteger ? types.PARAMETER_INTEGER : types.PARAMETER_DOUBLE;
  if (typeof value === 'string') return types.PARAMETER_STRING;
  if (typeof value[0] === 'boolean') return types.PARAMETER_BOOL_ARRAY;
  if (typeof value[0] === 'number')
    return isInteger ? types.PARAMETER_INTEGER_ARRAY : types.PARAMETER_DOUBLE_ARRAY;
  return isInteger ? types.PARAMETER_INTEGER_ARRAY : types.PARAMETER_STRING_ARRAY;
}

/** Tells whether a value can be stored in a parameter of a type; whole numbers also are doubles. */
export function fitsParameterType(value: ParameterValue, type: ParameterTypeCode): boolean {
  switch (type) {
    case types.PARAMETER_BOOL:
      return typeof value === 'boolean';
    case types.PARAMETER_INTEGER:
      return Number.isInteger(value);
    case types.PARAMETER_DOUBLE:
      return typeof value === 'number';
    case types.PARAMETER_STRING:
      return typeof value === 'string';
    case types.PARAMETER_BOOL_ARRAY:
      return isListOf(value, (item) => typeof item === 'boolean');
    case types.PARAMETER_INTEGER_ARRAY:
      return isListOf(value, Number.isInteger);
    case types.PARAMETER_DOUBLE_ARRAY:
      return isListOf(value, (item) => typeof item === 'number');
    case types.PARAMETER_STRING_ARRAY:
      return isListOf(value, (item) => typeof item === 'string');
    case types.PARAMETER_NOT_SET:
    case types.PARAMETER_BYTE_ARRAY:
      return false;
  }
}

/** Writes a value as rcl_interfaces/msg/ParameterValue. */
export function parameterMessage(
  value: ParameterValue,
  type: ParameterTypeCode,
): Partially<ParameterValueMessage> {
  switch (type) {
    case types.PARAMETER_BOOL:
      return { type, bool_value: value as boolean };
    case types.PARAMETER_INTEGER:
      return { type, integer_value: BigInt(value as number) };
    case types.PARAMETER_DOUBLE:
      return { type, double_value: value as number };
    case types.PARAMETER_STRING:
      return { type, string_value: value as string };
    case types.PARAMETER_BOOL_ARRAY:
      return { type, bool_array_value: value as readonly boolean[] };
    case types.PARAMETER_INTEGER_ARRAY:
      return { type, integer_array_value: BigInt64Array.from((value as readonly number[]).map(BigInt)) };
    case types.PARAMETER_DOUBLE_ARRAY:
      return { type, double_array_value: Float64Array.from(value as readonly number[]) };
    case types.PARAMETER_STRING_ARRAY:
      return { type, string_array_value: value as readonly string[] };
    case types.PARAMETER_NOT_SET:
    case types.PARAMETER_BYTE_ARRAY:
      return { type: types.PARAMETER_NOT_SET };
  }
}

/** Reads rcl_interfaces/msg/ParameterValue; undefined for "not set" and byte arrays, which parameters here never are. */
export function parameterFromMessage(message: ParameterValueMessage): ParameterValue | undefined {
  switch (message.type) {
    case types.PARAMETER_BOOL:
      return message.bool_value;
    case types.PARAMETER_INTEGER:
      return Number(message.integer_value);
    case types.PARAMETER_DOUBLE:
      return message.double_value;
    case types.PARAMETER_STRING:
      return message.string_value;
    case types.PARAMETER_BOOL_ARRAY:
      return message.bool_array_value;
    case types.PARAMETER_INTEGER_ARRAY:
      return Array.from(message.integer_array_value, Number);
    case types.PARAMETER_DOUBLE_ARRAY:
      return Array.from(message.double_array_value);
    case types.PARAMETER_STRING_ARRAY:
      return message.string_array_value;
  }
  return undefined;
}

function isListOf(value: ParameterValue, isItem: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(isItem);
}
