import { basename, dirname, join } from 'node:path';
import { findOnPath, isExecutableFile } from './packages.ts';
import type { LaunchContext } from './plan.ts';

/** What elements may change and `<group>` restores. */
export class Scope {
  readonly variables: Map<string, string>;
  readonly environment: Map<string, string>;
  readonly parameters: Map<string, string>;
  readonly remaps: [string, string][];
  namespace: string;

  constructor(from?: Scope) {
    this.variables = new Map(from?.variables);
    this.environment = new Map(from?.environment);
    this.parameters = new Map(from?.parameters);
    this.remaps = [...(from?.remaps ?? [])];
    this.namespace = from?.namespace ?? '/';
  }
}

/**
 * Computes one substitution in a scope.
 *
 * @throws {Error} with a reason; the caller adds file, line and element
 */
export function evaluateSubstitution(
  name: string,
  values: readonly string[],
  scope: Scope,
  file: string,
  context: LaunchContext,
): string {
  const known = substitutions[name];
  if (known === undefined)
    throw new Error(`$(${name}) is not supported; supported are: ${Object.keys(substitutions).join(', ')}`);
  const [least, most] = known.count;
  if (values.length < least || values.length > most)
    throw new Error(
      `$(${name}) takes ${least === most ? least : `${least} to ${most}`} values, got ${values.length}`,
    );
  return known.evaluate(values, { scope, file, context });
}

/** Reads a boolean as launch conditions do: true, false, 1 or 0 in any case, nothing else. */
export function parseBoolean(text: string): boolean {
  const lower = text.trim().toLowerCase();
  if (lower === 'true' || lower === '1') return true;
  if (lower === 'false' || lower === '0') return false;
  throw new Error(`expected true, false, 1 or 0, got "${text}"`);
}

interface Situation {
  readonly scope: Scope;
  readonly file: string;
  readonly context: LaunchContext;
}

interface KnownSubstitution {
  /** Least and most number of values. */
  readonly count: readonly [number, number];
  evaluate(values: readonly string[], situation: Situation): string;
}

const at = (values: readonly string[], index: number): string => values[index] ?? '';
const many = Number.POSITIVE_INFINITY;

const substitutions: Readonly<Record<string, KnownSubstitution>> = {
  var: {
    count: [1, 1],
    evaluate: (values, { scope }) => {
      const value = scope.variables.get(at(values, 0));
      if (value === undefined) throw new Error(`no argument or variable "${at(values, 0)}" is set here`);
      return value;
    },
  },
  env: {
    count: [1, 2],
    evaluate: (values, { scope, context }) => {
      const name = at(values, 0);
      const value = scope.environment.get(name) ?? context.environment[name] ?? values[1];
      if (value === undefined)
        throw new Error(`environment variable ${name} is not set and has no default here`);
      return value;
    },
  },
  dirname: { count: [0, 0], evaluate: (_values, { file }) => dirname(file) },
  filename: { count: [0, 0], evaluate: (_values, { file }) => basename(file) },
  'find-pkg-share': {
    count: [1, 1],
    evaluate: (values, { context }) => findPackage(at(values, 0), context).share,
  },
  'find-pkg-prefix': {
    count: [1, 1],
    evaluate: (values, { context }) => findPackage(at(values, 0), context).prefix,
  },
  'exec-in-pkg': {
    count: [2, 2],
    evaluate: (values, { context }) => findExecutable(at(values, 1), at(values, 0), context),
  },
  'find-exec': {
    count: [1, 1],
    evaluate: (values, { context }) => findProgram(at(values, 0), context),
  },
  not: { count: [1, 1], evaluate: (values) => String(!parseBoolean(at(values, 0))) },
  and: { count: [2, 2], evaluate: (values) => String(values.every(parseBoolean)) },
  or: { count: [2, 2], evaluate: (values) => String(values.some(parseBoolean)) },
  all: { count: [0, many], evaluate: (values) => String(values.every(parseBoolean)) },
  any: { count: [0, many], evaluate: (values) => String(values.some(parseBoolean)) },
  equals: { count: [2, 2], evaluate: (values) => String(at(values, 0) === at(values, 1)) },
  'not-equals': { count: [2, 2], evaluate: (values) => String(at(values, 0) !== at(values, 1)) },
  if: {
    count: [2, 3],
    evaluate: (values) => (parseBoolean(at(values, 0)) ? at(values, 1) : at(values, 2)),
  },
};

function findPackage(name: string, context: LaunchContext) {
  const location = context.packages(name);
  if (location === undefined)
    throw new Error(`package "${name}" was not found; is its workspace sourced (AMENT_PREFIX_PATH)?`);
  return location;
}

/** Finds the executable of a package. @throws {Error} naming both when it is not there */
export function findExecutable(executable: string, packageName: string, context: LaunchContext): string {
  const path = join(findPackage(packageName, context).executables, executable);
  if (!isExecutableFile(path))
    throw new Error(`package "${packageName}" has no executable "${executable}" (${path})`);
  return path;
}

/** Finds a program on PATH, or takes a path as it is. */
export function findProgram(program: string, context: LaunchContext): string {
  if (program.includes('/')) return program;
  const found = findOnPath(program, context.environment.PATH ?? '');
  if (found === undefined) throw new Error(`program "${program}" was not found on PATH`);
  return found;
}

/** Appends a namespace; an absolute one replaces. Returns an absolute namespace without a trailing slash. */
export function joinNamespace(base: string, added: string): string {
  const joined = added.startsWith('/') ? added : `${base}/${added}`;
  return `/${joined
    .split('/')
    .filter((part) => part !== '')
    .join('/')}`;
}
