import type { LogLevel } from './log.ts';
import { matchesNode } from './parameter-file.ts';
import type { ParameterOverride } from './parameters.ts';
import type { IdentityRule, ParameterRule, RosArguments } from './port.ts';
import { checkLogLevel } from './ros-arguments.ts';

/**
 * Works out what a node is called after remapping. The first rule that means the node counts; a rule for its namespace
 * knows it by its new name.
 */
export function identityFor(
  rosArguments: RosArguments | undefined,
  name: string,
  namespace: string,
): { readonly name: string; readonly namespace: string } {
  const rules = rosArguments?.identityRules ?? unconditional(rosArguments);
  const find = (part: IdentityRule['part'], known: string) =>
    rules.find((rule) => rule.part === part && (rule.node === undefined || rule.node === known))?.to;
  const newName = find('name', name) ?? name;
  return { name: newName, namespace: find('namespace', newName) ?? namespace };
}

function unconditional(rosArguments: RosArguments | undefined): readonly IdentityRule[] {
  const { nodeName, namespace } = rosArguments ?? {};
  return [
    ...(nodeName === undefined ? [] : [{ node: undefined, part: 'name' as const, to: nodeName }]),
    ...(namespace === undefined ? [] : [{ node: undefined, part: 'namespace' as const, to: namespace }]),
  ];
}

/**
 * Picks the overrides that mean one node. Later ones win, but what is said about one node pattern stands where that
 * pattern was named first, as rcl keeps them.
 */
export function overridesFor(
  rosArguments: RosArguments,
  fullNodeName: string,
): ReadonlyMap<string, ParameterOverride> {
  const overrides = new Map<string, ParameterOverride>();
  if (rosArguments.parameterRules === undefined) {
    for (const [name, value] of rosArguments.parameters) overrides.set(name, { value, source: '-p' });
    return overrides;
  }
  const byPattern = new Map<string, ParameterRule[]>();
  for (const rule of rosArguments.parameterRules) {
    if (!matchesNode(rule.node, fullNodeName)) continue;
    const rules = byPattern.get(rule.node);
    if (rules === undefined) byPattern.set(rule.node, [rule]);
    else rules.push(rule);
  }
  for (const { name, value, source } of [...byPattern.values()].flat())
    overrides.set(name, { value, source });
  return overrides;
}

/** Picks the level of a node's logger: `stretch.gate` for `/stretch/gate`, or what is said of `stretch`, or of all. */
export function logLevelFor(rosArguments: RosArguments | undefined, fullNodeName: string): LogLevel {
  const words = fullNodeName.split('/').filter(Boolean);
  for (let count = words.length; count > 0; count--) {
    const level = rosArguments?.loggerLevels?.get(words.slice(0, count).join('.'));
    if (level !== undefined) return checkLogLevel(level);
  }
  return checkLogLevel(rosArguments?.logLevel ?? 'info');
}
