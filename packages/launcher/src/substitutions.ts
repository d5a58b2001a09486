import { spawnSync } from 'node:child_process';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { describeError } from '@efferent/core';
import { findOnPath, isExecutableFile } from './packages.ts';
import type { LaunchContext } from './plan.ts';
import type { Scope } from './scope.ts';
import { type Substitution, splitWords } from './substitution.ts';
import { parseBoolean } from './values.ts';

/** What a substitution can see. */
export interface Situation {
  readonly scope: Scope;
  /** Launch file that it stands in. */
  readonly file: string;
  readonly context: LaunchContext;
}

interface KnownSubstitution {
  /** Least and most number of values. */
  readonly count: readonly [number, number];
  evaluate(values: readonly string[], situation: Situation): string;
}

/** How long a program that a launch file calls for its text may run, ms. */
const commandLimitMs = 120_000;
const many = Number.POSITIVE_INFINITY;
const at = (values: readonly string[], index: number): string => values[index] ?? '';

const substitutions: Readonly<Record<string, KnownSubstitution>> = {
  var: {
    count: [1, 2],
    evaluate: (values, { scope }) => {
      const value = scope.variables.get(at(values, 0)) ?? values[1];
      if (value === undefined) throw new Error(`no argument or variable "${at(values, 0)}" is set here`);
      return value;
    },
  },
  env: {
    count: [1, 2],
    evaluate: (values, { scope }) => {
      const value = scope.environment.get(at(values, 0)) ?? values[1];
      if (value === undefined)
        throw new Error(`environment variable ${at(values, 0)} is not set and has no default here`);
      return value;
    },
  },
  param: {
    count: [1, 2],
    evaluate: (values, { scope }) => {
      // The first of a name counts, as in launch_ros.
      const found = scope.parameters.find((each) => 'name' in each && each.name === at(values, 0));
      const value = found !== undefined && 'name' in found ? found.value : values[1];
      if (value === undefined)
        throw new Error(`no <set_parameter name="${at(values, 0)}"> before and no default here`);
      return value;
    },
  },
  dirname: { count: [0, 0], evaluate: (_values, { file }) => dirname(file) },
  filename: { count: [0, 0], evaluate: (_values, { file }) => file },
  launch_log_dir: { count: [0, 0], evaluate: (_values, { context }) => context.logFolder },
  log_dir: { count: [0, 0], evaluate: (_values, { context }) => context.logFolder },
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
    evaluate: (values, { context }) => findExecutable(at(values, 0), at(values, 1), context),
  },
  'find-exec': {
    count: [1, 1],
    evaluate: (values, { scope }) => findProgram(at(values, 0), scope),
  },
  'file-content': {
    count: [1, 1],
    evaluate: (values, { context }) => {
      try {
        return context.readFile(at(values, 0));
      } catch (error) {
        throw new Error(`${at(values, 0)} could not be read: ${describeError(error)}`, { cause: error });
      }
    },
  },
  anon: {
    count: [1, 1],
    evaluate: (values, { scope, context }) => {
      const key = `anon${at(values, 0)}`;
      const known = scope.variables.get(key);
      if (known !== undefined) return known;
      const name = `${at(values, 0)}_${hostname()}_${process.pid}_${context.uniqueNumber()}`;
      const anonymous = name.replace(/[.:-]/g, '_');
      scope.variables.set(key, anonymous);
      return anonymous;
    },
  },
  command: { count: [1, 2], evaluate: runCommand },
  eval: { count: [1, 2], evaluate: evaluatePython },
  not: { count: [1, 1], evaluate: (values) => String(!parseBoolean(at(values, 0))) },
  and: { count: [2, 2], evaluate: (values) => String(values.map(parseBoolean).every(Boolean)) },
  or: { count: [2, 2], evaluate: (values) => String(values.map(parseBoolean).some(Boolean)) },
  all: { count: [0, many], evaluate: (values) => String(values.map(parseBoolean).every(Boolean)) },
  any: { count: [0, many], evaluate: (values) => String(values.map(parseBoolean).some(Boolean)) },
  equals: { count: [2, 2], evaluate: (values) => String(areEqual(at(values, 0), at(values, 1))) },
  'not-equals': { count: [2, 2], evaluate: (values) => String(!areEqual(at(values, 0), at(values, 1))) },
  if: {
    count: [2, 3],
    evaluate: (values) => (parseBoolean(at(values, 0)) ? at(values, 1) : at(values, 2)),
  },
};

/**
 * Checks name and number of values of a substitution before anything is evaluated.
 *
 * @throws {Error} with a reason; the caller adds file, line and element
 */
export function checkSubstitution({ name, arguments: values }: Substitution): void {
  const known = Object.hasOwn(substitutions, name) ? substitutions[name] : undefined;
  if (known === undefined)
    throw new Error(`$(${name}) is not supported; supported are: ${Object.keys(substitutions).join(', ')}`);
  const [least, most] = known.count;
  if (values.length < least || values.length > most)
    throw new Error(
      `$(${name}) takes ${least === most ? least : `${least} to ${most}`} values, got ${values.length}`,
    );
}

/** Computes one checked substitution. @throws {Error} with a reason; the caller adds file, line and element */
export const evaluateSubstitution = (name: string, values: readonly string[], situation: Situation): string =>
  substitutions[name]!.evaluate(values, situation);

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
export function findProgram(program: string, scope: Scope): string {
  if (program.includes('/')) return program;
  const found = findOnPath(program, scope.environment.get('PATH') ?? '');
  if (found === undefined) throw new Error(`program "${program}" was not found on PATH`);
  return found;
}

/** Equal as launch compares: booleans by truth, numbers within a billionth, else text. */
function areEqual(left: string, right: string): boolean {
  const isBoolean = (text: string) => /^(true|false|0|1)$/i.test(text);
  if (isBoolean(left) && isBoolean(right)) return parseBoolean(left) === parseBoolean(right);
  const [a, b] = [left, right].map((text) => (text.trim() === '' ? Number.NaN : Number(text))) as [
    number,
    number,
  ];
  if (Number.isNaN(a) || Number.isNaN(b)) return left === right;
  return a === b || Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b));
}

/** Returns what a command writes, its last line break included. */
function runCommand(values: readonly string[], { scope, context }: Situation): string {
  const onStderr = values[1] ?? 'fail';
  if (!['fail', 'ignore', 'warn', 'capture'].includes(onStderr))
    throw new Error(
      `$(command) does one of fail, ignore, warn or capture with standard error, got "${onStderr}"`,
    );
  const [program, ...rest] = splitWords(at(values, 0));
  if (program === undefined) throw new Error('$(command) needs a command, got nothing');
  // A shell joins both streams in the order in which they are written.
  const words = onStderr === 'capture' ? ['sh', '-c', 'exec "$@" 2>&1', 'sh', program, ...rest] : undefined;
  const result = run(words ?? [program, ...rest], scope, `$(command ${at(values, 0)})`);
  if (result.stderr !== '' && onStderr === 'fail')
    throw new Error(`$(command ${at(values, 0)}) wrote to standard error: ${result.stderr.trim()}`);
  if (result.stderr !== '' && onStderr === 'warn') context.warn(result.stderr.trim());
  return result.stdout;
}

/** The Python that launch's own `eval` runs: the names of `math` at hand, other modules by their name. */
const pythonProgram = `
import importlib, sys
names = {}
for name in sys.argv[2].split(','):
    module = importlib.import_module(name.strip())
    if module.__name__ == 'math':
        names.update(vars(module))
    names[module.__name__] = module
sys.stdout.write(str(eval(sys.argv[1], {}, names)))
`;

function evaluatePython(values: readonly string[], { scope }: Situation): string {
  const what = `$(eval ${at(values, 0)})`;
  const words = ['python3', '-c', pythonProgram, at(values, 0), values[1] ?? 'math'];
  return run(words, scope, what).stdout;
}

function run([program, ...rest]: readonly string[], scope: Scope, what: string) {
  const { status, signal, stdout, stderr, error } = spawnSync(program as string, rest, {
    encoding: 'utf8',
    env: Object.fromEntries(scope.environment),
    timeout: commandLimitMs,
    maxBuffer: 64 * 1024 * 1024,
  });
  if (error !== undefined) throw new Error(`${what} did not run: ${describeError(error)}`, { cause: error });
  if (status !== 0) {
    // The last line of a Python traceback names the error.
    const said = stderr.trim().split('\n').at(-1) ?? '';
    throw new Error(`${what} ended with ${signal ?? `exit code ${status}`}${said === '' ? '' : `: ${said}`}`);
  }
  return { stdout, stderr };
}
