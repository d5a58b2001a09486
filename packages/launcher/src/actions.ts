import { isAbsolute, resolve } from 'node:path';
import { checkNames, type LaunchElement, launchError } from './element.ts';
import type { Planner } from './plan.ts';
import { planExecutable, planNode } from './process-elements.ts';
import { joinNamespace, Scope } from './scope.ts';

/** How one element of a launch file is read and what it does. */
export interface ElementHandler {
  /** Beside `if` and `unless`. */
  readonly attributes: readonly string[];
  /** Allowed children; undefined: any action. */
  readonly children: readonly string[] | undefined;
  run(element: LaunchElement, scope: Scope, planner: Planner): void;
}

const processAttributes = [
  'cwd',
  'name',
  'output',
  'respawn',
  'respawn_delay',
  'respawn_max_retries',
  'sigterm_timeout',
  'sigkill_timeout',
  'launch-prefix',
  'on_exit',
] as const;

const let_: ElementHandler = {
  attributes: ['name', 'value'],
  children: [],
  run: (element, scope, planner) =>
    void scope.variables.set(
      planner.requiredText(element, 'name', scope),
      planner.requiredText(element, 'value', scope),
    ),
};

const pushNamespace: ElementHandler = {
  attributes: ['namespace'],
  children: [],
  run: (element, scope, planner) => {
    scope.namespace = joinNamespace(scope.namespace, planner.requiredText(element, 'namespace', scope));
  },
};

/** Every supported element that is an action; `<launch>` and elements like `<param>` are read by their parents. */
export const elementHandlers: Readonly<Record<string, ElementHandler>> = {
  arg: { attributes: ['name', 'default', 'description'], children: ['choice'], run: declareArgument },
  let: let_,
  group: {
    attributes: ['scoped'],
    children: undefined,
    run: (element, scope, planner) =>
      planner.runChildren(
        element,
        planner.boolean(element, 'scoped', scope, true) ? new Scope(scope) : scope,
      ),
  },
  include: { attributes: ['file'], children: ['arg', 'let'], run: includeFile },
  push_ros_namespace: pushNamespace,
  'push-ros-namespace': pushNamespace,
  set_env: {
    attributes: ['name', 'value'],
    children: [],
    run: (element, scope, planner) =>
      void scope.environment.set(
        planner.requiredText(element, 'name', scope),
        planner.requiredText(element, 'value', scope),
      ),
  },
  unset_env: {
    attributes: ['name'],
    children: [],
    run: (element, scope, planner) =>
      void scope.environment.delete(planner.requiredText(element, 'name', scope)),
  },
  set_parameter: {
    attributes: ['name', 'value'],
    children: [],
    run: (element, scope, planner) =>
      void scope.parameters.set(
        planner.requiredText(element, 'name', scope),
        planner.requiredText(element, 'value', scope),
      ),
  },
  set_remap: {
    attributes: ['from', 'to'],
    children: [],
    run: (element, scope, planner) =>
      void scope.remaps.push([
        planner.requiredText(element, 'from', scope),
        planner.requiredText(element, 'to', scope),
      ]),
  },
  log: {
    attributes: ['message'],
    children: [],
    run: (element, scope, planner) =>
      void planner.messages.push(planner.requiredText(element, 'message', scope)),
  },
  executable: { attributes: ['cmd', ...processAttributes], children: ['env'], run: planExecutable },
  node: {
    attributes: ['pkg', 'exec', 'namespace', 'args', 'ros_args', ...processAttributes],
    children: ['param', 'remap', 'env'],
    run: planNode,
  },
};

function declareArgument(element: LaunchElement, scope: Scope, planner: Planner): void {
  const name = planner.requiredText(element, 'name', scope);
  const defaultValue = planner.text(element, 'default', scope);
  const choices = element.children.map((choice) => {
    checkNames(choice, ['value'], []);
    return planner.requiredText(choice, 'value', scope);
  });
  const value = scope.variables.get(name) ?? defaultValue;
  planner.declared.push({
    name,
    defaultValue,
    description: planner.text(element, 'description', scope) ?? '',
    choices,
  });
  if (value === undefined)
    throw launchError(element, `argument "${name}" needs a value and has no default; give ${name}:=…`);
  if (choices.length > 0 && !choices.includes(value))
    throw launchError(element, `argument "${name}" must be one of ${choices.join(', ')}, got "${value}"`);
  scope.variables.set(name, value);
}

function includeFile(element: LaunchElement, scope: Scope, planner: Planner): void {
  const name = planner.requiredText(element, 'file', scope);
  const file = isAbsolute(name) ? name : resolve(name);
  for (const child of element.children) {
    checkNames(child, ['name', 'value'], []);
    let_.run(child, scope, planner);
  }
  planner.include(file, element, scope);
}
