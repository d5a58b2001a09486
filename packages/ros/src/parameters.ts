import { ConfigurationError } from '@efferent/core';
import {
  fitsParameterType,
  type ParameterTypeCode,
  parameterTypeName,
  parameterTypeOf,
} from './parameter-values.ts';
import type { ParameterDescriptor, ParameterValue } from './port.ts';

export interface DeclaredParameter {
  readonly name: string;
  readonly type: ParameterTypeCode;
  readonly descriptor: ParameterDescriptor;
  readonly value: ParameterValue;
}

/** A value from outside for a parameter that may be declared, and where it was said. */
export interface ParameterOverride {
  readonly value: ParameterValue;
  /** File and line, or `-p`. */
  readonly source: string;
}

type SetCallback = (changes: ReadonlyMap<string, ParameterValue>) => string | undefined;

/** The declared parameters of one node. */
export class ParameterStore {
  readonly #node: string;
  readonly #declared = new Map<string, DeclaredParameter>();
  readonly #overrides: ReadonlyMap<string, ParameterOverride>;
  readonly #callbacks: SetCallback[] = [];
  readonly #onChange: (parameters: readonly DeclaredParameter[], isNew: boolean) => void;

  constructor(
    node: string,
    overrides: ReadonlyMap<string, ParameterOverride>,
    onChange: (parameters: readonly DeclaredParameter[], isNew: boolean) => void,
  ) {
    this.#node = node;
    this.#overrides = overrides;
    this.#onChange = onChange;
  }

  /** @throws {@link ConfigurationError} naming the parameter and where its value came from */
  declare(name: string, defaultValue: ParameterValue, descriptor: ParameterDescriptor): ParameterValue {
    if (this.#declared.has(name)) {
      throw new ConfigurationError({
        code: 'parameter-declared-twice',
        message: `${this.#node}: parameter "${name}" is declared twice`,
        fields: { node: this.#node, parameter: name },
      });
    }
    const override = this.#overrides.get(name);
    const value = override?.value ?? defaultValue;
    const isEmptyList = Array.isArray(defaultValue) && defaultValue.length === 0;
    const type = parameterTypeOf(isEmptyList && Array.isArray(value) ? value : defaultValue, descriptor);
    const parameter: DeclaredParameter = { name, type, descriptor, value };
    const problem = problemWith(parameter, value);
    if (problem !== undefined) {
      throw new ConfigurationError({
        code: 'invalid-parameter',
        message: `${override?.source ?? 'default'}: ${this.#node}: parameter "${name}" ${problem}`,
        fields: { node: this.#node, parameter: name, value, source: override?.source },
      });
    }
    this.#declared.set(name, parameter);
    this.#onChange([parameter], true);
    return value;
  }

  get(name: string): DeclaredParameter | undefined {
    return this.#declared.get(name);
  }

  names(): readonly string[] {
    return [...this.#declared.keys()];
  }

  addSetCallback(callback: SetCallback): void {
    this.#callbacks.push(callback);
  }

  /** Sets all of `changes` or none. @returns why not, or undefined */
  set(changes: ReadonlyMap<string, ParameterValue>): string | undefined {
    for (const [name, value] of changes) {
      const parameter = this.#declared.get(name);
      if (parameter === undefined) return `parameter "${name}" is not declared`;
      if (parameter.descriptor.readOnly === true) return `parameter "${name}" is read-only`;
      const problem = problemWith(parameter, value);
      if (problem !== undefined) return `parameter "${name}" ${problem}`;
    }
    for (const callback of this.#callbacks) {
      const refusal = callback(changes);
      if (refusal !== undefined) return refusal;
    }
    const changed: DeclaredParameter[] = [];
    for (const [name, value] of changes) {
      const parameter = { ...this.#declared.get(name)!, value };
      this.#declared.set(name, parameter);
      changed.push(parameter);
    }
    this.#onChange(changed, false);
    return undefined;
  }
}

function problemWith({ type, descriptor }: DeclaredParameter, value: ParameterValue): string | undefined {
  if (!fitsParameterType(value, type))
    return `must be ${parameterTypeName(type)}, got ${JSON.stringify(value)}`;
  if (descriptor.range === undefined) return undefined;
  const [least, most] = descriptor.range;
  const numbers = Array.isArray(value) ? value : [value];
  const wrong = numbers.find((number) => typeof number === 'number' && !(number >= least && number <= most));
  return wrong === undefined ? undefined : `must be in [${least}, ${most}], got ${wrong}`;
}
