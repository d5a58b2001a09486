import { ConfigurationError } from '@efferent/core/errors';
import { type LogLevel, logLevels } from './log.ts';
import { checkNamespace, checkNodeName } from './names.ts';
import { parseParameterText, readParameterFile } from './parameter-file.ts';
import type { IdentityRule, ParameterRule, ParameterValue, RosArguments } from './port.ts';

const takesValue = new Set([
  '-r',
  '--remap',
  '-p',
  '--param',
  '--params-file',
  '--log-level',
  '--log-config-file',
  '--log-file-name',
  '-e',
  '--enclave',
]);
const switches = /^--(enable|disable)-(rosout|stdout|external-lib)-logs$/;
/** `node:from:=to`, with a scheme that says topics or services only. */
const remapRule = /^(?:(\w+):)?((?:rostopic:\/\/|rosservice:\/\/)?~?[\w/*{}]+):=(.+)$/s;

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
  const reading = new Reading();
  let isRos = false;
  for (let i = 0; i < argv.length; i++) {
    const argument = argv[i]!;
    if (!isRos) {
      if (argument === '--ros-args') isRos = true;
      // The form of before Foxy, which rcl still takes.
      else if (remapRule.test(argument)) reading.remap(argument);
      else positional.push(argument);
      continue;
    }
    const isSwitch = reading.switch(argument);
    if (argument === '--ros-args' || isSwitch) continue;
    if (argument === '--') {
      isRos = false;
      continue;
    }
    if (!takesValue.has(argument)) {
      throw invalid(
        argument,
        'is no argument of --ros-args; known are -r, -p, --params-file, --log-level, -e, --log-config-file, --log-file-name, --enable-… and --disable-rosout-logs, -stdout-logs and -external-lib-logs',
      );
    }
    const value = argv[++i];
    if (value === undefined) throw invalid(argument, 'needs a value after it');
    reading.valued(argument, value);
  }
  return { rosArguments: reading.result(), positional };
}

/** What has been read of a command line so far. */
class Reading {
  readonly #remaps = new Map<string, string>();
  readonly #identityRules: IdentityRule[] = [];
  readonly #parameters = new Map<string, ParameterValue>();
  readonly #parameterRules: ParameterRule[] = [];
  readonly #loggerLevels = new Map<string, string>();
  readonly #switches: { rosoutLogs?: boolean; stdoutLogs?: boolean } = {};
  #logLevel: string | undefined;

  valued(argument: string, value: string): void {
    if (argument === '-r' || argument === '--remap') this.remap(value);
    else if (argument === '-p' || argument === '--param') this.#parameter(value);
    else if (argument === '--params-file') this.#parameterRules.push(...readParameterFile(value));
    else if (argument === '--log-level') this.#level(value);
  }

  /** The first rule that matches counts, as in rcl. */
  remap(rule: string): void {
    const [, node, from, to] = remapRule.exec(rule) ?? [];
    if (from === undefined || to === undefined)
      throw invalid(rule, 'expected name:=value or node:name:=value');
    if (from === '__node' || from === '__name')
      this.#identityRules.push({ node, part: 'name', to: checkNodeName(to) });
    else if (from === '__ns') this.#identityRules.push({ node, part: 'namespace', to: checkNamespace(to) });
    else {
      const key = node === undefined ? from : `${node}:${from}`;
      if (!this.#remaps.has(key)) this.#remaps.set(key, to);
    }
  }

  /** Reads an argument without a value. @returns false when it is none */
  switch(argument: string): boolean {
    const [, verb, what] = switches.exec(argument) ?? [];
    if (what === 'rosout') this.#switches.rosoutLogs = verb === 'enable';
    if (what === 'stdout') this.#switches.stdoutLogs = verb === 'enable';
    return what !== undefined;
  }

  result(): RosArguments {
    const first = (part: IdentityRule['part']) =>
      this.#identityRules.find((rule) => rule.part === part && rule.node === undefined)?.to;
    const [nodeName, namespace, logLevel] = [first('name'), first('namespace'), this.#logLevel];
    return {
      ...(nodeName !== undefined && { nodeName }),
      ...(namespace !== undefined && { namespace }),
      ...(logLevel !== undefined && { logLevel }),
      ...this.#switches,
      remaps: this.#remaps,
      identityRules: this.#identityRules,
      parameters: this.#parameters,
      parameterRules: this.#parameterRules,
      loggerLevels: this.#loggerLevels,
    };
  }

  #parameter(rule: string): void {
    const [name, text] = splitRule(rule);
    // An empty text, which ros2 launch writes without quotes and rcl refuses, is one here.
    const value = parseParameterText(text);
    if (value === undefined)
      throw invalid(rule, 'expected a boolean, a number, a text, or a list of one of them');
    const colon = name.indexOf(':');
    const parameter = name.slice(colon + 1);
    if (colon < 0) this.#parameters.set(parameter, value);
    // A node's name alone means the node of that name in the root namespace, as in rcl.
    const node = colon < 0 ? '/**' : `/${name.slice(0, colon)}`;
    this.#parameterRules.push({ node, name: parameter, value, source: `-p ${rule}` });
  }

  #level(text: string): void {
    const [, logger, level] = /^(.+):=(\w+)$/.exec(text) ?? [undefined, undefined, text];
    checkLogLevel(level as string, text);
    if (logger === undefined) this.#logLevel = (level as string).toLowerCase();
    else this.#loggerLevels.set(logger, (level as string).toLowerCase());
  }
}

/** Reads a log level in any case; `unset` is the default. @param argument - what to name in the error */
export function checkLogLevel(text: string, argument = text): LogLevel {
  const level = text.toLowerCase();
  if (level === 'unset') return 'info';
  if (Object.hasOwn(logLevels, level)) return level as LogLevel;
  throw invalid(`--log-level ${argument}`, `expected one of ${Object.keys(logLevels).join(', ')}`);
}

function splitRule(rule: string): [from: string, to: string] {
  const at = rule.indexOf(':=');
  if (at > 0) return [rule.slice(0, at), rule.slice(at + 2)];
  throw invalid(rule, 'expected name:=value');
}

function invalid(argument: string, reason: string): ConfigurationError {
  return new ConfigurationError({
    code: 'invalid-argument',
    message: `--ros-args: "${argument}": ${reason}`,
    fields: { argument },
  });
}
