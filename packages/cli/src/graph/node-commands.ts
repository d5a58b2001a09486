import type { RosNode } from '@efferent/ros';
import { type GraphOptions, isHidden, notFound, print, withGraph } from './graph-session.ts';

/** `efferent node list`. */
export const nodeList = (options: GraphOptions & { readonly all?: boolean; readonly countNodes?: boolean }) =>
  withGraph(options, async (node) => {
    const names = nodeNames(node).filter((name) => options.all === true || !isHidden(name));
    if (options.countNodes === true) print(String(names.length));
    else for (const name of names) print(name);
  });

/** Full names of all nodes, sorted. */
export const nodeNames = (node: RosNode): readonly string[] =>
  [
    ...new Set(
      node
        .getNodeNamesAndNamespaces()
        .map(({ name, namespace }) => (namespace === '/' ? `/${name}` : `${namespace}/${name}`)),
    ),
  ].sort();

/** Tells whether a node is there. @throws {@link MiddlewareError} code `not-on-the-graph` */
export function requireNode(
  node: RosNode,
  fullName: string,
): { readonly name: string; readonly namespace: string } {
  const names = nodeNames(node);
  if (!names.includes(fullName)) throw notFound('node', fullName, names);
  const cut = fullName.lastIndexOf('/');
  return { name: fullName.slice(cut + 1), namespace: cut === 0 ? '/' : fullName.slice(0, cut) };
}

type NamesAndTypes = readonly { readonly name: string; readonly types: readonly string[] }[];

/** `efferent node info`: what a node publishes, hears, serves and calls. */
export const nodeInfo = (given: string, options: GraphOptions & { readonly hidden?: boolean }) =>
  withGraph(options, async (node) => {
    const fullName = given.startsWith('/') ? given : `/${given}`;
    const { name, namespace } = requireNode(node, fullName);
    const topics = node.getTopicNamesAndTypes();
    const endpointsOf = (side: 'publishers' | 'subscriptions'): NamesAndTypes =>
      topics.flatMap((topic) => {
        const infos =
          side === 'publishers'
            ? node.getPublishersInfoByTopic(topic.name)
            : node.getSubscriptionsInfoByTopic(topic.name);
        const own = infos.filter((info) => info.nodeName === name && info.nodeNamespace === namespace);
        return own.length === 0
          ? []
          : [{ name: topic.name, types: [...new Set(own.map((info) => info.topicType))] }];
      });
    const servers = node.getServiceNamesAndTypesByNode(name, namespace);
    const clients = node.getClientNamesAndTypesByNode(name, namespace);
    const parts: readonly (readonly [string, NamesAndTypes])[] = [
      ['Subscribers', endpointsOf('subscriptions')],
      ['Publishers', endpointsOf('publishers')],
      ['Service Servers', servers],
      ['Service Clients', clients],
      ['Action Servers', actionsAmong(servers)],
      ['Action Clients', actionsAmong(clients)],
    ];
    print(fullName);
    for (const [title, entries] of parts) {
      print(`  ${title}:`);
      const shown = entries.filter((entry) => options.hidden === true || !isHidden(entry.name));
      for (const entry of [...shown].sort((a, b) => (a.name < b.name ? -1 : 1)))
        print(`    ${entry.name}: ${entry.types.join(', ')}`);
      if (shown.length === 0 && title !== 'Subscribers') print('');
    }
  });

const goalService = '/_action/send_goal';
const goalSuffix = '_SendGoal';

/** Actions that are made of these services. */
export const actionsAmong = (services: NamesAndTypes): NamesAndTypes =>
  services
    .filter(({ name }) => name.endsWith(goalService))
    .map(({ name, types }) => ({
      name: name.slice(0, -goalService.length),
      types: types.map((type) => (type.endsWith(goalSuffix) ? type.slice(0, -goalSuffix.length) : type)),
    }));
