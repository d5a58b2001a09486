import { ContractError } from '@efferent/core/errors';
import type { FieldLayout, StructLayout } from './layout.ts';
import { defaultOf, integerRanges, numericArrayOf } from './values.ts';

/** Checks one value and returns it with missing parts filled in; the same object when nothing was missing. */
export type Complete = (value: unknown) => unknown;

/** Signals where a value is wrong; `completeMessage` turns it into a named error with the whole path. */
class WrongValue extends Error {
  path = '';
  readonly expected: string;
  readonly got: unknown;

  constructor(expected: string, got: unknown) {
    super(expected);
    this.expected = expected;
    this.got = got;
  }

  /** Puts the name or `[index]` of what holds the wrong value before its path. */
  prepend(part: string): void {
    this.path = this.path === '' || this.path.startsWith('[') ? part + this.path : `${part}.${this.path}`;
  }
}

/**
 * Compiles the check of one message type: types, ranges and bounds are verified, missing fields take their defaults.
 *
 * @returns a function that throws {@link ContractError} code `invalid-message`, naming type and field
 */
export function compileComplete(layout: StructLayout): Complete {
  const complete = compileStruct(layout);
  return (value) => {
    try {
      return complete(value);
    } catch (thrown) {
      if (!(thrown instanceof WrongValue)) throw thrown;
      throw new ContractError({
        code: 'invalid-message',
        message: `${layout.typeName}: field "${thrown.path}" must be ${thrown.expected}, got ${describe(thrown.got)}`,
        fields: { type: layout.typeName, field: thrown.path },
      });
    }
  };
}

function compileStruct(layout: StructLayout): Complete {
  const names = layout.fields.map(({ field }) => field.name);
  const completes = layout.fields.map(compileField);
  const defaults = layout.fields.map(defaultOf);
  const count = names.length;
  const fill = (message: Record<string, unknown>, from: number): Record<string, unknown> => {
    const filled: Record<string, unknown> = {};
    for (let i = 0; i < count; i++) {
      const name = names[i]!;
      const value = message[name];
      if (value === undefined) filled[name] = defaults[i];
      else filled[name] = i < from ? value : at(name, completes[i]!, value);
    }
    return filled;
  };
  const check: Complete = (value) => {
    if (typeof value !== 'object' || value === null) throw new WrongValue(layout.typeName, value);
    const message = value as Record<string, unknown>;
    for (let i = 0; i < count; i++) {
      const name = names[i]!;
      const part = message[name];
      if (part === undefined || at(name, completes[i]!, part) !== part) return fill(message, i);
    }
    return message;
  };
  return layout.fields.every(isNumber) ? afterNumbers(layout.fields, check) : check;
}

const isFloat = ({ field }: FieldLayout): boolean => field.type === 'float32' || field.type === 'float64';

const isNumber = (layout: FieldLayout): boolean =>
  layout.field.array === undefined && (isFloat(layout) || integerRanges[layout.field.type] !== undefined);

/**
 * Passes a struct of numbers that is whole and right, and leaves all others to `check`. Points, rotations and times are
 * most of what is sent, and one loop takes them less than a call for every field.
 */
function afterNumbers(fields: readonly FieldLayout[], check: Complete): Complete {
  const names = fields.map(({ field }) => field.name);
  const isInteger = fields.map((field) => !isFloat(field));
  const least = fields.map(({ field }) => integerRanges[field.type]?.[0] ?? 0);
  const most = fields.map(({ field }) => integerRanges[field.type]?.[1] ?? 0);
  return (value) => {
    if (typeof value !== 'object' || value === null) return check(value);
    const message = value as Record<string, unknown>;
    for (let i = 0; i < names.length; i++) {
      const part = message[names[i]!];
      if (typeof part !== 'number') return check(value);
      if (isInteger[i]! && !(part >= least[i]! && part <= most[i]! && Number.isInteger(part)))
        return check(value);
    }
    return value;
  };
}

function at(name: string, complete: Complete, value: unknown): unknown {
  try {
    return complete(value);
  } catch (thrown) {
    if (thrown instanceof WrongValue) thrown.prepend(name);
    throw thrown;
  }
}

function compileField(layout: FieldLayout): Complete {
  const { field } = layout;
  const element = compileElement(layout);
  const { array } = field;
  if (array === undefined) return element;
  const lengthFits = (length: number) =>
    array.kind === 'unbounded' || (array.kind === 'fixed' ? length === array.size : length <= array.size);
  const expectedLength = `${array.kind === 'fixed' ? 'exactly' : 'at most'} ${array.size} elements`;
  const NumericArray = numericArrayOf[field.type];
  if (NumericArray !== undefined) {
    return (value) => {
      let values = value;
      if (!(value instanceof NumericArray)) {
        if (!Array.isArray(value)) throw new WrongValue(`a ${NumericArray.name}`, value);
        for (let i = 0; i < value.length; i++) at(`[${i}]`, element, value[i]);
        values = new NumericArray(value as never[]);
      }
      if (!lengthFits((values as { length: number }).length)) throw new WrongValue(expectedLength, values);
      return values;
    };
  }
  return (value) => {
    if (!Array.isArray(value)) throw new WrongValue('an array', value);
    if (!lengthFits(value.length)) throw new WrongValue(expectedLength, value);
    let result = value;
    for (let i = 0; i < value.length; i++) {
      const item = value[i];
      const completed = at(`[${i}]`, element, item);
      if (completed === item) continue;
      if (result === value) result = [...value];
      result[i] = completed;
    }
    return result;
  };
}

function compileElement({ field, struct }: FieldLayout): Complete {
  if (struct !== undefined) return compileStruct(struct);
  const { type, stringBound } = field;
  const range = integerRanges[type];
  if (range !== undefined) {
    const [least, most] = range;
    return (value) => {
      if (typeof value === 'number' && value >= least && value <= most && Number.isInteger(value))
        return value;
      throw new WrongValue(`an integer in [${least}, ${most}]`, value);
    };
  }
  if (type === 'float32' || type === 'float64') return ofType('number', 'a number');
  if (type === 'bool') return ofType('boolean', 'a boolean');
  if (type === 'int64' || type === 'uint64') {
    const fits =
      type === 'int64'
        ? (value: bigint) => BigInt.asIntN(64, value) === value
        : (value: bigint) => BigInt.asUintN(64, value) === value;
    return (value) => {
      if (typeof value === 'bigint' && fits(value)) return value;
      throw new WrongValue(`a bigint in the range of ${type}`, value);
    };
  }
  return (value) => {
    if (typeof value !== 'string') throw new WrongValue('a string', value);
    if (stringBound !== undefined && value.length > stringBound)
      throw new WrongValue(`at most ${stringBound} characters`, value);
    return value;
  };
}

function ofType(type: 'number' | 'boolean', expected: string): Complete {
  return (value) => {
    if (typeof value === type) return value;
    throw new WrongValue(expected, value);
  };
}

function describe(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 40));
  if (Array.isArray(value) || ArrayBuffer.isView(value))
    return `${(value as unknown as ArrayLike<unknown>).length} elements`;
  return typeof value === 'object' && value !== null ? 'an object' : `${String(value)} (${typeof value})`;
}
