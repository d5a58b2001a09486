import { ConfigurationError } from '@efferent/core/errors';
import { messageConstants } from '@efferent/interfaces';
import {
  fitsParameterType,
  type ParameterTypeCode,
  parameterTypeName,
  parameterTypeOf,
} from './parameter-values.ts';
import type { ParameterCheck, ParameterDescriptor, ParameterListener, ParameterValue } from './port.ts';

const doubleType = messageConstants['rcl_interfaces/msg/ParameterType'].PARAMETER_DOUBLE;

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

/** A value with the type that its sender gave it. */
export interface TypedValue {
  readonly value: ParameterValue;
  readonly type: ParameterTypeCode;
}

/** The declared parameters of one node. */
export class ParameterStore {
  readonly #node: string;
  readonly #declared = new Map<string, DeclaredParameter>();
  readonly #overrides: ReadonlyMap<string, ParameterOverride>;
  readonly #checks = new Set<ParameterCheck>();
  readonly #listeners = new Set<ParameterListener>();
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

  /** @returns how to take it away */
  addCheck(check: ParameterCheck): () => void {
    const own: ParameterCheck = (changes) => check(changes);
    this.#checks.add(own);
    return () => this.#checks.delete(own);
  }

  /** @returns how to take it away */
  addListener(listener: ParameterListener): () => void {
    const own: ParameterListener = (changes) => listener(changes);
    this.#listeners.add(own);
    return () => this.#listeners.delete(own);
  }

  /** Sets all of `changes` or none. @returns why not, or undefined */
  set(changes: ReadonlyMap<string, TypedValue>): string | undefined {
    for (const [name, change] of changes) {
      const parameter = this.#declared.get(name);
      const problem = parameter === undefined ? 'is not declared' : refusal(parameter, change);
      if (problem !== undefined) return `parameter "${name}" ${problem}`;
    }
    const values = new Map([...changes].map(([name, { value }]) => [name, value]));
    for (const check of this.#checks) {
      const reason = check(values);
      if (reason !== undefined) return reason;
    }
    const changed: DeclaredParameter[] = [];
    for (const [name, value] of values) {
      const parameter = { ...this.#declared.get(name)!, value };
      this.#declared.set(name, parameter);
      changed.push(parameter);
    }
    this.#onChange(changed, false);
    for (const listener of this.#listeners) listener(values);
    return undefined;
  }
}

/** Why a set from outside is refused. Its type must be the declared one, as in rcl: an integer is no double there. */
function refusal(parameter: DeclaredParameter, { value, type }: TypedValue): string | undefined {
  if (parameter.descriptor.readOnly === true) {
    const { constraints } = parameter.descriptor;
    return constraints === undefined ? 'is read-only' : `is read-only: ${constraints}`;
  }
  const isEmptyList = Array.isArray(value) && value.length === 0;
  if (type !== parameter.type && !isEmptyList && fitsParameterType(value, parameter.type)) {
    const hint = Number.isInteger(value)
      ? `; write ${parameter.type === doubleType ? `${value}.0` : value}`
      : '';
    return `must be ${parameterTypeName(parameter.type)}, got ${parameterTypeName(type)}${hint}`;
  }
  return problemWith(parameter, value);
}

/** Why a value does not fit a declaration. */
function problemWith({ type, descriptor }: DeclaredParameter, value: ParameterValue): string | undefined {
  if (!fitsParameterType(value, type))
    return `must be ${parameterTypeName(type)}, got ${JSON.stringify(value)}`;
  const { range, step } = descriptor;
  if (range === undefined) return undefined;
  const numbers = (Array.isArray(value) ? value : [value]).filter((each) => typeof each === 'number');
  const wrong = numbers.find((number) => !isInRange(number, range, step));
  if (wrong === undefined) return undefined;
  const steps = step === undefined ? '' : ` in steps of ${step}`;
  return `must be in [${range[0]}, ${range[1]}]${steps}, got ${wrong}`;
}

function isInRange(value: number, [least, most]: readonly [number, number], step = 0): boolean {
  if (!(value >= least && value <= most)) return false;
  if (step === 0 || value === most) return true;
  const steps = (value - least) / step;
  return Math.abs(steps - Math.round(steps)) < 1e-9 * Math.max(1, Math.abs(steps));
}
