import { ConfigurationError } from '@efferent/core/errors';
import { type LogLevel, logLevels } from './log.ts';
import { checkNamespace, checkNodeName } from './names.ts';
import { matchesNode, parseParameterText, readParameterFile } from './parameter-file.ts';
import type { ParameterOverride } from './parameters.ts';
import type { ParameterRule, ParameterValue, RosArguments } from './port.ts';

const takesValue = new Set([
  '-r',
  '--remap',
  '-p',
  '--param',
  '--params-file',
  '--log-level',
  '--log-config-file',
  '-e',
  '--enclave',
]);
const switches = new Set([
  '--enable-rosout-logs',
  '--disable-rosout-logs',
  '--enable-stdout-logs',
  '--disable-stdout-logs',
  '--enable-external-lib-logs',
  '--disable-external-lib-logs',
]);

/**
 * Reads the `--ros-args` of a command line, as `ros2 run` and `ros2 launch` write them, with parameter files.
 *
 * @param argv - arguments without the program's own name
 * @returns the parsed arguments, and what stood outside of `--ros-args … --`
 * @throws {@link ConfigurationError} code `invalid-argument`, `invalid-name` or `invalid-parameter-file`
 * @see https://design.ros2.org/articles/ros_command_line_arguments.html
 */
export function parseRosArguments(argv: readonly string[]): {
  readonly rosArguments: RosArguments;
  readonly positional: readonly string[];
} {
  const positional: string[] = [];
  const remaps = new Map<string, string>();
  const parameters = new Map<string, ParameterValue>();
  const parameterRules: ParameterRule[] = [];
  const names: { nodeName?: string; namespace?: string; logLevel?: string } = {};

  const addRemap = (from: string, to: string) => {
    const target = from.slice(from.indexOf(':') + 1);
    if (target === '__node' || target === '__name') names.nodeName = checkNodeName(to);
    else if (target === '__ns') names.namespace = checkNamespace(to);
    else remaps.set(from, to);
  };
  const addParameter = (name: string, text: string, argument: string) => {
    const value = parseParameterText(text);
    if (value === undefined)
      throw invalid(argument, 'expected a boolean, a number, a text, or a list of one of them');
    const [node, parameter] = splitNodePrefix(name);
    if (node === undefined) parameters.set(parameter, value);
    parameterRules.push({
      node: node === undefined ? '/**' : `/**/${node}`,
      name: parameter,
      value,
      source: `-p ${argument}`,
    });
  };

  let isRos = false;
  for (let i = 0; i < argv.length; i++) {
    const argument = argv[i]!;
    if (!isRos) {
      if (argument === '--ros-args') isRos = true;
      else positional.push(argument);
      continue;
    }
    if (argument === '--ros-args' || switches.has(argument)) continue;
    if (argument === '--') {
      isRos = false;
      continue;
    }
    if (!takesValue.has(argument)) {
      throw invalid(
        argument,
        'is no argument of --ros-args; known are -r, -p, --params-file, --log-level, -e',
      );
    }
    const value = argv[++i];
    if (value === undefined) throw invalid(argument, 'needs a value after it');
    if (argument === '-r' || argument === '--remap') addRemap(...splitRule(value));
    else if (argument === '-p' || argument === '--param') addParameter(...splitRule(value), value);
    else if (argument === '--params-file') parameterRules.push(...readParameterFile(value));
    else if (argument === '--log-level') names.logLevel = checkLogLevel(value);
  }
  return { rosArguments: { ...names, remaps, parameters, parameterRules }, positional };
}

/** Picks the overrides that mean one node; later ones win. */
export function overridesFor(
  rosArguments: RosArguments,
  fullNodeName: string,
): ReadonlyMap<string, ParameterOverride> {
  const overrides = new Map<string, ParameterOverride>();
  if (rosArguments.parameterRules === undefined) {
    for (const [name, value] of rosArguments.parameters) overrides.set(name, { value, source: '-p' });
    return overrides;
  }
  for (const { node, name, value, source } of rosArguments.parameterRules) {
    if (matchesNode(node, fullNodeName)) overrides.set(name, { value, source });
  }
  return overrides;
}

/** Reads a log level; `name:=level` counts for this process whatever the name. */
export function checkLogLevel(text: string): LogLevel {
  const level = text.slice(text.lastIndexOf('=') + 1).toLowerCase();
  if (level in logLevels) return level as LogLevel;
  throw invalid(`--log-level ${text}`, `expected one of ${Object.keys(logLevels).join(', ')}`);
}

function splitRule(rule: string): [from: string, to: string] {
  const at = rule.indexOf(':=');
  if (at > 0) return [rule.slice(0, at), rule.slice(at + 2)];
  throw invalid(rule, 'expected name:=value');
}

function splitNodePrefix(name: string): [node: string | undefined, parameter: string] {
  const colon = name.indexOf(':');
  return colon < 0 ? [undefined, name] : [name.slice(0, colon), name.slice(colon + 1)];
}

function invalid(argument: string, reason: string): ConfigurationError {
  return new ConfigurationError({
    code: 'invalid-argument',
    message: `--ros-args: "${argument}": ${reason}`,
    fields: { argument },
  });
}
