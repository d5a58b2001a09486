import { checkNames, type LaunchElement, launchError } from './element.ts';
import type { OutputTarget, Planner, ProcessPlan } from './plan.ts';
import { findExecutable, findProgram, joinNamespace, type Scope } from './scope.ts';

const outputTargets: readonly string[] = ['screen', 'log', 'both'] satisfies OutputTarget[];
const parameterTypes = ['str', 'int', 'float', 'bool', 'yaml'];

/** `<executable cmd="…">`: any program. */
export function planExecutable(element: LaunchElement, scope: Scope, planner: Planner): void {
  const [program, ...rest] = planner.words(element, 'cmd', scope);
  if (program === undefined) throw launchError(element, 'attribute "cmd" is missing or empty');
  const path = planner.attempt(element, 'cmd', () => findProgram(program, planner.context));
  addProcess(element, scope, planner, { command: [path, ...rest], executable: program, node: undefined });
}

/** `<node pkg exec>`: a ROS node, started with `--ros-args` as launch_ros writes them. */
export function planNode(element: LaunchElement, scope: Scope, planner: Planner): void {
  const executable = planner.requiredText(element, 'exec', scope);
  const packageName = planner.text(element, 'pkg', scope);
  const path = planner.attempt(element, 'exec', () =>
    packageName === undefined
      ? findProgram(executable, planner.context)
      : findExecutable(executable, packageName, planner.context),
  );
  const nodeArguments = [
    ...planner.words(element, 'args', scope),
    '--ros-args',
    ...planner.words(element, 'ros_args', scope),
    ...nodeNameArguments(element, scope, planner),
    ...parameterArguments(element, scope, planner),
    ...remapArguments(element, scope, planner),
  ];
  addProcess(element, scope, planner, {
    command: [path, ...nodeArguments],
    executable,
    node: { packageName, executable, arguments: nodeArguments },
  });
}

function nodeNameArguments(element: LaunchElement, scope: Scope, planner: Planner): string[] {
  const name = planner.text(element, 'name', scope);
  const own = planner.text(element, 'namespace', scope);
  const namespace = own === undefined ? scope.namespace : joinNamespace(scope.namespace, own);
  return [
    ...(name === undefined ? [] : ['-r', `__node:=${name}`]),
    ...(namespace === '/' ? [] : ['-r', `__ns:=${namespace}`]),
  ];
}

function parameterArguments(element: LaunchElement, scope: Scope, planner: Planner): string[] {
  const result = [...scope.parameters].flatMap(([name, value]) => ['-p', `${name}:=${quoteEmpty(value)}`]);
  for (const child of element.children)
    if (child.name === 'param') result.push(...oneParameter(child, '', scope, planner));
  return result;
}

function oneParameter(element: LaunchElement, prefix: string, scope: Scope, planner: Planner): string[] {
  checkNames(element, ['name', 'value', 'type', 'from'], ['param']);
  const file = planner.text(element, 'from', scope);
  if (file !== undefined) {
    if (element.attributes.size > 1 || element.children.length > 0)
      throw launchError(element, '"from" stands alone: the file gives names and values');
    return ['--params-file', file];
  }
  const name = prefix + planner.requiredText(element, 'name', scope);
  if (element.children.length > 0) {
    if (element.attributes.has('value'))
      throw launchError(element, 'a value and nested parameters exclude each other');
    return element.children.flatMap((child) => oneParameter(child, `${name}.`, scope, planner));
  }
  const value = planner.requiredText(element, 'value', scope);
  const type = planner.text(element, 'type', scope) ?? 'yaml';
  if (!parameterTypes.includes(type))
    throw launchError(element, `attribute "type" must be one of ${parameterTypes.join(', ')}, got "${type}"`);
  return ['-p', `${name}:=${type === 'str' ? JSON.stringify(value) : quoteEmpty(value)}`];
}

/** An empty value would be read as YAML null, which no parameter can be. */
const quoteEmpty = (value: string): string => (value === '' ? "''" : value);

function remapArguments(element: LaunchElement, scope: Scope, planner: Planner): string[] {
  const own = element.children
    .filter((child) => child.name === 'remap')
    .map((child): [string, string] => {
      checkNames(child, ['from', 'to'], []);
      return [planner.requiredText(child, 'from', scope), planner.requiredText(child, 'to', scope)];
    });
  return [...scope.remaps, ...own].flatMap(([from, to]) => ['-r', `${from}:=${to}`]);
}

function addProcess(
  element: LaunchElement,
  scope: Scope,
  planner: Planner,
  what: Pick<ProcessPlan, 'command' | 'node'> & { readonly executable: string },
): void {
  const output = planner.text(element, 'output', scope) ?? 'log';
  if (!outputTargets.includes(output))
    throw launchError(
      element,
      `attribute "output" must be one of ${outputTargets.join(', ')}, got "${output}"`,
    );
  const onExit = planner.text(element, 'on_exit', scope);
  if (onExit !== undefined && onExit !== 'shutdown')
    throw launchError(element, `attribute "on_exit" can only be "shutdown", got "${onExit}"`);
  const environment = Object.fromEntries(scope.environment);
  for (const child of element.children) {
    if (child.name !== 'env') continue;
    checkNames(child, ['name', 'value'], []);
    environment[planner.requiredText(child, 'name', scope)] = planner.requiredText(child, 'value', scope);
  }
  const name = what.executable.split('/').at(-1) ?? what.executable;
  planner.processes.push({
    name: `${name}-${planner.processes.length + 1}`,
    command: [...planner.words(element, 'launch-prefix', scope), ...what.command],
    cwd: planner.text(element, 'cwd', scope),
    environment,
    output: output as OutputTarget,
    respawn: planner.boolean(element, 'respawn', scope, false),
    respawnDelayMs: planner.number(element, 'respawn_delay', scope, 0) * 1000,
    respawnMaxRetries: planner.number(element, 'respawn_max_retries', scope, -1),
    sigtermTimeoutMs: planner.number(element, 'sigterm_timeout', scope, 5) * 1000,
    sigkillTimeoutMs: planner.number(element, 'sigkill_timeout', scope, 5) * 1000,
    required: onExit === 'shutdown',
    node: what.node,
    file: element.file,
    line: element.line,
  });
}
