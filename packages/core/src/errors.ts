/** Error families of efferent; a family tells a caller what kind of response makes sense. */
export type ErrorFamily =
  | 'configuration'
  | 'contract'
  | 'hardware'
  | 'policy'
  | 'planner'
  | 'language-model'
  | 'safety-stop'
  | 'middleware';

const marker = Symbol.for('efferent.error');

export interface ErrorDetails {
  /** Machine-readable reason in kebab-case, e.g. `unknown-field`. */
  readonly code: string;
  /** What was wrong, what was got, what was expected, what to do next. */
  readonly message: string;
  /** Structured facts (file, field, topic, …) for logs and tests. */
  readonly fields?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** Base class of every error that efferent throws on purpose. */
export class EfferentError extends Error {
  readonly family: ErrorFamily;
  readonly code: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly [marker] = true;

  constructor(family: ErrorFamily, details: ErrorDetails) {
    super(details.message, details.cause === undefined ? {} : { cause: details.cause });
    this.name = new.target.name;
    this.family = family;
    this.code = details.code;
    this.fields = details.fields ?? {};
  }

  /** Tells whether `value` is an EfferentError, also across duplicate copies of this package. */
  static isInstance(value: unknown): value is EfferentError {
    return typeof value === 'object' && value !== null && marker in value;
  }
}

/** A file, argument, parameter or environment variable is wrong; exit code 2 in the command line. */
export class ConfigurationError extends EfferentError {
  constructor(details: ErrorDetails) {
    super('configuration', details);
  }
}

/** Two parts disagree about a shape, unit, frame, name or type. */
export class ContractError extends EfferentError {
  constructor(details: ErrorDetails) {
    super('contract', details);
  }
}

/** The robot or its driver refused or failed. */
export class HardwareError extends EfferentError {
  constructor(details: ErrorDetails) {
    super('hardware', details);
  }
}

/** A policy could not be loaded or run. */
export class PolicyError extends EfferentError {
  constructor(details: ErrorDetails) {
    super('policy', details);
  }
}

/** A planner (task, motion or navigation) has no answer. */
export class PlannerError extends EfferentError {
  constructor(details: ErrorDetails) {
    super('planner', details);
  }
}

/** A language model could not be reached or answered something unusable. */
export class LanguageModelError extends EfferentError {
  constructor(details: ErrorDetails) {
    super('language-model', details);
  }
}

/** Motion was stopped for safety; never retried automatically. */
export class SafetyStopError extends EfferentError {
  constructor(details: ErrorDetails) {
    super('safety-stop', details);
  }
}

/** The ROS middleware is missing, incompatible or refused a call. */
export class MiddlewareError extends EfferentError {
  constructor(details: ErrorDetails) {
    super('middleware', details);
  }
}

/** Formats an unknown thrown value as one line, without a stack. */
export function describeError(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
