import { ConfigurationError } from '@efferent/core/errors';

const namePattern = /^(?:~\/|\/)?[A-Za-z_][A-Za-z0-9_]*(?:\/[A-Za-z_][A-Za-z0-9_]*)*$/;
const nodeNamePattern = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * Expands a topic, service, action or parameter-event name as ROS does, without remapping it.
 *
 * @param name - `x` (in the namespace), `/x` (absolute) or `~/x` (in the node's own namespace)
 * @returns the absolute name
 * @throws {@link ConfigurationError} code `invalid-name`
 * @see https://design.ros2.org/articles/topic_and_service_names.html
 */
export function expandName(name: string, nodeName: string, namespace: string): string {
  if (!namePattern.test(name) || name.includes('__')) {
    throw new ConfigurationError({
      code: 'invalid-name',
      message: `"${name}" is no ROS name: words of letters, digits and single underscores, divided by "/"`,
      fields: { name },
    });
  }
  if (name.startsWith('/')) return name;
  const base = namespace === '/' ? '' : namespace;
  return name.startsWith('~/') ? `${base}/${nodeName}/${name.slice(2)}` : `${base}/${name}`;
}

/** What a name is for: rules with a scheme mean topics or services only. */
export type NameKind = 'topic' | 'service' | 'action';
const schemes: Readonly<Record<string, NameKind>> = { 'rostopic://': 'topic', 'rosservice://': 'service' };

/**
 * Resolves a name after remapping: rules and names are compared in their absolute form, the first match wins.
 *
 * @param remaps - `from` to `to`; `node:from` applies to that node only, `rostopic://from` and `rosservice://from` to
 *   names of that kind
 */
export function resolveName(
  name: string,
  nodeName: string,
  namespace: string,
  remaps: ReadonlyMap<string, string>,
  kind: NameKind = 'topic',
): string {
  const expanded = expandName(name, nodeName, namespace);
  for (const [rule, to] of remaps) {
    const [, node, scheme, from] = /^(?:(\w+):(?!\/\/))?(ros\w+:\/\/)?(.*)$/.exec(rule) ?? [];
    if (node !== undefined && node !== nodeName) continue;
    if (scheme !== undefined && schemes[scheme] !== kind) continue;
    if (expandName(from ?? '', nodeName, namespace) === expanded) return expandName(to, nodeName, namespace);
  }
  return expanded;
}

/** Returns a namespace with one leading and no closing slash. @throws {@link ConfigurationError} code `invalid-name` */
export function checkNamespace(namespace: string): string {
  const absolute = namespace.startsWith('/') ? namespace : `/${namespace}`;
  return absolute === '/' ? '/' : expandName(absolute.replace(/\/$/, ''), '', '/');
}

/** Checks a node's name. @throws {@link ConfigurationError} code `invalid-name` */
export function checkNodeName(name: string): string {
  if (nodeNamePattern.test(name)) return name;
  throw new ConfigurationError({
    code: 'invalid-name',
    message: `"${name}" is no node name: letters, digits and underscores, not starting with a digit`,
    fields: { name },
  });
}

/** Joins namespace and node name, e.g. `/stretch` and `gate` to `/stretch/gate`. */
export function fullNodeName(name: string, namespace: string): string {
  return namespace === '/' ? `/${name}` : `${namespace}/${name}`;
}
