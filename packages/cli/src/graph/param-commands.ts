import { readFileSync } from 'node:fs';
import { ConfigurationError, describeError, formatYaml, MiddlewareError, parseYaml } from '@efferent/core';
import type { MessageTypes } from '@efferent/interfaces';
import { pythonFloat } from '@efferent/interfaces/text';
import {
  fitsParameterType,
  type ParameterTypeCode,
  type ParameterValue,
  parameterFromMessage,
  parameterMessage,
  parameterTypeName,
  type RosNode,
} from '@efferent/ros';
import { absolute, type GraphOptions, isHidden, print, withGraph } from './graph-session.ts';
import { nodeNames, requireNode } from './node-commands.ts';
import { callService } from './service-commands.ts';

/** `efferent param list`: of one node or of all. */
export const paramList = (given: string | undefined, options: ParamListOptions) =>
  withGraph(options, async (node) => {
    const pattern = options.filter === undefined ? undefined : patternOf(options.filter);
    const list = async (name: string) => {
      const names = (await namesOf(node, name, options.paramPrefixes)).filter(
        (parameter) => pattern === undefined || pattern.test(parameter),
      );
      if (given === undefined && names.length > 0) print(`${name}:`);
      const types = options.paramType === true ? await descriptorsOf(node, name, names) : [];
      for (const [i, parameter] of names.entries()) {
        const type = types[i]?.type;
        print(type === undefined ? `  ${parameter}` : `  ${parameter} (type: ${typeWords[type]})`);
      }
    };
    if (given !== undefined) {
      await list(known(node, given));
      return;
    }
    for (const name of nodeNames(node))
      if ((options.includeHiddenNodes === true || !isHidden(name)) && servesParameters(node, name))
        await list(name);
  });

export interface ParamListOptions extends GraphOptions {
  readonly includeHiddenNodes?: boolean;
  readonly paramType?: boolean;
  readonly paramPrefixes?: readonly string[];
  readonly filter?: string;
}

/** A pattern that counts from the beginning of a name. @throws {@link ConfigurationError} code `invalid-pattern` */
function patternOf(text: string): RegExp {
  try {
    return new RegExp(`^(?:${text})`);
  } catch (cause) {
    throw new ConfigurationError({
      code: 'invalid-pattern',
      message: `--filter "${text}" is not a regular expression: ${describeError(cause)}`,
      cause,
    });
  }
}

/** `efferent param delete`: a parameter that its node lets go of. */
export const paramDelete = (given: string, parameter: string, options: GraphOptions) =>
  withGraph(options, async (node) => {
    const name = known(node, given);
    await readParameter(node, name, parameter);
    const { results } = await callService(
      node,
      'rcl_interfaces/srv/SetParameters',
      `${name}/set_parameters`,
      {
        parameters: [{ name: parameter, value: {} }],
      },
    );
    const [result] = results;
    if (result?.successful === true) {
      print('Deleted parameter successfully');
      return;
    }
    process.stderr.write(`Deleting parameter failed: ${result?.reason ?? 'no answer'}\n`);
    process.exitCode = 1;
  });

const words: Readonly<Record<string, string>> = {
  'a boolean': 'Boolean value is:',
  'an integer': 'Integer value is:',
  'a number': 'Double value is:',
  'a string': 'String value is:',
  'a list of booleans': 'Boolean values are:',
  'a list of integers': 'Integer values are:',
  'a list of numbers': 'Double values are:',
  'a list of strings': 'String values are:',
};

/** `efferent param get`. */
export const paramGet = (
  given: string,
  parameter: string,
  options: GraphOptions & { readonly hideType?: boolean },
) =>
  withGraph(options, async (node) => {
    const name = known(node, given);
    const { type, value } = await readParameter(node, name, parameter);
    const text = pythonText(value, type);
    print(options.hideType === true ? text : `${words[parameterTypeName(type)]} ${text}`);
  });

/** `efferent param set`: the value as YAML, of the type that the parameter has. */
export const paramSet = (given: string, parameter: string, text: string, options: GraphOptions) =>
  withGraph(options, async (node) => {
    const name = known(node, given);
    const { type } = await readParameter(node, name, parameter);
    const value = parseYaml(text, 'the value') as ParameterValue;
    await set(node, name, parameter, value, type, 'Set parameter successful');
  });

/** `efferent param describe`. */
export const paramDescribe = (given: string, parameters: readonly string[], options: GraphOptions) =>
  withGraph(options, async (node) => {
    const name = known(node, given);
    for (const parameter of parameters) await readParameter(node, name, parameter);
    for (const descriptor of await descriptorsOf(node, name, parameters)) describe(descriptor);
  });

async function descriptorsOf(node: RosNode, name: string, parameters: readonly string[]) {
  const { descriptors } = await callService(
    node,
    'rcl_interfaces/srv/DescribeParameters',
    `${name}/describe_parameters`,
    { names: [...parameters] },
  );
  return descriptors;
}

/** Type names of `ros2 param describe`, by number. */
const typeWords = [
  'not set',
  'boolean',
  'integer',
  'double',
  'string',
  'byte array',
  'boolean array',
  'integer array',
  'double array',
  'string array',
];

function describe(descriptor: MessageTypes['rcl_interfaces/msg/ParameterDescriptor']): void {
  print(`Parameter name: ${descriptor.name}`);
  print(`  Type: ${typeWords[descriptor.type]}`);
  if (descriptor.description !== '') print(`  Description: ${descriptor.description}`);
  print('  Constraints:');
  if (descriptor.read_only) print('    Read only: true');
  const [double] = descriptor.floating_point_range;
  const [integer] = descriptor.integer_range;
  if (double !== undefined) {
    print(`    Min value: ${pythonFloat(double.from_value)}\n    Max value: ${pythonFloat(double.to_value)}`);
    if (double.step !== 0) print(`    Step: ${pythonFloat(double.step)}`);
  }
  if (integer !== undefined) {
    print(`    Min value: ${integer.from_value}\n    Max value: ${integer.to_value}`);
    if (integer.step !== 0n) print(`    Step: ${integer.step}`);
  }
  if (descriptor.additional_constraints !== '')
    print(`    Additional constraints: ${descriptor.additional_constraints}`);
}

/** `efferent param dump`: a parameter file on standard output. */
export const paramDump = (given: string, options: GraphOptions) =>
  withGraph(options, async (node) => {
    const name = known(node, given);
    const names = await namesOf(node, name);
    const { values } = await callService(node, 'rcl_interfaces/srv/GetParameters', `${name}/get_parameters`, {
      names,
    });
    const parameters: Record<string, unknown> = {};
    for (const [i, parameter] of names.entries()) {
      const value = values[i] === undefined ? undefined : parameterFromMessage(values[i]);
      if (value !== undefined) parameters[parameter] = value;
    }
    process.stdout.write(formatYaml({ [name]: { ros__parameters: parameters } }));
  });

/** `efferent param load`: sets what a parameter file says for a node. */
export const paramLoad = (given: string, file: string, options: GraphOptions) =>
  withGraph(options, async (node) => {
    const name = known(node, given);
    const parameters = parametersFor(name, file);
    const declared = await namesOf(node, name);
    for (const [parameter, value] of parameters) {
      if (!declared.includes(parameter)) {
        print(`Set parameter ${parameter} failed: ${name} has no such parameter`);
        process.exitCode = 1;
        continue;
      }
      const { type } = await readParameter(node, name, parameter);
      await set(node, name, parameter, value, type, `Set parameter ${parameter} successful`);
    }
  });

/** What a file says for a node: under its full name or `/**`. @throws {@link ConfigurationError} naming the file */
function parametersFor(node: string, file: string): ReadonlyMap<string, ParameterValue> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new ConfigurationError({
      code: 'unreadable-file',
      message: `${file}: cannot be read`,
      fields: { file },
      cause,
    });
  }
  const data = parseYaml(text, file);
  const found = new Map<string, ParameterValue>();
  const nodes = typeof data === 'object' && data !== null ? (data as Readonly<Record<string, unknown>>) : {};
  for (const key of ['/**', node, node.slice(1)]) {
    const parameters = (nodes[key] as { readonly ros__parameters?: object } | undefined)?.ros__parameters;
    if (parameters !== undefined) collect(parameters, '', found);
  }
  if (found.size > 0) return found;
  throw new ConfigurationError({
    code: 'invalid-file',
    message: `${file}: says nothing for ${node}; expected "${node}:" or "/**:" with "ros__parameters:" below it`,
    fields: { file },
  });
}

function collect(parameters: object, prefix: string, into: Map<string, ParameterValue>): void {
  for (const [key, value] of Object.entries(parameters)) {
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      collect(value, `${prefix}${key}.`, into);
    else into.set(prefix + key, value as ParameterValue);
  }
}

/** A value as `ros2 param get` shows it. */
function pythonText(value: ParameterValue, type: ParameterTypeCode): string {
  if (Array.isArray(value)) return `[${value.map((each) => pythonText(each, type)).join(', ')}]`;
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'number')
    return parameterTypeName(type).includes('number') ? pythonFloat(value) : String(value);
  return parameterTypeName(type).startsWith('a list') ? `'${value}'` : String(value);
}

function known(node: RosNode, given: string): string {
  const name = absolute(given);
  requireNode(node, name);
  return name;
}

const servesParameters = (node: RosNode, name: string): boolean =>
  node.getServiceNamesAndTypes().some((service) => service.name === `${name}/list_parameters`);

async function namesOf(
  node: RosNode,
  name: string,
  prefixes: readonly string[] = [],
): Promise<readonly string[]> {
  const { result } = await callService(node, 'rcl_interfaces/srv/ListParameters', `${name}/list_parameters`, {
    prefixes: [...prefixes],
  });
  return [...result.names].sort();
}

async function readParameter(node: RosNode, name: string, parameter: string) {
  const { values } = await callService(node, 'rcl_interfaces/srv/GetParameters', `${name}/get_parameters`, {
    names: [parameter],
  });
  const [message] = values;
  const value = message === undefined ? undefined : parameterFromMessage(message);
  if (message === undefined || value === undefined) {
    const names = await namesOf(node, name);
    throw new MiddlewareError({
      code: 'unknown-parameter',
      message: `${name} has no parameter "${parameter}"; it has: ${names.join(', ')}`,
    });
  }
  return { value, type: message.type as ParameterTypeCode };
}

async function set(
  node: RosNode,
  name: string,
  parameter: string,
  value: ParameterValue,
  type: ParameterTypeCode,
  success: string,
): Promise<void> {
  if (!fitsParameterType(value, type))
    throw new ConfigurationError({
      code: 'wrong-type',
      message: `${parameter} of ${name} is ${parameterTypeName(type)}, got ${JSON.stringify(value)}`,
    });
  const { results } = await callService(node, 'rcl_interfaces/srv/SetParameters', `${name}/set_parameters`, {
    parameters: [{ name: parameter, value: parameterMessage(value, type) }],
  });
  const [result] = results;
  if (result?.successful === true) {
    print(success);
    return;
  }
  print(`Setting parameter failed: ${result?.reason ?? 'no answer'}`);
  process.exitCode = 1;
}
