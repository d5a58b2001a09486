import { basename } from 'node:path';
import { type LaunchElement, launchError } from './element.ts';
import { attempt, type ElementShape, shape } from './element-shape.ts';
import { parameterArguments, parameterShape } from './node-parameters.ts';
import { isOutputTarget, type ProcessPlan } from './plan.ts';
import type { Planner } from './planner.ts';
import { checkNamespace, checkNodeName, joinNamespace, namespaceVariable, type Scope } from './scope.ts';
import { splitWords } from './substitution.ts';
import { findExecutable, findProgram } from './substitutions.ts';
import { parseBoolean, parseCondition, parseInteger, parseNumber } from './values.ts';

/** Attributes of every element that starts a process. */
export const processAttributes = {
  cwd: 'text',
  output: 'text',
  respawn: 'text',
  respawn_delay: 'seconds',
  respawn_max_retries: 'integer',
  sigterm_timeout: 'seconds',
  sigkill_timeout: 'seconds',
  shell: 'boolean',
  emulate_tty: 'boolean',
  'launch-prefix': 'text',
  on_exit: 'literal',
} as const;

const environment = shape({ 'name!': 'text', 'value!': 'text' });
export const processParts: Readonly<Record<'executable' | 'node', Readonly<Record<string, ElementShape>>>> = {
  executable: { env: environment },
  node: { env: environment, param: parameterShape, remap: shape({ 'from!': 'text', 'to!': 'text' }) },
};

/** `<executable cmd="…">`: any program. */
export function planExecutable(element: LaunchElement, scope: Scope, planner: Planner): void {
  const [program, ...rest] = planner.words(element, 'cmd', scope);
  if (program === undefined) throw launchError(element, 'attribute "cmd" is empty');
  addProcess(element, scope, planner, {
    program,
    words: rest,
    label: planner.text(element, 'name', scope),
    node: undefined,
  });
}

/** `<node pkg exec>`: a ROS node, started with `--ros-args` as launch_ros writes them. */
export function planNode(element: LaunchElement, scope: Scope, planner: Planner): void {
  const executable = planner.requiredText(element, 'exec', scope);
  const packageName = planner.text(element, 'pkg', scope);
  const program =
    packageName === undefined
      ? executable
      : attempt(element, 'exec', () => findExecutable(executable, packageName, planner.context));
  const rosWords = planner.words(element, 'ros_args', scope);
  const name = planner.text(element, 'name', scope);
  const namespace = joinNamespace(
    scope.variables.get(namespaceVariable),
    planner.text(element, 'namespace', scope),
  );
  if (name !== undefined) attempt(element, 'name', () => checkNodeName(name));
  if (namespace !== undefined) attempt(element, 'namespace', () => checkNamespace(namespace));
  const words = [
    ...planner.words(element, 'args', scope),
    ...(rosWords.length === 0 ? [] : ['--ros-args', ...rosWords]),
    '--ros-args',
    ...(name === undefined ? [] : ['-r', `__node:=${name}`]),
    ...(namespace === undefined ? [] : ['-r', `__ns:=${namespace}`]),
    ...parameterArguments(element, scope, planner, fullName(name, namespace)),
    ...remapArguments(element, scope, planner),
  ];
  addProcess(element, scope, planner, {
    program,
    words,
    label: planner.text(element, 'exec_name', scope),
    node: { packageName, executable, arguments: words },
  });
}

function fullName(name: string | undefined, namespace: string | undefined): string | undefined {
  if (name === undefined || namespace === undefined) return undefined;
  return namespace === '/' ? `/${name}` : `${namespace}/${name}`;
}

function remapArguments(element: LaunchElement, scope: Scope, planner: Planner): string[] {
  const own = element.children
    .filter((child) => child.name === 'remap')
    .map((child): [string, string] => [
      planner.requiredText(child, 'from', scope),
      planner.requiredText(child, 'to', scope),
    ]);
  return [...scope.remaps, ...own].flatMap(([from, to]) => ['-r', `${from}:=${to}`]);
}

interface ProgramPlan {
  readonly program: string;
  readonly words: readonly string[];
  /** What the process is called; the program's name when undefined. */
  readonly label: string | undefined;
  readonly node: ProcessPlan['node'];
}

function addProcess(element: LaunchElement, scope: Scope, planner: Planner, what: ProgramPlan): void {
  const given = (name: string) => element.attributes.get(name);
  const output =
    scope.environment.get('OVERRIDE_LAUNCH_PROCESS_OUTPUT') ??
    planner.text(element, 'output', scope) ??
    'log';
  if (!isOutputTarget(output))
    throw launchError(
      element,
      `attribute "output" must be one of screen, log, both, own_log, full, got "${output}"`,
    );
  const onExit = given('on_exit');
  if (onExit !== undefined && onExit !== 'shutdown')
    throw launchError(element, `attribute "on_exit" can only be "shutdown", got "${onExit}"`);
  const respawn = planner.text(element, 'respawn', scope) ?? 'false';
  const command = commandLine(element, scope, planner, what);
  planner.processes.push({
    name: `${what.label ?? basename(command.name)}-${planner.processes.length + 1}`,
    command: command.words,
    cwd: planner.text(element, 'cwd', scope),
    environment: processEnvironment(element, scope, planner),
    output,
    emulateTty: emulatesTty(element, scope),
    respawn: attempt(element, 'respawn', () => parseBoolean(respawn)),
    respawnDelayMs: parseNumber(given('respawn_delay') ?? '0') * 1000,
    respawnMaxRetries: parseInteger(given('respawn_max_retries') ?? '-1'),
    sigtermTimeoutMs: timeoutMs(element, 'sigterm_timeout', scope),
    sigkillTimeoutMs: timeoutMs(element, 'sigkill_timeout', scope),
    required: onExit === 'shutdown',
    waits: scope.waits,
    node: what.node,
    file: element.file,
    line: element.line,
  });
}

/** Puts prefix, program and words together; `name` is the first word before it was looked up. */
function commandLine(
  element: LaunchElement,
  scope: Scope,
  planner: Planner,
  { program, words }: ProgramPlan,
): { readonly name: string; readonly words: readonly string[] } {
  const all = [...prefixWords(element, scope, planner, program), program, ...words];
  const name = all[0] as string;
  // The shell sees one line: quotes of the launch file are gone by then, as with subprocess in Python.
  if (parseBoolean(element.attributes.get('shell') ?? 'false'))
    return { name, words: ['/bin/sh', '-c', all.join(' ')] };
  const attribute = element.name === 'node' ? 'exec' : 'cmd';
  const path = attempt(element, attribute, () => findProgram(name, scope));
  return { name, words: [path, ...all.slice(1)] };
}

/** The attribute, or else the variable of that name where its filter matches the program. */
function prefixWords(element: LaunchElement, scope: Scope, planner: Planner, program: string): string[] {
  const own = planner.text(element, 'launch-prefix', scope);
  const filter = scope.variables.get('launch-prefix-filter') ?? '';
  const prefix = own ?? scope.variables.get('launch-prefix') ?? '';
  return attempt(element, 'launch-prefix', () =>
    own !== undefined || new RegExp(`^(?:${filter})`).test(basename(program)) ? splitWords(prefix) : [],
  );
}

function processEnvironment(element: LaunchElement, scope: Scope, planner: Planner) {
  const changes = scope.environmentChanges(planner.context.environment);
  for (const child of element.children) {
    if (child.name !== 'env') continue;
    const [name, value] = planner.nameAndValue(child, scope);
    changes[name] = value;
  }
  return changes;
}

function emulatesTty(element: LaunchElement, scope: Scope): boolean {
  const everywhere = scope.variables.get('emulate_tty');
  if (everywhere !== undefined) return attempt(element, 'emulate_tty', () => parseCondition(everywhere));
  return parseBoolean(element.attributes.get('emulate_tty') ?? 'false');
}

function timeoutMs(element: LaunchElement, attribute: string, scope: Scope): number {
  const text = element.attributes.get(attribute) ?? scope.variables.get(attribute) ?? '5';
  return attempt(element, attribute, () => parseNumber(text)) * 1000;
}
