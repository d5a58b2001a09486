import { resolve } from 'node:path';
import { type LaunchElement, launchError } from './element.ts';
import { attempt, type ElementShape, shape } from './element-shape.ts';
import { scopeParameterYaml } from './parameter-value.ts';
import type { Planner } from './planner.ts';
import { planExecutable, planNode, processAttributes, processParts } from './process-elements.ts';
import { checkNamespace, joinNamespace, namespaceVariable, Scope } from './scope.ts';
import { withoutEscapes } from './substitution.ts';
import { parseBoolean, parseNumber } from './values.ts';

/** How one element of a launch file is written and what it does. */
export interface ElementHandler {
  readonly shape: ElementShape;
  run(element: LaunchElement, scope: Scope, planner: Planner): void;
}

const nameAndValue = shape({ 'name!': 'text', 'value!': 'text' });
const keep = { keep: nameAndValue };

const let_: ElementHandler = {
  shape: nameAndValue,
  run: (element, scope, planner) => {
    const [name, value] = planner.nameAndValue(element, scope);
    scope.variables.set(name, value);
  },
};

const pushNamespace: ElementHandler = {
  shape: shape({ 'namespace!': 'text' }),
  run: (element, scope, planner) => {
    const added = planner.requiredText(element, 'namespace', scope);
    const namespace = joinNamespace(scope.variables.get(namespaceVariable), added) as string;
    attempt(element, 'namespace', () => checkNamespace(namespace));
    scope.variables.set(namespaceVariable, namespace);
  },
};

const timer = (clock: 'wall' | 'ros'): ElementHandler => ({
  shape: shape({ 'period!': 'text', cancel_on_shutdown: 'text' }, { hasActions: true }),
  run: (element, scope, planner) => {
    const period = planner.requiredText(element, 'period', scope);
    const cancel = planner.text(element, 'cancel_on_shutdown', scope) ?? 'true';
    const wait = {
      ms: 1000 * attempt(element, 'period', () => parseNumber(period)),
      clock,
      cancelOnShutdown: attempt(element, 'cancel_on_shutdown', () => parseBoolean(cancel)),
    };
    planner.runChildren(element, new Scope(scope, wait));
  },
});

/** Every supported element that is an action; `<launch>` and elements like `<param>` are read by their parents. */
export const elementHandlers: Readonly<Record<string, ElementHandler>> = {
  arg: {
    shape: shape(
      { 'name!': 'literal', default: 'text', description: 'literal' },
      { parts: { choice: shape({ 'value!': 'literal' }) } },
    ),
    run: declareArgument,
  },
  let: let_,
  group: {
    shape: shape({ scoped: 'boolean', forwarding: 'boolean' }, { parts: keep, hasActions: true }),
    run: runGroup,
  },
  include: { shape: shape({ 'file!': 'text' }, { parts: { arg: nameAndValue } }), run: includeFile },
  reset: {
    shape: shape({}, { parts: keep }),
    run: (element, scope, planner) => scope.reset(planner.keptVariables(element, scope)),
  },
  timer: timer('wall'),
  ros_timer: timer('ros'),
  log: {
    shape: shape({ 'message!': 'text' }),
    run: (element, scope, planner) =>
      void planner.messages.push({
        text: planner.requiredText(element, 'message', scope),
        waits: scope.waits,
      }),
  },
  shutdown: {
    shape: shape({ reason: 'text' }),
    run: (element, scope, planner) =>
      void planner.shutdowns.push({
        reason: planner.text(element, 'reason', scope) ?? 'reason not given',
        waits: scope.waits,
      }),
  },
  set_env: {
    shape: nameAndValue,
    run: (element, scope, planner) => {
      const [name, value] = planner.nameAndValue(element, scope);
      scope.environment.set(name, value);
    },
  },
  unset_env: {
    shape: shape({ 'name!': 'text' }),
    run: (element, scope, planner) =>
      void scope.environment.delete(planner.requiredText(element, 'name', scope)),
  },
  append_env: {
    shape: shape({ 'name!': 'text', 'value!': 'text', prepend: 'text', separator: 'text' }),
    run: appendEnvironment,
  },
  reset_env: {
    shape: shape({}),
    run: (_element, scope, planner) => scope.resetEnvironment(planner.context.environment),
  },
  set_ros_log_dir: {
    shape: shape({ 'new_log_dir!': 'text' }),
    run: (element, scope, planner) => {
      const current = scope.environment.get('ROS_LOG_DIR') ?? planner.context.rosLogFolder;
      scope.environment.set(
        'ROS_LOG_DIR',
        resolve(current, planner.requiredText(element, 'new_log_dir', scope)),
      );
    },
  },
  push_ros_namespace: pushNamespace,
  'push-ros-namespace': pushNamespace,
  set_parameter: {
    shape: nameAndValue,
    run: (element, scope, planner) => {
      const [name, value] = planner.nameAndValue(element, scope);
      const yaml = attempt(element, 'value', () => scopeParameterYaml(value));
      scope.parameters.push({ name, value, yaml });
    },
  },
  set_parameters_from_file: {
    shape: shape({ 'filename!': 'text' }),
    run: (element, scope, planner) => {
      const file = resolve(planner.requiredText(element, 'filename', scope));
      planner.requireFile(element, 'filename', file);
      scope.parameters.push({ file });
    },
  },
  set_remap: {
    shape: shape({ 'from!': 'text', 'to!': 'text' }),
    run: (element, scope, planner) =>
      void scope.remaps.push([
        planner.requiredText(element, 'from', scope),
        planner.requiredText(element, 'to', scope),
      ]),
  },
  set_use_sim_time: {
    shape: shape({ 'value!': 'text' }),
    run: (element, scope, planner) => {
      const value = planner.requiredText(element, 'value', scope);
      planner.usesSimTime = attempt(element, 'value', () => parseBoolean(value));
    },
  },
  executable: {
    shape: shape({ 'cmd!': 'text', name: 'text', ...processAttributes }, { parts: processParts.executable }),
    run: planExecutable,
  },
  node: {
    shape: shape(
      {
        pkg: 'text',
        'exec!': 'text',
        name: 'text',
        namespace: 'text',
        exec_name: 'text',
        args: 'text',
        ros_args: 'text',
        ...processAttributes,
      },
      { parts: processParts.node },
    ),
    run: planNode,
  },
};

/** Elements of ROS 2 launch files that this runner knows and cannot run, with the reason. */
const refusedElements: Readonly<Record<string, string>> = {
  node_container: 'component containers load shared libraries of rclcpp, which this runner does not do',
  load_composable_node: 'components are shared libraries of rclcpp, which this runner does not load',
};

/** Returns what an action does. @throws {@link ConfigurationError} when there is no such action */
export function handlerOf(element: LaunchElement): ElementHandler {
  const refusal = refusedElements[element.name];
  if (refusal !== undefined)
    throw launchError(
      element,
      `${refusal}; start the node as a process of its own with <node>, or run the file with ros2 launch`,
    );
  const handler = Object.hasOwn(elementHandlers, element.name) ? elementHandlers[element.name] : undefined;
  if (handler === undefined)
    throw launchError(
      element,
      `this element is not supported; supported are: ${Object.keys(elementHandlers).join(', ')}`,
    );
  return handler;
}

/** The shape of an action, which may stand under a condition. */
export function actionShape(element: LaunchElement): ElementShape {
  const { shape: own } = handlerOf(element);
  return { ...own, attributes: { ...own.attributes, if: 'text', unless: 'text' } };
}

function runGroup(element: LaunchElement, scope: Scope, planner: Planner): void {
  const isScoped = parseBoolean(element.attributes.get('scoped') ?? 'true');
  const isForwarding = parseBoolean(element.attributes.get('forwarding') ?? 'true');
  const kept = planner.keptVariables(element, scope);
  const inner = isScoped ? new Scope(scope) : scope;
  if (isScoped && !isForwarding) {
    inner.resetEnvironment(planner.context.environment);
    inner.reset(kept);
  }
  for (const [name, value] of kept) inner.variables.set(name, value);
  planner.runChildren(element, inner);
}

function declareArgument(element: LaunchElement, scope: Scope, planner: Planner): void {
  const name = withoutEscapes(element.attributes.get('name') as string);
  const choices = element.children.map((choice) => withoutEscapes(choice.attributes.get('value') as string));
  const value = scope.variables.get(name) ?? planner.text(element, 'default', scope);
  planner.declared.add(name);
  if (value === undefined)
    throw launchError(element, `argument "${name}" needs a value and has no default; give ${name}:=…`);
  if (choices.length > 0 && !choices.includes(value))
    throw launchError(element, `argument "${name}" must be one of ${choices.join(', ')}, got "${value}"`);
  scope.variables.set(name, value);
}

function includeFile(element: LaunchElement, scope: Scope, planner: Planner): void {
  const file = resolve(planner.requiredText(element, 'file', scope));
  const root = planner.readRoot(file, element);
  for (const child of element.children) let_.run(child, scope, planner);
  const given = new Set(element.children.map((child) => planner.requiredText(child, 'name', scope)));
  const missing = root.children.find(
    ({ name, attributes }) =>
      name === 'arg' &&
      !['default', 'if', 'unless'].some((each) => attributes.has(each)) &&
      !given.has(attributes.get('name') as string),
  );
  // Also when a variable of that name is set: an included file gets its arguments from its include, as in launch.
  if (missing !== undefined)
    throw launchError(
      element,
      `${file}:${missing.line} needs the argument "${missing.attributes.get('name')}"; add <arg name="${missing.attributes.get('name')}" value="…"/>`,
    );
  planner.include(file, root, element, scope);
}

function appendEnvironment(element: LaunchElement, scope: Scope, planner: Planner): void {
  const [name, value] = planner.nameAndValue(element, scope);
  const prepend = planner.text(element, 'prepend', scope) ?? 'false';
  const separator = planner.text(element, 'separator', scope) ?? ':';
  const isFirst = attempt(element, 'prepend', () => parseBoolean(prepend));
  const current = scope.environment.get(name);
  const joined = isFirst ? [value, current] : [current, value];
  scope.environment.set(name, joined.filter((each) => each !== undefined).join(separator));
}
